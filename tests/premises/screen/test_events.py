"""What others are told of recordings, workstations and blackouts, by a real service that a workstation connects to."""

import asyncio
import json

import pytest
from premises.screen.rig import Premises, unique
from premises.screen.test_service import ship

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId
from playhead.domain.recordings import RecordingState
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue.outbox import next_events
from playhead.wire.screen.blackouts import BlackoutRequest
from playhead.wire.screen.messages import End, Status

START_US = 1_800_000_000_000_000


@pytest.fixture
async def premises(tmp_path):
    async with Premises(tmp_path).running() as running:
        yield running


async def told(premises, subject=None):
    """Types and data of what waits in the outbox."""
    async with premises.catalogue.reading() as connection:
        found = [one.event for one in await next_events(connection, 1_000)]
    return [
        (one.type.removeprefix("playhead."), json.loads(one.data)) for one in found if subject in {None, one.subject}
    ]


async def waited(premises, subject, last):
    while not (found := await told(premises, str(subject))) or found[-1][0] != last:  # noqa: ASYNC110 - a table
        await asyncio.sleep(0.01)
    return found


async def test_a_recording_from_its_beginning_to_its_end(premises):
    desk = await premises.desk()
    made = desk.made()
    async with desk.connected() as conversation:
        await ship(conversation, made)
        found = await waited(premises, made.header.recording, "recording.ended.v1")
    assert [kind for kind, _ in found] == ["recording.started.v1", "recording.sealed.v1", "recording.ended.v1"]
    started, sealed, ended = (data for _, data in found)
    assert started["workstation"] == "desk-1"
    assert sealed["segment"] == str(made.header.segment)
    assert sealed["durableBytes"] == len(made.data)
    assert (ended["state"], ended["lengthMs"], ended["hasGap"]) == ("complete", 3_000, False)


async def test_one_that_breaks_off_and_goes_on_with_a_gap(premises):
    desk = await premises.desk()
    recording = unique(RecordingId)
    first, second = (desk.made(recording, started_at_us=START_US + at_us) for at_us in (0, 100_000_000))
    async with desk.connected() as conversation:
        accepted = await conversation.offer(first)
        await conversation.send(first.data[accepted.offset : first.ends[2]], accepted.offset)
        await conversation.peer.send(End(conversation.channel, first.ends[2], "killed"))
        await conversation.acknowledged(first.ends[2])
    await waited(premises, recording, "recording.interrupted.v1")
    async with desk.connected() as conversation:
        await ship(conversation, second)
        found = await waited(premises, recording, "recording.ended.v1")
    kinds = [kind for kind, _ in found]
    assert kinds.index("recording.interrupted.v1") < kinds.index("recording.resumed.v1") < len(kinds) - 1
    (gap,) = [data["gaps"] for kind, data in found if kind == "recording.gap.v1"]
    assert gap[0]["toMs"] == 100_000
    assert kinds.count("recording.sealed.v1") == 1
    assert (await premises.recording(recording)).state is RecordingState.COMPLETE


async def test_a_workstation_that_comes_is_dark_and_goes(premises):
    desk = await premises.desk()
    asked = BlackoutRequest("api", since_us=5, by="crm", reason="card")
    async with desk.connected() as conversation:
        await conversation.peer.send(Status("blackout", blackouts=(asked,)))
        await waited(premises, desk.name, "blackout.began.v1")
        await conversation.peer.send(Status("idle"))
        await waited(premises, desk.name, "blackout.ended.v1")
    found = await waited(premises, desk.name, "workstation.down.v1")
    assert [kind for kind, _ in found] == [
        *("workstation.up.v1", "blackout.began.v1", "blackout.ended.v1", "workstation.down.v1"),
    ]
    assert (found[1][1]["by"], found[1][1]["reason"]) == ("crm", "card")


async def test_one_that_was_there_when_the_server_was_killed_is_told_to_be_gone(premises):
    desk = await premises.desk()
    async with desk.connected():
        await waited(premises, desk.name, "workstation.up.v1")
    await waited(premises, desk.name, "workstation.down.v1")
    journals = premises.service._journals
    await journals.linked(desk.name, connected=True)
    await journals.load()  # as the next start does
    kinds = [kind for kind, _ in await told(premises, str(desk.name))]
    assert kinds == ["workstation.up.v1", "workstation.down.v1"] * 2


async def test_an_entry_of_the_audit_log(premises):
    await AuditTrail(premises.catalogue, SystemClock()).note("sue", "recording.played", "r-1", "::1", {"minutes": 5})
    ((kind, data),) = (await told(premises, "audit"))[-1:]
    assert kind == "audit.entry.v1"
    assert (data["actor"], data["action"], data["details"]) == ("sue", "recording.played", {"minutes": 5})
