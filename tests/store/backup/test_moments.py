"""Whatever happens while a backup is made or restored, and wherever it stops: what is there is whole, or none."""

import asyncio
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store.backup.rig import Rig, assert_whole, tree

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId
from playhead.domain.recordings import RecordingState
from playhead.store.backup import Done, find_backups
from playhead.store.backup.manifest import read_entries
from playhead.store.catalogue.segments import list_segments
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Eraser, Order
from playhead.store.segments import OpenSegment
from playhead.testing.site import Site, opened_site
from playhead.testing.vid import VidFixture, make_vid

COUNTED = ("open", "make_folder", "rename", "link", "sync_folder", "sync_files")


class Killed(BaseException):
    """The process is gone."""


class Steps(SystemDisk):
    """Counts what is done to the disk, and stops at one of these things."""

    def __init__(self, stop_at: int = 0) -> None:
        self.count = 0
        self.stop_at = stop_at
        self.each = lambda: None


def _counted(name: str):
    def step(self: Steps, *arguments, **more):
        self.count += 1
        self.each()
        if self.count == self.stop_at:
            raise Killed
        return getattr(SystemDisk, name)(self, *arguments, **more)

    return step


for _name in COUNTED:
    setattr(Steps, _name, _counted(_name))


async def filled(site: Site) -> None:
    for seed, size in (("a", None), ("b", 5_000), ("c", None)):
        await site.add_fixture(make_vid(seed, site_private_key=site.keyring.recording_key), size=size)


