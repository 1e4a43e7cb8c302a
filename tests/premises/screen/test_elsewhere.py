"""Two servers of one site never both believe that they hold the same segment (docs/wire/screen.md §12)."""

import asyncio
import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from premises.screen.rig import Premises, unique
from store.segments.crashing import ROOT, SEGMENTS, StoppedClock, at_once

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.recordings import Recording, RecordingState
from playhead.premises.screen.rules import judge_elsewhere
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.segments import SUPERSEDED, every_segment_of, find_segment, locate_segments
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.segments import SegmentStore
from playhead.testing.disk import SimulatedDisk
from playhead.testing.segments import MemoryLedger
from playhead.wire.screen.messages import Accept, Ack, Elsewhere, End, Heartbeat, Released
from playhead.workstation.claims import Claims

FIRST, SECOND = b"A" * 16, b"B" * 16


@pytest.fixture
async def two(tmp_path):
    """Two servers of one site, and a workstation that both know."""
    first = Premises(tmp_path / "first", server=FIRST)
    second = Premises(tmp_path / "second", server=SECOND)
    for premises in (first, second):
        premises.folder.mkdir()
    async with first.running():
        desk = await first.desk()
        shutil.copytree(first.folder / "keys", second.folder / "keys")
        async with second.running():
            async with second.catalogue.writing() as connection:
                await enrol_workstation(
                    connection,
                    workstation=desk.name,
                    signer=desk.key.public_key().public_bytes_raw(),
                    certificate_hash=bytes(32),
                    now_us=1,
                )
            yield first, second, desk


@contextlib.asynccontextmanager
async def visiting(desk, premises):
    desk.premises = premises
    async with desk.connected() as conversation:
        yield conversation


async def give(conversation, made, *, until=None):
    """Offer, and send as far as wanted: all of it, with its end, where nothing else is said."""
    accepted = await conversation.offer(made)
    assert isinstance(accepted, Accept), accepted
    end = len(made.data) if until is None else until
    await conversation.send(made.data[accepted.offset : end], accepted.offset)
    if until is None:
        await conversation.peer.send(End(conversation.channel, len(made.data), "sealed"))
        while not (await conversation.next(Ack)).final:
            pass
    elif accepted.offset < until:
        await conversation.acknowledged(until)


async def tell(conversation, made, server):
    header = made.header
    await conversation.peer.send(Elsewhere(header.recording.bytes, header.segment.bytes, server))
    return await conversation.next(Released)


async def state_at(premises, made):
    async with premises.catalogue.reading() as connection:
        located = await find_segment(connection, made.header.segment)
    return None if located is None else located.segment.ended


async def audited(premises, action):
    async with premises.catalogue.reading() as connection:
        return [entry for entry in (await list_audit(connection)) if entry.action == action]


async def test_a_claim_is_let_go_of_and_its_bytes_stay(two):
    first, second, desk = two
    made = desk.made()
    async with visiting(desk, first) as conversation:
        await give(conversation, made, until=made.ends[2])
    async with visiting(desk, second) as conversation:
        await give(conversation, made)
    assert (await state_at(first, made), await state_at(second, made)) == ("", "sealed")
    async with visiting(desk, first) as conversation:
        assert (await tell(conversation, made, SECOND)).segment == made.header.segment.bytes
        assert await state_at(first, made) == SUPERSEDED, "durable before it is said"
        await tell(conversation, made, SECOND)  # the answer may be lost, so it is told again
    async with first.catalogue.reading() as connection:
        found = await find_recording(connection, made.header.recording)
        assert found.segments == ()
        assert found.durable_bytes == 0
        assert await locate_segments(connection, made.header.recording) == [], "not played, not exported"
        (kept,) = await every_segment_of(connection, made.header.recording)
    assert first.file(kept.location) == made.data[: made.ends[2]]
    (entry, *_) = await audited(first, "segment.superseded")
    assert (entry.actor, entry.subject) == ("desk-1", str(made.header.segment))
    assert entry.details == {"server": SECOND.hex(), "recording": str(made.header.recording)}


async def test_one_that_is_reached_by_another_address_keeps_it(two):
    first, _, desk = two
    made = desk.made()
    async with visiting(desk, first) as conversation:
        await give(conversation, made)
        await tell(conversation, made, FIRST)
    assert await state_at(first, made) == "sealed"


async def test_what_it_never_had_it_need_not_let_go_of(two):
    first, _, desk = two
    async with visiting(desk, first) as conversation:
        await tell(conversation, desk.made(), SECOND)


async def test_another_workstation_s_segment_is_not_given_away(two):
    first, _, desk = two
    made = desk.made()
    async with visiting(desk, first) as conversation:
        await give(conversation, made)
    other = await first.desk("desk-2")
    async with visiting(other, first) as conversation:
        await tell(conversation, made, SECOND)
    async with visiting(desk, first) as conversation:  # nor as part of another recording
        header = made.header
        await conversation.peer.send(Elsewhere(unique(RecordingId).bytes, header.segment.bytes, SECOND))
        await conversation.next(Released)
    assert await state_at(first, made) == "sealed"
    assert len(await audited(first, "segment.superseded_refused")) == 2


async def test_a_segment_that_grows_is_not_let_go_of_and_told_again_later(two):
    first, _, desk = two
    made = desk.made()
    async with visiting(desk, first) as conversation:
        await give(conversation, made, until=made.ends[1])
        header = made.header
        await conversation.peer.send(Elsewhere(header.recording.bytes, header.segment.bytes, SECOND))
        await conversation.peer.send(Heartbeat(1))
        await conversation.send(made.data[made.ends[1] : made.ends[2]], made.ends[1])
        answer = await conversation.acknowledged(made.ends[2])
        assert answer.offset == made.ends[2], "no Released came before it"
    async with visiting(desk, first) as conversation:
        await tell(conversation, made, SECOND)
    assert await state_at(first, made) == SUPERSEDED


