"""The journal: what was noted is there after a crash, in order, and how the last run ended is known."""

import asyncio
import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError, SimulatedDisk
from playhead.testing.loop import Simulation, run
from playhead.wire.screen import JournalEntry
from playhead.workstation import journal as module
from playhead.workstation.alive import AliveMark, AliveMarks
from playhead.workstation.journal import AGE_US_MAX, ALIVE_S, ENTRIES_MAX, Journal, how_ended

FOLDER = Path("/data/journal")
SECOND_US = 1_000_000


def opened(disk: SimulatedDisk, clock: SimClock, *, boot: str = "b1", version: str = "1") -> Journal:
    if not disk.exists(FOLDER.parent):
        disk.make_folder(FOLDER.parent)
        disk.sync_folder(FOLDER.parent.parent)
    journal = Journal(disk, FOLDER, clock, boot=boot, version=version)
    journal.open()
    return journal


def told(journal: Journal) -> list[tuple[str, int, int]]:
    return [(entry.state, entry.at_us, entry.until_us) for entry in journal.after(0, limit=ENTRIES_MAX)]


def test_entries_come_back_in_order_and_only_what_changed_is_noted() -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        start_us = clock.wall_us()
        journal.begin("idle", wanted="")
        clock.advance(SECOND_US)
        journal.note("recording", wanted="ordered", recording=b"r" * 16)
        journal.note("recording", wanted="ordered", recording=b"r" * 16, detail="the same")
        assert journal.after(0, limit=9) == (), "nothing is told before it is durable"
        assert await journal.save()
        journal.note("failed", wanted="ordered", recording=b"r" * 16, detail="d" * 500, at_us=start_us)
        assert await journal.save()
        expected = [("idle", start_us, 0), ("recording", start_us + SECOND_US, 0), ("failed", start_us + SECOND_US, 0)]
        assert told(journal) == expected, "a change is not noted for a time before the last one"
        again = opened(disk, clock)
        assert told(again) == expected
        assert again.newest is not None
        assert (again.newest.wanted, again.newest.recording, len(again.newest.detail)) == ("ordered", b"r" * 16, 200)
        seqs = [entry.seq for entry in again.after(0, limit=9)]
        assert seqs == sorted(set(seqs))
        assert again.after(seqs[0], limit=1) == again.after(0, limit=9)[1:2]

    run(scenario, seed=1)


@pytest.mark.parametrize("seed", range(20))
def test_an_end_in_the_middle_of_a_write_notes_nothing_twice(seed: int) -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=seed), simulation.clock
        journal = opened(disk, clock)
        journal.begin("recording", wanted="ordered", recording=b"r" * 16)
        running = asyncio.create_task(journal.run())
        await asyncio.sleep(simulation.chance.random() * 0.1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await journal.close("off")
        seqs = [entry.seq for entry in opened(disk, clock).after(0, limit=9)]
        assert len(seqs) == len(set(seqs)) == 2

    run(scenario, seed=seed)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (AliveMark(5, "b1", "1"), "killed"),
        (AliveMark(5, "b0", "1"), "off"),
        (AliveMark(5, "b0", "1", has_ended=True), None),
        (AliveMark(5, "b1", "1", has_ended=True), None),
        (AliveMark(5, "b1", "0", has_ended=True), "update"),
        (AliveMark(5, "b0", "0", has_ended=True), None),
    ],
)
def test_how_the_last_run_ended(mark: AliveMark, expected: str | None) -> None:
    found = how_ended(mark, boot="b1", version="1")
    assert (None if found is None else found[0]) == expected


@pytest.mark.parametrize("boot", ["b1", "b2"])
def test_a_run_that_ended_without_a_word_is_told_by_the_next(boot: str) -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        journal.begin("recording", wanted="continuous")
        task = simulation.spawn("journal", journal.run())
        await asyncio.sleep(3 * ALIVE_S)
        task.cancel()
        died_us = clock.wall_us()
        clock.advance(600 * SECOND_US)
        again, began_us = opened(disk, clock, boot=boot), clock.wall_us()
        again.begin("recording", wanted="continuous")
        await again.save()
        (_, _, _), (state, from_us, to_us), (after, at_us, _) = told(again)
        assert (state, after) == ("killed" if boot == "b1" else "off", "recording")
        assert died_us - (ALIVE_S + 1) * SECOND_US <= from_us <= died_us
        assert to_us == at_us == began_us

    run(scenario, seed=2)


def test_a_run_that_ended_in_good_order_says_so_itself() -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        journal.begin("recording", wanted="continuous")
        clock.advance(SECOND_US)
        ended_us = clock.wall_us()
        await journal.close("off")
        clock.advance(60 * SECOND_US)
        again, began_us = opened(disk, clock, version="2"), clock.wall_us()
        again.begin("recording", wanted="continuous")
        await again.save()
        states = told(again)
        assert states[1] == ("off", ended_us, 0)
        assert states[2] == ("update", ended_us, began_us)
        assert [state for state, *_ in states] == ["recording", "off", "update", "recording"]

    run(scenario, seed=3)