async def test_a_backup_that_is_killed_at_any_step_is_none_and_the_next_one_is_whole(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    async with opened_site(tmp_path / "live") as site:
        await filled(site)
        counting = Steps()
        await Rig(site, tmp_path / "counted").backup(disk=counting, share=False)
        assert counting.count > 30
        before = tree(tmp_path / "live")
        for stop_at in [*range(1, counting.count + 1, 3), counting.count - 1, counting.count]:
            rig = Rig(site, tmp_path / f"killed-{stop_at}")
            with pytest.raises(Killed):
                await rig.backup(disk=Steps(stop_at), share=False)
            whole = [one for one in find_backups(SystemDisk(), rig.folder) if one.manifest is not None]
            # Its last step makes the name durable: by then all of it is there.
            assert len(whole) == (1 if stop_at == counting.count else 0)
            assert tree(tmp_path / "live") == before
        await rig.backup()
        await rig.restore(tmp_path / "again")
        assert len(await assert_whole(tmp_path / "again", rig.clock)) == 3


async def test_a_restore_that_is_killed_at_any_step_leaves_no_server_and_can_be_begun_again(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    async with opened_site(tmp_path / "live") as site:
        await filled(site)
        rig = Rig(site, tmp_path / "backups")
        await rig.backup(share=False)
        counting = Steps()
        await rig.restore(tmp_path / "counted", disk=counting)
        backups = tree(tmp_path / "backups")
        root = tmp_path / "again"
        for stop_at in [*range(1, counting.count, 4), counting.count - 1]:
            with pytest.raises(Killed):
                await rig.restore(root, disk=Steps(stop_at))
            assert not root.exists()
        await rig.restore(root)
        assert len(await assert_whole(root, rig.clock)) == 3
        assert tree(tmp_path / "backups") == backups
        assert not (tmp_path / "again.restoring").exists()


async def test_everything_is_durable_before_the_name_that_says_so(tmp_path: Path) -> None:
    """What is written is synced, and so is every folder, before the backup gets its name."""
    (tmp_path / "live").mkdir()
    order: list[tuple[str, str]] = []

    class Told(SystemDisk):
        def sync_files(self, files):
            order.extend(("synced", "") for _ in files)
            return super().sync_files(files)

        def sync_folder(self, path):
            order.append(("folder", path.name))
            super().sync_folder(path)

        def rename(self, path, target):
            order.append(("name", target.name))
            super().rename(path, target)

    async with opened_site(tmp_path / "live") as site:
        await filled(site)
        done = await Rig(site, tmp_path / "backups").backup(disk=Told(), share=False)
    names = [name for kind, name in order if kind == "name"]
    assert names[-2:] == ["manifest.json", done.manifest.id]
    sealed = order.index(("name", "manifest.json"))
    synced = {name for kind, name in order[:sealed] if kind == "folder"}
    day = next((done.folder / "recordings").rglob("*.vid")).parent
    assert {day.name, day.parent.name, day.parent.parent.name, "recordings", f"{done.manifest.id}.partial"} <= synced
    assert sum(kind == "synced" for kind, _ in order[:sealed]) == 3


class Work:
    """Segments begin, grow, end and are erased, as chance has it."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site = site
        self.chance = chance
        self.erased: set[RecordingId] = set()
        self._growing: list[tuple[OpenSegment, VidFixture, int]] = []
        self._count = 0
        self._eraser = Eraser(
            site.folder / "segments",
            site.folder / "erasures",
            catalogue=site.catalogue,
            disk=SystemDisk(),
            authority=site.keyring.authority,
            audit=site.audit,
            clock=site.clock,
        )

    async def go_on(self) -> None:
        what = self.chance.random()
        if what < 0.3 or not self._growing:
            await self._begin()
        elif what < 0.75:
            await self._grow()
        else:
            await self._erase()

    async def _begin(self) -> None:
        self._count += 1
        made = make_vid(f"{self._count}", seconds=1.0, site_private_key=self.site.keyring.recording_key)
        size = self.chance.randint(len(made.header_bytes), len(made.data) - 1)
        self._growing.append((await self.site.add_fixture(made, size=size), made, size))

    async def _grow(self) -> None:
        segment, made, size = self._growing.pop(self.chance.randrange(len(self._growing)))
        more = self.chance.choice((len(made.data), self.chance.randint(size, len(made.data))))
        await self.site.grow(segment, made.data[size:more])
        if more < len(made.data):
            self._growing.append((segment, made, more))

    async def _erase(self) -> None:
        async with self.site.catalogue.reading() as connection:
            every = await list_segments(connection, after=None, limit=100)
        sealed = [one.segment.recording for one in every if one.segment.sealed]
        if not sealed:
            return
        recording = self.chance.choice(sealed)
        await self.site.set_state(recording, RecordingState.COMPLETE, 1)
        await self._eraser.begin(Order(recording, "sam", "chance"))
        await self._eraser.shred()
        if self.chance.random() < 0.5:
            await self._eraser.remove(before_us=self.site.clock.wall_us())
        self.erased.add(recording)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32))
def test_at_any_moment_of_recording_the_cut_is_consistent(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    asyncio.run(_recorded_meanwhile(random.Random(seed), tmp_path_factory.mktemp("cut")))  # noqa: S311 # repeatable


async def _recorded_meanwhile(chance: random.Random, folder: Path) -> None:
    """Work goes on between any two steps of the backup."""
    (folder / "live").mkdir()
    async with opened_site(folder / "live") as site:
        work, rig = Work(site, chance), Rig(site, folder / "backups")
        for _ in range(6):
            await work.go_on()
        loop, disk = asyncio.get_running_loop(), Steps()

        def each() -> None:
            assert threading.current_thread() is not threading.main_thread(), "nothing of it holds up the loop"
            if chance.random() < 0.25:
                asyncio.run_coroutine_threadsafe(work.go_on(), loop).result()

        disk.each = each
        for _ in range(2):
            done = await rig.backup(disk=disk, incremental=chance.random() < 0.5, share=chance.random() < 0.5)
            assert done.manifest.faults == ()
            assert_agrees(done)
        restored = await rig.restore(folder / "again", journals=[folder / "live" / "erasures"])
        assert (restored.damaged, restored.findings) == ([], [])
        assert work.erased.isdisjoint(await assert_whole(folder / "again", rig.clock))


def assert_agrees(done: Done) -> None:
    """The files in a backup are those that its catalogue names, each up to the bytes that it says."""
    with closing(sqlite3.connect(f"file:{done.folder / 'catalogue.db'}?immutable=1", uri=True)) as catalogue:
        rows = catalogue.execute("SELECT location, durable_bytes FROM segments WHERE ended != 'deleting'").fetchall()
    entries = read_entries(SystemDisk(), done.folder / "segments.jsonl")
    assert sorted((one.location, one.size_bytes) for one in entries) == sorted(rows)


async def test_what_comes_just_after_the_catalogue_was_copied_is_not_in_it(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    async with opened_site(tmp_path / "live") as site:
        key = site.keyring.recording_key
        made, fresh = make_vid("a", site_private_key=key), make_vid("b", site_private_key=key)
        segment = await site.add_fixture(made, size=4_000)
        loop = asyncio.get_running_loop()

        async def go_on() -> None:
            await site.grow(segment, made.data[4_000:])
            await site.add_fixture(fresh)

        class Late(SystemDisk):
            def open(self, path, *, create=False):
                if path.name == "segments.jsonl" and create:
                    asyncio.run_coroutine_threadsafe(go_on(), loop).result()
                return super().open(path, create=create)

        rig = Rig(site, tmp_path / "backups")
        done = await rig.backup(disk=Late())
        assert_agrees(done)
        assert (done.manifest.segments, done.manifest.size_bytes <= 4_000) == (1, True)
        await rig.restore(tmp_path / "again")
        assert await assert_whole(tmp_path / "again", rig.clock) == {made.header.recording}


async def test_a_disk_that_fails_at_the_target_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()

    class Failing(SystemDisk):
        def make_folder(self, path):
            if ".partial" in str(path):
                raise OSError(5, "Input/output error", str(path))
            super().make_folder(path)

    async with opened_site(tmp_path / "live") as site:
        await filled(site)
        with pytest.raises(UnavailableError) as failed:
            await Rig(site, tmp_path / "backups").backup(disk=Failing())
        assert failed.value.code == "backup.failed"
