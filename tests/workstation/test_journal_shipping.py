"""What of the journal goes to the premises: what it lacks, in order, one batch at a time."""

from pathlib import Path

from playhead.testing.disk import SimulatedDisk
from playhead.testing.loop import Simulation, run
from playhead.testing.vid import make_vid
from playhead.wire.screen.limits import MAX_JOURNAL_ENTRIES
from playhead.workstation.journal import Journal
from playhead.workstation.journal_shipping import RESEND_US, JournalShipping
from playhead.workstation.spool import Spool

ENTRIES = MAX_JOURNAL_ENTRIES + 1


async def prepared(simulation: Simulation, count: int = ENTRIES) -> tuple[Journal, Spool]:
    disk = SimulatedDisk(seed=simulation.seed)
    disk.make_folder(Path("/data"))
    journal = Journal(disk, Path("/data/journal"), simulation.clock)
    journal.open()
    for number in range(count):
        journal.note("blackout" if number % 2 else "recording", wanted="continuous")
    await journal.save()
    spool = Spool(disk, Path("/data/spool"), bytes_max=1 << 30)
    spool.recover()
    return journal, spool


def test_all_of_it_in_batches_each_once_the_one_before_is_acknowledged() -> None:
    async def scenario(simulation: Simulation) -> None:
        journal, spool = await prepared(simulation)
        shipping = JournalShipping(journal, spool, 0)
        first = shipping.next(0)
        assert first is not None
        assert len(first.entries) == MAX_JOURNAL_ENTRIES
        assert shipping.next(1) is None
        assert not shipping.is_done
        shipping.acknowledge(first.entries[-1].seq)
        second = shipping.next(2)
        assert second is not None
        assert len(second.entries) == 1
        shipping.acknowledge(second.entries[-1].seq)
        assert shipping.next(3) is None
        assert shipping.is_done
        rest = JournalShipping(journal, spool, first.entries[0].seq).next(0)
        assert rest is not None
        assert rest.entries[0] == first.entries[1], "the premises says what it has"

    run(scenario, seed=1)


def test_what_is_not_acknowledged_is_told_again_after_a_while() -> None:
    async def scenario(simulation: Simulation) -> None:
        journal, spool = await prepared(simulation, 1)
        shipping = JournalShipping(journal, spool, 0)
        first = shipping.next(0)
        assert shipping.next(RESEND_US - 1) is None
        assert shipping.next(RESEND_US) == first

    run(scenario, seed=2)


def test_a_premises_that_takes_none_gets_none() -> None:
    async def scenario(simulation: Simulation) -> None:
        journal, spool = await prepared(simulation, 1)
        shipping = JournalShipping(journal, spool, -1)
        assert shipping.next(0) is None
        assert shipping.is_done

    run(scenario, seed=3)


def test_what_is_held_is_told_whenever_it_changes() -> None:
    async def scenario(simulation: Simulation) -> None:
        journal, spool = await prepared(simulation, 0)
        shipping = JournalShipping(journal, spool, 0)
        first = shipping.next(0)
        assert first is not None
        assert (first.entries, first.held_from_us) == ((), 0)
        vid = make_vid("held", seconds=1.0)
        segment = spool.create(vid.header, vid.header_bytes)
        assert not shipping.is_done
        held = shipping.next(1)
        assert held is not None
        assert held.held_from_us == vid.header.started_at_us
        assert shipping.next(2) is None
        spool.remove(segment)
        gone = shipping.next(3)
        assert gone is not None
        assert gone.held_from_us == 0

    run(scenario, seed=4)
