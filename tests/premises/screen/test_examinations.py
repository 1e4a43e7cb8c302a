"""What the doctor finds on workstations: kept, the newest of each; asked for over the connection."""

import asyncio
import json

import pytest
from premises.screen.rig import Premises

from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.base.instants import utc
from playhead.environment.doctor.findings import Finding, Report, Role, Severity
from playhead.premises.screen import examinations
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.workstations import revoke_workstation
from playhead.wire.screen.messages import Examine, Examined


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(examinations, "UNASKED_S", 0)


@pytest.fixture
async def premises(tmp_path):
    async with Premises(tmp_path).running() as running:
        yield running


def found(severity="error", code="port.dropped", service="tokens", **more):
    evidence = {"service": service} if service else {}
    return Finding(
        code=code, severity=Severity(severity), subject="s", message="m", meaning="n", evidence=evidence, **more
    )


def report(*findings, at_us=1_000_000):
    return Report(
        machine="pc", role=Role.WORKSTATION, version="1", at=utc(at_us), elapsed_ms=5, findings=tuple(findings)
    )


async def settled(premises, conversation, message):
    """Tell something and wait until it was taken in."""
    changed = asyncio.Event()
    premises.service.examinations.changed = changed.set
    await conversation.peer.send(message)
    await changed.wait()


async def test_the_newest_is_kept_and_named_in_the_next_welcome(premises):
    desk = await premises.desk()
    kept = premises.service.examinations
    with pytest.raises(NotFoundError) as none:
        await kept.newest(desk.name)
    assert none.value.code == "doctor.no_report"
    async with desk.connected() as conversation:
        assert conversation.peer.core.welcome.examined == 0
        await settled(premises, conversation, Examined(0, 7, report(found()).as_json()))
        await settled(premises, conversation, Examined(0, 5, report(found("ok"), at_us=2).as_json()))
    assert await kept.newest(desk.name) == report(found("ok"), at_us=2)
    assert [(one.workstation, one.at_us, one.worst) for one in kept.all()] == [(desk.name, 5, "ok")]
    async with desk.connected() as conversation:
        assert conversation.peer.core.welcome.examined == 5


async def test_what_is_wrong_is_told_whenever_it_is_another(premises):
    desk = await premises.desk()
    async with desk.connected() as conversation:
        for at_us, reports in enumerate(
            (report(found("ok")), report(found()), report(found(service="")), report(found("warning")), report()), 7
        ):
            await settled(premises, conversation, Examined(0, at_us, reports.as_json()))
    async with premises.catalogue.reading() as connection:
        waiting = [one.event for one in await next_events(connection, 100)]
    told = [json.loads(one.data) for one in waiting if one.type == "playhead.doctor.findings.v1"]
    assert [(one["errors"], one["warnings"]) for one in told] == [(1, 0), (0, 1), (0, 0)]
    assert {(one["machine"], one["role"]) for one in told} == {(str(desk.name), "workstation")}


async def test_it_outlasts_a_restart_but_not_the_workstation(tmp_path):
    premises = Premises(tmp_path)
    async with premises.running():
        desk = await premises.desk()
        async with desk.connected() as conversation:
            await settled(premises, conversation, Examined(0, 7, report(found()).as_json()))
    async with premises.running():
        assert premises.service.examinations.kept_at_us(desk.name) == 7
        async with premises.catalogue.writing() as connection:
            await revoke_workstation(connection, desk.name, 1)
    async with premises.running():
        assert premises.service.examinations.all() == []


async def test_what_is_no_report_is_left_out(premises):
    desk = await premises.desk()
    async with desk.connected() as conversation:
        for nonsense in (b"{}", b"\xff", b"x" * 98_304, b""):
            await conversation.peer.send(Examined(0, 6, nonsense))
        await settled(premises, conversation, Examined(0, 7, report(found()).as_json()))
    assert [one.at_us for one in premises.service.examinations.all()] == [7]


async def test_one_that_tells_without_end_is_not_listened_to(premises, monkeypatch):
    desk, other = await premises.desk(), await premises.desk("desk-2")
    async with desk.connected(examines=True) as conversation, other.connected() as beside:
        monkeypatch.setattr(examinations, "UNASKED_S", 3_600)
        await settled(premises, conversation, Examined(0, 7, report(found()).as_json()))
        for at_us in (8, 9):
            await conversation.peer.send(Examined(0, at_us, report(found("ok")).as_json()))
        asking = asyncio.create_task(premises.service.examine(desk.name))
        await conversation.next(Examine)
        assert premises.service.examinations.kept_at_us(desk.name) == 7
        await conversation.peer.send(Examined(1, 10, report().as_json()))
        assert await asking == report(), "what was asked for is"
        await settled(premises, beside, Examined(0, 5, report().as_json()))
    assert premises.service.examinations.kept_at_us(desk.name) == 10


class TestAsking:
    async def test_one_question_serves_all_who_wait(self, premises):
        desk = await premises.desk()
        async with desk.connected(examines=True) as conversation:
            asking = [asyncio.create_task(premises.service.examine(desk.name)) for _ in range(3)]
            assert await conversation.next(Examine) == Examine(1)
            await conversation.peer.send(Examined(1, 7, report(found()).as_json()))
            assert await asyncio.gather(*asking) == [report(found())] * 3
            again = asyncio.create_task(premises.service.examine(desk.name))
            assert await conversation.next(Examine) == Examine(2)
            await conversation.peer.send(Examined(2, code="doctor.broken", message="No."))
            with pytest.raises(UnavailableError) as failed:
                await again
            assert (failed.value.code, failed.value.message) == ("doctor.broken", "No.")

    async def test_one_that_answers_nonsense(self, premises):
        desk = await premises.desk()
        async with desk.connected(examines=True) as conversation:
            asking = asyncio.create_task(premises.service.examine(desk.name))
            await conversation.next(Examine)
            await conversation.peer.send(Examined(1, 7, b"{}"))
            with pytest.raises(CorruptError):
                await asking

    async def test_one_that_is_too_slow_and_says_it_later(self, premises, monkeypatch):
        monkeypatch.setattr(examinations, "ANSWER_S", 0.02)
        desk = await premises.desk()
        async with desk.connected(examines=True) as conversation:
            with pytest.raises(UnavailableError) as late:
                await premises.service.examine(desk.name)
            assert late.value.code == "screen.no_answer"
            await settled(premises, conversation, Examined(1, 7, report(found()).as_json()))
        assert premises.service.examinations.kept_at_us(desk.name) == 7

    async def test_one_that_goes_meanwhile(self, premises):
        desk = await premises.desk()
        async with desk.connected(examines=True) as conversation:
            asking = asyncio.create_task(premises.service.examine(desk.name))
            await conversation.next(Examine)
        with pytest.raises(UnavailableError) as gone:
            await asking
        assert gone.value.code == "screen.not_connected"

    async def test_one_that_is_not_there_and_one_that_cannot(self, premises):
        desk = await premises.desk()
        with pytest.raises(UnavailableError) as absent:
            await premises.service.examine(desk.name)
        assert absent.value.code == "screen.not_connected"
        async with desk.connected():
            with pytest.raises(UnavailableError) as unable:
                await premises.service.examine(desk.name)
        assert unable.value.code == "screen.cannot_examine"
