import asyncio
import shutil
from pathlib import Path

import pytest
from store.analytics.eventrows import DAY_US, EVERYONE, MIDNIGHT_US, StoreRig, Told, active, some_days, store_rig

from playhead.base.errors import CorruptError, UnavailableError
from playhead.domain.spans import Span
from playhead.store.analytics import compaction
from playhead.store.analytics.compaction import MERGE_AT, WHOLE
from playhead.store.analytics.files import Manifest, list_logs, log_file
from playhead.store.analytics.queries import usage
from playhead.store.analytics.questions import By, Question
from playhead.store.disk import SystemDisk
from playhead.testing.clock import SimClock

YEARS = Question(sight=EVERYONE, period=Span(MIDNIGHT_US, MIDNIGHT_US + 30 * DAY_US))


class KilledError(BaseException):
    """The process was killed."""


class KilledAtStep(SystemDisk):
    """A disk before one of whose changes the process is killed."""

    def __init__(self, step: int) -> None:
        self.left = step

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KilledError

    def open(self, path, *, create=False):
        if create:
            self._step()
        return super().open(path, create=create)

    def rename(self, path, target):
        self._step()
        super().rename(path, target)

    def remove(self, path):
        self._step()
        super().remove(path)

    def sync_folder(self, path):
        self._step()
        super().sync_folder(path)


def keys(told):
    return sorted((one.workstation, one.spool, one.event.sequence) for one in told)


async def test_killed_at_every_step_of_packing_nothing_is_lost_and_nothing_there_twice(tmp_path):
    told = some_days(24, desks=2)
    async with store_rig(tmp_path / "made") as rig:
        for place in range(MERGE_AT):  # the last of them merges all of a day
            await rig.add(told[place * 3 : place * 3 + 3])
            if place < MERGE_AT - 1:
                await rig.store.pack(now=True)
    step, killed = 0, True
    while killed:
        folder = tmp_path / str(step)
        shutil.copytree(tmp_path / "made", folder)
        disk = KilledAtStep(10_000)
        async with store_rig(folder, disk=disk) as rig:
            disk.left = step
            killed = False
            try:
                await rig.store.pack(now=True)
            except KilledError:
                killed = True
            disk.left = 10_000
        async with store_rig(folder) as rig:
            assert await rig.stored() == keys(told), step
            await rig.add(told)  # sent again: all of it is known
            assert await rig.stored() == keys(told), step
            named = {part.number for part in Manifest.read(rig.disk, rig.root).parts}
            files = {int(path.stem) for path in rig.root.glob("*/site=*/day=*/*.parquet")}
            assert files == named, step
        step += 1 if step < 12 else 9
    assert step > 30


async def test_parts_of_a_day_become_one_once_it_is_over(tmp_path):
    told = some_days(60, desks=1)
    clock = SimClock()
    async with store_rig(tmp_path, clock=clock) as rig:
        for place in range(0, 60, 15):
            await rig.add(told[place : place + 15])
            await rig.store.pack(now=True)
        before = told_of(await rig.ask(lambda session: usage(session, YEARS, [By.APPLICATION])))
        clock.advance(20 * DAY_US)
        await rig.store.pack()
        parts = Manifest.read(rig.disk, rig.root).parts
        assert len({part.day for part in parts}) == len(parts) > 1
        assert {part.level for part in parts} == {WHOLE}
        assert sum(part.rows for part in parts) == 60
        assert told_of(await rig.ask(lambda session: usage(session, YEARS, [By.APPLICATION]))) == before
        assert await rig.stored() == keys(told)


def told_of(report):
    return [(row.keys, row.usage) for row in report.rows], report.total