async def test_over_and_back_again_the_last_one_has_it(two):
    """The workstation lost power before its deletion was durable, and offers what it had given away."""
    first, second, desk = two
    made = desk.made()
    async with visiting(desk, first) as conversation:
        await give(conversation, made, until=made.ends[2])
    async with visiting(desk, second) as conversation:
        await give(conversation, made)
    async with visiting(desk, first) as conversation:
        await tell(conversation, made, SECOND)
        await give(conversation, made)
    assert await state_at(first, made) == "sealed"
    async with visiting(desk, second) as conversation:
        await tell(conversation, made, FIRST)
    assert await state_at(second, made) == SUPERSEDED
    recording = await first.recording(made.header.recording)
    assert recording.state is RecordingState.COMPLETE


# Any schedule

A = next(iter(SEGMENTS.values()))
RECORDING = Recording(A.header.recording, WorkstationId("desk-1"), "", RecordingState.RECORDING, 0, None, 0)


@dataclass
class Server:
    """A real segment store on a disk that forgets, and the rule."""

    name: bytes
    disk: SimulatedDisk = field(default_factory=SimulatedDisk)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    store: SegmentStore | None = None
    running: asyncio.Task | None = None

    async def start(self):
        self.store = SegmentStore(
            ROOT,
            disk=self.disk,
            ledger=self.ledger,
            clock=StoppedClock(),
            interval_s=0,
            reserve_bytes=0,
            offload=at_once,
        )
        await self.store.recover()
        self.running = asyncio.create_task(self.store.run())

    async def stop(self):
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def lose_power(self):
        await self.stop()
        self.disk.restart()
        self.ledger.restart()
        await self.start()

    async def told(self, told):
        """As `playhead.premises.screen.elsewhere` does it."""
        known = await self.ledger.find(A.header.segment)
        recording = None if known is None else RECORDING
        if judge_elsewhere(told, own=self.name, workstation=RECORDING.workstation, recording=recording) == "supersede":
            await self.store.supersede(A.header.segment)

    @property
    def believes(self):
        row = self.ledger.rows.get(A.header.segment)
        return row is not None and row.segment.ended != SUPERSEDED

    @property
    def has_all(self):
        row = self.ledger.rows.get(A.header.segment)
        return self.believes and row.segment.sealed and row.segment.durable_bytes == len(A.data)


@dataclass
class Workstation:
    """Has one segment, and the workstation's own record of who holds it."""

    claims: Claims
    has_it: bool = True

    async def send(self, server, size):
        """Go on with it at a server for so many bytes; with the last of them its end is acknowledged."""
        if not self.has_it:
            return
        segment = await server.store.open(A.start)
        self.claims.begin(A.header.recording, A.header.segment, server.name)
        self.claims.save()
        if size and segment.durable < len(A.data):
            server.store.append(segment, A.data[segment.durable :][:size])
        if segment.scanner.sealed:
            server.store.end(segment, "sealed")
        await server.store.settled(segment)
        if segment.durable_end == "sealed":
            self.claims.finish(A.header.segment, server.name, is_whole=True)
            self.claims.save()
            self.has_it = False
        server.store.release(segment)
        await server.store.commit()

    async def tell(self, server, *, answer_arrives):
        if self.has_it:
            return
        for errand in self.claims.errands(server.name):
            await server.told(Elsewhere(errand.recording.bytes, errand.segment.bytes, errand.owner))
            if answer_arrives:
                self.claims.released(errand.segment, server.name)
                self.claims.save()


def steps():
    which = st.integers(0, 1)
    return st.lists(
        st.one_of(
            st.tuples(st.just("send"), which, st.sampled_from([0, 50, 700, 5_000])),
            st.tuples(st.just("tell"), which, st.booleans()),
            st.tuples(st.just("power"), which, st.none()),
        ),
        max_size=12,
    )


@settings(max_examples=150, deadline=None)
@given(schedule=steps(), last=st.permutations([0, 1]))
def test_after_any_schedule_one_has_it_and_the_other_knows(schedule, last):
    asyncio.run(_live(schedule, last))


async def _live(schedule, last):
    servers = [Server(FIRST), Server(SECOND)]
    desk = Workstation(Claims(SimulatedDisk(), Path("/claims.json")))
    for server in servers:
        await server.start()
    try:
        for step, number, more in schedule:
            match step:
                case "send":
                    await desk.send(servers[number], more)
                case "tell":
                    await desk.tell(servers[number], answer_arrives=more)
                case _:
                    await servers[number].lose_power()
            assert desk.has_it or any(server.has_all for server in servers), "acknowledged is never lost"
        await desk.send(servers[last[0]], len(A.data))  # both can be reached again, in any order
        for number in last:
            await desk.tell(servers[number], answer_arrives=True)
        assert not desk.has_it
        assert sorted(server.believes for server in servers) == [False, True]
        assert [server.has_all for server in servers] == [server.believes for server in servers]
        for server in servers:
            row = server.ledger.rows.get(A.header.segment)
            if row is not None:
                file = server.disk.open(ROOT / row.location)
                assert file.read_at(row.segment.durable_bytes, 0) == A.data[: row.segment.durable_bytes], "bytes stay"
    finally:
        for server in servers:
            await server.stop()
