"""What every transport of messages does, from the outbox to subscribers and from a command to its answer."""

import json

import pytest

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.base.instants import rfc3339
from playhead.domain import events
from playhead.domain.cloudevents import MESSAGE_BYTES_MAX
from playhead.domain.events import Event
from playhead.domain.roles import AGENT, Assignment
from playhead.net.messaging.transport import DELIVERIES_MAX
from playhead.premises.messaging import commands
from playhead.store.catalogue.access import set_assignments
from playhead.store.catalogue.dead_letters import retry_dead_letter
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.users import set_disabled
from playhead.testing.clock import START_US
from playhead.testing.site import SITE

DESK = WorkstationId("desk-7")


def up(number):
    return events.link(events.UP, DESK, START_US + number)


def numbered(subject, number):
    return Event(f"{subject}-{number}", "playhead.workstation.up.v1", subject, START_US, json.dumps([number]).encode())


def command(kind="start", *, id="c-1", workstation="desk-7", time=START_US, **data):  # noqa: A002 - as CloudEvents has it
    return json.dumps(
        {
            "specversion": "1.0",
            "id": id,
            "source": "/crm",
            "type": f"playhead.command.{kind}.v1",
            "time": rfc3339(time),
            "fromTheFuture": {"a": 1},
            "data": {"workstation": workstation, "fromTheFuture": True, **data},
        }
    ).encode()


async def undone(catalogue):
    async with catalogue.writing() as connection:
        await add_events(connection, [up(1)])
        raise UnavailableError("test.undone", "No.")


class TestEvents:
    async def test_come_as_cloud_events(self, bus):
        inbox = await bus.subscribe("all", "#")
        await bus.tell(up(0))
        assert await inbox.next() == {
            "specversion": "1.0",
            "id": up(0).id,
            "source": f"/playhead/sites/{SITE}",
            "type": "playhead.workstation.up.v1",
            "subject": "desk-7",
            "time": rfc3339(START_US),
            "datacontenttype": "application/json",
            "data": {"workstation": "desk-7", "at": rfc3339(START_US)},
        }
        await bus.drained()

    async def test_come_to_everyone_who_wants_them_and_to_nobody_else(self, bus):
        both = await bus.subscribe("both", "playhead.workstation.*.v1")
        one = await bus.subscribe("one", "playhead.workstation.down.v1", "playhead.coverage.#")
        down = events.link(events.DOWN, DESK, START_US + 5)
        await bus.tell(up(0), down)
        assert [one["type"] for one in await both.many(2)] == [up(0).type, down.type]
        assert (await one.next())["id"] == down.id
        await bus.drained()
        assert one.is_empty

    async def test_of_one_subject_come_in_order(self, bus):
        inbox = await bus.subscribe("all", "#")
        for begin in range(0, 400, 100):
            await bus.tell(*(numbered(f"s{number % 7}", number) for number in range(begin, begin + 100)))
        got = await inbox.many(400)
        for subject in range(7):
            mine = [one["data"][0] for one in got if one["subject"] == f"s{subject}"]
            assert mine == [number for number in range(400) if number % 7 == subject]

    async def test_of_a_change_that_was_undone_are_not_told(self, bus):
        inbox = await bus.subscribe("all", "#")
        with pytest.raises(UnavailableError):
            await undone(bus.site.catalogue)
        await bus.tell(up(2))
        assert (await inbox.next())["id"] == up(2).id

    async def test_come_again_where_handling_one_failed(self, bus):
        inbox = await bus.subscribe("all", "#", failing=3)
        await bus.tell(up(1), up(2))
        assert {one["id"] for one in await inbox.many(2)} == {up(1).id, up(2).id}  # a quorum queue has it come later
        await bus.drained()

    async def test_that_happened_while_the_service_was_off_come_later(self, bus):
        await bus.stop()
        await bus.tell(up(1), up(2))
        bus.make()
        inbox = await bus.subscribe("all", "#")
        await bus.start()
        assert [one["id"] for one in await inbox.many(2)] == [up(1).id, up(2).id]

    async def test_need_nobody_who_wants_them(self, bus):
        await bus.tell(up(1))
        await bus.drained()

    async def test_that_are_too_large_are_dead_letters_and_hold_up_no_other(self, bus):
        inbox = await bus.subscribe("all", "#")
        most = MESSAGE_BYTES_MAX - len(envelope(b'""'))
        large = Event("large", up(0).type, "desk-7", START_US, b'"' + b"x" * (most + 1) + b'"')
        largest = Event("fitsx", up(0).type, "desk-7", START_US, b'"' + b"x" * most + b'"')
        await bus.tell(large, largest, up(1))
        assert [one["id"] for one in await inbox.many(2)] == ["fitsx", up(1).id]
        (letter,) = await bus.dead(1)
        assert (letter.direction, letter.message_id, letter.code) == ("out", "large", "message.too_large")
        async with bus.site.catalogue.writing() as connection:
            await retry_dead_letter(connection, letter.id)
        (again,) = await bus.dead(1)
        assert (again.message_id, again.body) == ("large", letter.body)