async def life(disk: SimulatedDisk, durable: list[JournalEntry]) -> None:
    clock = SimClock()
    journal = opened(disk, clock)
    journal.begin("recording", wanted="continuous")
    for number in range(6):
        clock.advance(SECOND_US)
        journal.note("blackout" if number % 2 else "recording", wanted="continuous")
        if number == 3:
            journal.note_past("asleep", clock.wall_us() - 2, clock.wall_us())
        await journal.save()
        durable[:] = journal.after(0, limit=99)
    await journal.close("off")


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_step_loses_nothing_that_could_be_told(seed: int) -> None:
    dry = SimulatedDisk(seed=seed)
    asyncio.run(life(dry, []))
    assert len(dry.steps) > 20
    for step in range(len(dry.steps)):
        durable: list[JournalEntry] = []
        disk = SimulatedDisk(seed=seed, cut_at=step + 1)
        with pytest.raises(PowerCutError):
            asyncio.run(life(disk, durable))
        disk.restart()
        again = opened(disk, SimClock())
        assert again.after(0, limit=99)[: len(durable)] == tuple(durable)


def test_a_disk_that_is_full_for_a_while_loses_no_entry() -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        journal.begin("idle", wanted="")
        assert await journal.save()
        disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
        journal.note("recording", wanted="ordered")
        assert not await journal.save()
        journal.note("disk_full", wanted="ordered")
        assert not await journal.save()
        assert [state for state, *_ in told(journal)] == ["idle"]
        disk.fault = None
        assert await journal.save()
        assert [state for state, *_ in told(opened(disk, clock))] == ["idle", "recording", "disk_full"]

    run(scenario, seed=4)


def test_at_the_limit_all_are_kept_and_past_it_the_oldest_quarter_is_told_as_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ENTRIES_MAX", 40)

    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        for number in range(40):
            clock.advance(SECOND_US)
            journal.note("blackout" if number % 2 else "recording", wanted="continuous")
        await journal.save()
        before = journal.after(0, limit=99)
        assert len(before) == 40
        clock.advance(SECOND_US)
        journal.note("failed", wanted="continuous")
        await journal.save()
        first, *rest = journal.after(0, limit=99)
        assert (first.seq, first.state) == (before[9].seq, "unknown")
        assert (first.at_us, first.until_us) == (before[0].at_us, before[10].at_us)
        assert tuple(rest[:-1]) == before[10:]
        assert told(opened(disk, clock)) == told(journal)

    run(scenario, seed=5)


def test_a_journal_that_cannot_be_read_keeps_nobody_from_recording() -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        disk.fault = lambda _step: errno.EIO
        journal = Journal(disk, FOLDER, clock)
        journal.open()
        journal.begin("recording", wanted="continuous")
        assert not await journal.save()
        disk.fault = None
        disk.make_folder(FOLDER)
        assert await journal.save()
        assert [state for state, *_ in told(opened(disk, clock))] == ["recording"]

    run(scenario, seed=8)


def test_old_entries_go_but_the_state_that_still_holds() -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        journal.begin("recording", wanted="continuous")
        journal.note("locked", wanted="continuous")
        await journal.save()
        clock.advance(AGE_US_MAX - SECOND_US)
        assert len(told(opened(disk, clock))) == 2
        clock.advance(SECOND_US)
        assert [state for state, *_ in told(opened(disk, clock))] == ["locked"]

    run(scenario, seed=6)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_damaged_file_costs_what_is_damaged_and_no_more(garbage: bytes, place: int) -> None:
    async def scenario(simulation: Simulation) -> None:
        disk, clock = SimulatedDisk(seed=simulation.seed), simulation.clock
        journal = opened(disk, clock)
        for state in ("recording", "blackout", "failed"):
            journal.note(state, wanted="continuous")
        await journal.save()
        whole = journal.after(0, limit=9)
        file = disk.open(FOLDER / "journal.log")
        file.write_at(garbage, min(place, file.size()))
        again = opened(disk, clock)
        assert set(again.after(0, limit=9)) <= set(whole)
        again.note("locked", wanted="")
        await again.save()
        assert opened(disk, clock).after(0, limit=9) == again.after(0, limit=9)

    run(scenario, seed=7)


def test_the_sign_of_life_survives_a_torn_write() -> None:
    disk = SimulatedDisk(seed=1)
    disk.make_folder(FOLDER)
    marks = AliveMarks(disk, FOLDER / "alive")
    marks.open()
    for at_us in range(5):
        marks.write(AliveMark(at_us, "b", "1"))
    marks.close()
    file = disk.open(FOLDER / "alive")
    file.write_at(b"torn", 0)  # the slot of the newest but one, or of the newest
    found = AliveMarks(disk, FOLDER / "alive")
    found.open()
    assert found.newest is not None
    assert found.newest.at_us in {3, 4}
