import asyncio
import errno
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from store.logs.loglines import START_US, some_lines

from playhead.base.errors import CorruptError, UnavailableError
from playhead.domain.logs import LogLine, LogQuery
from playhead.store.disk import Disk
from playhead.store.logs import LogSearch, LogWriter, list_files, sequences
from playhead.store.logs.journal import Journal
from playhead.store.logs.packing import pack
from playhead.store.logs.sequences import Sequences
from playhead.testing.clock import SimClock
from playhead.testing.disk import PowerCutError, SimulatedDisk

ROOT = Path("/data/logs")


def simulated(**settings: int) -> SimulatedDisk:
    disk = SimulatedDisk(**settings)
    disk.make_folder(ROOT.parent)
    disk.sync_folder(ROOT.parent.parent)
    return disk


def journal(disk: Disk, clock: SimClock, *, file_bytes: int = 1 << 20, free_bytes_min: int = 0) -> Journal:
    age_us = 3_600_000_000
    return Journal(disk, ROOT, clock, file_bytes=file_bytes, file_age_us=age_us, free_bytes_min=free_bytes_min)


@asynccontextmanager
async def writing(writer: LogWriter) -> AsyncIterator[LogWriter]:
    await writer.open()
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def everything(disk: Disk) -> list[LogLine]:
    page = LogSearch(disk, ROOT, SimClock()).find(LogQuery(), limit=1000)
    assert page.following is None
    return list(reversed(page.lines))


def numbered(line: LogLine, sequence: int, spool: str = "s") -> LogLine:
    return LogLine(
        at=line.at, level=line.level, workstation="desk-1", service="x", text=line.text, spool=spool, sequence=sequence
    )


async def test_what_waits_goes_out_together() -> None:
    disk, told = simulated(), list[LogLine]()
    async with writing(LogWriter(journal(disk, SimClock(START_US)), on_stored=told.extend)) as writer:
        steps = len(disk.steps)
        durable = [writer.append([line]) for line in some_lines(50)]
        await asyncio.gather(*durable)
        assert [step.name for step in disk.steps[steps:]].count("write") == 2  # the sequences of the new file, and all
    assert [line.n for line in told] == list(range(1, 51))
    assert sorted(everything(disk), key=lambda line: line.n) == told


async def test_another_file_by_size_by_age_and_with_each_day() -> None:
    disk, clock = simulated(), SimClock(START_US)
    finished: list[int] = []
    async with writing(LogWriter(journal(disk, clock, file_bytes=500), on_finished=lambda: finished.append(1))) as w:
        (line,) = some_lines(1)
        for _ in range(6):
            await w.append([line])
        by_size = w.number
        assert by_size > 1
        clock.advance(3_600_000_000)
        await w.append([line])
        assert w.number == by_size + 1
        clock.advance(3_600_000_000)
        told = len(finished)
        await w.look()
        await w.look()
        assert len(finished) == told + 1
        clock.advance(86_400_000_000)
        await w.append([line])
    assert {file.folder.name for file in list_files(disk, ROOT)} == {"2026-11-23", "2026-11-24"}


async def test_what_is_sent_again_is_stored_once_and_told_stored_when_it_is() -> None:
    disk, clock = simulated(), SimClock(START_US)
    lines = [numbered(line, place + 1) for place, line in enumerate(some_lines(10))]
    async with writing(LogWriter(journal(disk, clock))) as writer:
        first, again = writer.append(lines[:6]), writer.append(lines[2:8])
        assert not again.done()
        await asyncio.gather(first, again)
        assert writer.duplicates == 4
    # What is remembered outlives the process, and the packing of its files.
    async with writing(LogWriter(journal(disk, clock))) as writer:
        await writer.append([*lines[7:], numbered(lines[0], 1, "another spool")])
        for file in list_files(disk, ROOT):
            if file.number < writer.number:
                pack(disk, file)
    async with writing(LogWriter(journal(disk, clock))) as writer:
        await writer.append(lines)
        assert writer.duplicates == 10
    found = everything(disk)
    assert sorted(line.sequence for line in found if line.spool == "s") == list(range(1, 11))
    assert len({line.n for line in found}) == len(found) == 11