async def test_old_days_go_and_what_is_to_be_forgotten(tmp_path):
    rows = [
        Told("d1", "s", active(1, 0, 10, agent="anna")),
        Told("d1", "s", active(2, 86_400, 10, agent="bert")),
        Told("d2", "s", active(1, 86_400, 10, agent="anna")),
        Told("d2", "s", active(2, 2 * 86_400, 10, agent="anna")),
    ]
    clock = SimClock(MIDNIGHT_US + 3 * DAY_US)
    async with store_rig(tmp_path, clock=clock) as rig:
        await rig.add(rows[:3])
        await rig.store.pack(now=True)
        await rig.add(rows[3:])
        second = Span(MIDNIGHT_US + DAY_US, MIDNIGHT_US + 2 * DAY_US)
        assert await rig.store.erase(second, agents=["anna"]) == 1
        assert await rig.stored() == [("d1", "s", 1), ("d1", "s", 2), ("d2", "s", 2)]
        assert await rig.store.erase(YEARS.period, workstations=["d2"]) == 1
        assert await rig.stored() == [("d1", "s", 1), ("d1", "s", 2)]
        assert await rig.store.erase(YEARS.period, agents=["nobody"]) == 0
        assert await rig.store.forget(2) == 1
        assert await rig.stored() == [("d1", "s", 2)]
        report = await rig.ask(lambda session: usage(session, YEARS, [By.AGENT]))
        assert [row.keys for row in report.rows] == [("bert",)]
    names = [path.read_bytes() for path in rig.root.rglob("*") if path.is_file()]
    assert not any(b"anna" in content for content in names)


async def test_an_end_that_is_not_whole_is_cut_off_and_damage_before_it_is_told(tmp_path):
    told = some_days(20, desks=1)
    async with store_rig(tmp_path) as rig:
        await rig.add(told, batch=5)
    (number,) = list_logs(rig.disk, rig.root)
    path = log_file(rig.root, number)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"workstation":"d"')
    async with store_rig(tmp_path) as rig:
        assert path.read_bytes() == whole
        assert len(await rig.stored()) == 20
    path.write_bytes(whole.replace(b'{"workstation', b"?{workstation", 2))
    with pytest.raises(CorruptError) as damaged:
        async with store_rig(tmp_path):
            pass
    assert damaged.value.code == "analytics.log"


async def test_files_that_are_replaced_while_they_are_read_are_read_anew(tmp_path):
    told = some_days(40, desks=1)
    async with store_rig(tmp_path) as rig:
        await rig.add(told[:20])
        await rig.store.pack(now=True)
        tries = []

        def slowly(session):
            if not tries:  # a day is merged between the list of files and their reading
                tries.append(session)
                for path in rig.root.glob("events/*/*/*.parquet"):
                    path.rename(path.with_suffix(".gone"))
            elif len(tries) == 1:
                tries.append(session)
                for path in rig.root.glob("events/*/*/*.gone"):
                    path.rename(path.with_suffix(".parquet"))
            return session.rows(f"SELECT count(*) FROM ({session.packed(YEARS.period)})")[0][0]  # noqa: S608

        assert await rig.ask(slowly) == 20
        assert len(tries) == 2


async def test_a_question_that_takes_too_long_is_interrupted(tmp_path):
    async with store_rig(tmp_path) as rig:
        rig.asking._limit_s = 0.05
        with pytest.raises(UnavailableError) as slow:
            await rig.ask(lambda session: session.rows("SELECT count(*) FROM range(100000000000) WHERE range % 7 = 3"))
        assert slow.value.code == "analytics.slow"
        rig.asking._limit_s = 60
        asking = asyncio.create_task(rig.ask(lambda session: session.rows("SELECT sum(range) FROM range(99999999999)")))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await rig.ask(lambda session: session.rows("SELECT 1")) == [(1,)]


async def test_nothing_is_acknowledged_while_the_disk_is_full(tmp_path):
    rig = StoreRig(tmp_path)
    rig.store._writer._journal._free_bytes_min = 1 << 60
    await rig.store.open()
    running = asyncio.create_task(rig.store.run())
    with pytest.raises(UnavailableError) as full:
        await rig.store.append("d", "s", [active(1, 0, 1)])
    assert full.value.code == "analytics.full"
    rig.store._writer._journal._free_bytes_min = 0
    await rig.store.append("d", "s", [active(1, 0, 1)])
    assert await rig.stored() == [("d", "s", 1)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    rig.asking.close()


def test_a_packer_says_what_it_cannot_read(tmp_path: Path):
    packer = compaction.Packer(SystemDisk(), tmp_path, SimClock(), site="s")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(CorruptError) as damaged:
        packer.open()
    assert damaged.value.code == "analytics.manifest"