def envelope(data):
    return json.dumps(
        {
            "specversion": "1.0", "id": "large", "source": f"/playhead/sites/{SITE}", "type": up(0).type,
            "subject": "desk-7", "time": rfc3339(START_US), "datacontenttype": "application/json", "data": "",
        },
        separators=(",", ":"),
    ).encode()[:-3] + data + b"}"  # fmt: skip


class TestCommands:
    async def test_start_a_recording_and_are_answered(self, bus):
        correlation, answer = await bus.order(command())
        assert correlation == "7"
        assert (answer["type"], answer["subject"]) == ("playhead.command.answered.v1", "c-1")
        assert answer["data"]["ok"] is True
        assert RecordingId.parse(answer["data"]["recording"])
        assert bus.site.control.asked == [("desk-7", "start", "")]
        (entry,) = await bus.site.audited("recording.start")
        assert (entry.actor, entry.subject, entry.address) == ("crm", "desk-7", "message")
        assert entry.details == {"message": "c-1", "detail": answer["data"]["recording"]}

    async def test_are_carried_out_once_however_often_they_come(self, bus):
        _, first = await bus.order(command())
        bus.site.clock.advance(120_000_000)  # also when its moment is over: it was carried out in time
        assert (await bus.order(command()))[1]["data"] == first["data"]
        assert len(bus.site.control.asked) == 1
        await bus.order(command(id="c-2", time=bus.site.clock.wall_us()))
        assert len(bus.site.control.asked) == 2

    async def test_begin_and_end_blackouts_in_the_senders_name(self, bus):
        await bus.order(command("blackout-on", id="b-1", reason="card", minutes=5))
        await bus.order(command("blackout-off", id="b-2"))
        assert bus.site.control.asked == [("desk-7", "blackout_on", "card"), ("desk-7", "blackout_off", "")]
        on, off = bus.site.control.blackouts
        assert (on.source, on.by, on.length_ms, on.any) == ("api", "crm", 300_000, False)
        assert (off.by, off.any) == ("crm", True)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (command(workstation="desk-8"), "workstation.not_found"),
            (command(time=START_US - 60_000_001), "command.stale"),
            (command(time=START_US + 60_000_001), "command.stale"),
            (command("blackout-on", minutes=1441), "command.malformed"),
            (command("dance"), "command.unknown"),
            (b"start!", "message.malformed"),
        ],
    )
    async def test_that_cannot_be_carried_out_are_answered(self, bus, body, code):
        _, answer = await bus.order(body)
        assert (answer["data"]["ok"], answer["data"]["code"]) == (False, code)
        assert answer["data"]["message"]
        assert bus.site.control.asked == []
        if "malformed" in code or "unknown" in code:
            (letter,) = await bus.dead(1)
            assert (letter.direction, letter.code, letter.subject) == ("in", code, "crm")

    @pytest.mark.parametrize("time", [START_US - 60_000_000, START_US + 60_000_000])
    async def test_are_carried_out_within_their_minute(self, bus, time):
        _, answer = await bus.order(command(time=time))
        assert answer["data"]["ok"]

    async def test_tell_what_the_workstation_says(self, bus):
        bus.site.control.live.clear()
        _, answer = await bus.order(command("stop"))
        assert answer["data"]["code"] == "workstation.offline"
        (entry,) = await bus.site.audited("recording.stop")
        assert entry.details["outcome"] == "workstation.offline"

    async def test_are_not_answered_to_a_queue_of_somebody_else(self, bus):
        assert await bus.order(command(), reply_to="playhead.commands") is None
        await bus.order(command(id="c-2"))
        assert len(bus.site.control.asked) == 2

    async def test_of_nobody_are_not_carried_out(self, bus):
        await bus.order(command(), sender="", reply_to="")
        await bus.order(command(id="c-2"))
        assert len(bus.site.control.asked) == 1

    async def test_of_a_user_who_may_not_are_refused_and_noted(self, bus):
        async with bus.site.catalogue.writing() as connection:
            await set_assignments(connection, UserId("crm"), [Assignment(AGENT)])
        for kind in ("start", "stop", "blackout-on", "blackout-off"):
            _, answer = await bus.order(command(kind, id=kind))
            assert answer["data"]["code"] == "access.refused"
        assert bus.site.control.asked == []
        assert len(await bus.site.audited("access.refused")) == 4
        bus.site.control.connect("desk-7", agent="crm")  # their own: an agent may begin and end their own blackout
        assert (await bus.order(command("blackout-on", id="own")))[1]["data"]["ok"]
        assert (await bus.order(command("blackout-off", id="own-off")))[1]["data"]["ok"]
        assert [one.any for one in bus.site.control.blackouts] == [False, False]

    async def test_of_a_user_who_is_disabled_are_refused(self, bus):
        async with bus.site.catalogue.writing() as connection:
            await set_disabled(connection, UserId("crm"), 1)
        assert (await bus.order(command()))[1]["data"]["code"] == "access.refused"
        assert bus.site.control.asked == []

    async def test_are_tried_again_while_the_catalogue_cannot_be_used(self, bus, monkeypatch):
        monkeypatch.setattr(commands, "begin_handling", Failing(commands.begin_handling, 3))
        _, answer = await bus.order(command())
        assert answer["data"]["ok"]
        assert len(bus.site.control.asked) == 1

    async def test_that_always_fail_are_dead_letters_and_hold_up_no_other(self, bus, monkeypatch):
        monkeypatch.setattr(commands, "begin_handling", Failing(commands.begin_handling, DELIVERIES_MAX + 1))
        await bus.order(command(), reply_to="")
        (letter,) = await bus.dead(1)
        assert (letter.direction, letter.code, letter.body) == ("in", "message.failed", command())
        monkeypatch.undo()
        assert (await bus.order(command(id="c-2")))[1]["data"]["ok"]

    async def test_are_bounded_for_each_sender(self, bus, monkeypatch):
        monkeypatch.setattr(commands, "MINUTE_MAX", 3)
        said = [(await bus.order(command(id=f"c-{number}")))[1]["data"]["code"] for number in range(4)]
        assert said == ["", "", "", "command.too_many"]
        bus.site.clock.advance(60_000_000)
        late = command(id="c-9", time=bus.site.clock.wall_us())
        assert (await bus.order(late))[1]["data"]["ok"]


class Failing:
    """Fails so often, and then works."""

    def __init__(self, works, failures):
        self._works, self._failures = works, failures

    async def __call__(self, *arguments, **more):
        if self._failures:
            self._failures -= 1
            raise UnavailableError("catalogue.unavailable", "Not now.")
        return await self._works(*arguments, **more)