@pytest.mark.parametrize("code", ["write", "sync"])
async def test_a_disk_that_fails_and_recovers(code: str) -> None:
    disk = simulated()
    lines = [numbered(line, place + 1) for place, line in enumerate(some_lines(9))]
    async with writing(LogWriter(journal(disk, SimClock(START_US)))) as writer:
        await writer.append(lines[:3])
        disk.fault = lambda step: errno.EIO if step.name == code else None
        failed, behind = writer.append(lines[3:5]), writer.append(lines[5:7])
        for each in (failed, behind):
            with pytest.raises(UnavailableError) as caught:
                await each
            assert caught.value.code == "logs.unwritable"
        disk.fault = None
        await writer.append(lines)  # as who got no answer does
        assert writer.duplicates == 3
    assert sorted(line.sequence for line in everything(disk)) == list(range(1, 10))


async def test_room_that_is_left_to_others() -> None:
    disk = simulated()
    disk.room_bytes = 10_000
    async with writing(LogWriter(journal(disk, SimClock(START_US), free_bytes_min=10_001))) as writer:
        with pytest.raises(UnavailableError) as caught:
            await writer.append(some_lines(1))
        assert caught.value.code == "logs.full"


def _story(disk: SimulatedDisk, acknowledged: list[int]) -> None:
    """Write, begin other files, pack, restart: what was acknowledged is noted."""
    clock = SimClock(START_US)
    lines = [numbered(line, place + 1) for place, line in enumerate(some_lines(12))]
    for part in (lines[:6], lines[4:]):
        one = journal(disk, clock, file_bytes=400)
        one.open()
        admitted = one.sequences.copy()
        for line in part:
            if admitted.admit(line):
                one.append([line])
            acknowledged.append(line.sequence)
        one.close()
        for file in list_files(disk, ROOT)[:-1]:
            if not file.is_packed:
                pack(disk, file)


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_every_step_loses_and_doubles_nothing(seed: int) -> None:
    for cut_at in itertools.count(1):
        disk, acknowledged = simulated(seed=seed * 1000 + cut_at), list[int]()
        disk.cut_at = len(disk.steps) + cut_at
        try:
            _story(disk, acknowledged)
        except PowerCutError:
            disk.restart()
        else:
            break
        if not disk.exists(ROOT.parent):
            continue
        reached = list(acknowledged)
        _story(disk, [])  # as a workstation that had no answer sends again
        found = [line.sequence for line in everything(disk)]
        assert len(found) == len(set(found)), cut_at
        assert set(reached) <= set(found) == set(range(1, 13)), cut_at
    assert cut_at > 60


def test_an_unfinished_end_is_cut_off() -> None:
    disk, clock = simulated(), SimClock(START_US)
    one = journal(disk, clock)
    one.open()
    one.append(some_lines(3))
    (file,) = list_files(disk, ROOT)
    plain = disk.open(file.plain)
    size = plain.size()
    plain.write_at(b'{"at":"2026-11-23T00:00:0', size)
    one.close()
    again = journal(disk, clock)
    again.open()
    assert plain.size() == size
    assert again.append(some_lines(1)) == 4


def test_sequences_that_are_damaged() -> None:
    disk, clock = simulated(), SimClock(START_US)
    one = journal(disk, clock)
    one.open()
    one.append([numbered(some_lines(1)[0], 5)])
    file = disk.open(ROOT / "sequences.json")
    file.write_at(b"garbage", 0)
    with pytest.raises(CorruptError):
        Sequences.load(disk, ROOT / "sequences.json")
    again = journal(disk, clock)
    again.open()
    assert not again.sequences.admit(numbered(some_lines(1)[0], 5))


def test_the_most_spools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "SPOOLS_MAX", 3)
    line, known = some_lines(1)[0], Sequences()
    assert all(known.admit(numbered(line, 5, spool)) for spool in "abc")
    assert not known.admit(numbered(line, 5, "a"))  # which is now the one heard of last
    assert known.admit(numbered(line, 5, "d"))
    assert not known.admit(numbered(line, 5, "a"))
    assert known.admit(numbered(line, 5, "b"))
