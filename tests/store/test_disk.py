"""One contract for the real disk and the simulated one, and what the simulated one forgets."""

import errno
from pathlib import Path

import pytest

from playhead.store.disk import SYNC_EACH_MAX, Disk, SystemDisk
from playhead.testing.disk import SECTOR_BYTES, PowerCutError, SimulatedDisk


@pytest.fixture(params=["system", "simulated"])
def disk(request) -> Disk:
    return SystemDisk() if request.param == "system" else SimulatedDisk()


@pytest.fixture
def root(disk, tmp_path) -> Path:
    disk.make_folder(tmp_path)
    return tmp_path


class TestContract:
    def test_writes_and_reads_anywhere(self, disk, root):
        file = disk.open(root / "a", create=True)
        file.write_at(b"hello", 3)
        file.write_at(memoryview(b"HE"), 3)
        assert file.size() == 8
        assert file.read_at(100, 0) == b"\0\0\0HEllo"
        assert file.read_at(2, 4) == b"El"
        assert file.read_at(5, 8) == b""
        file.write_at(b"", 20)
        assert file.size() == 8

    def test_truncates_both_ways(self, disk, root):
        file = disk.open(root / "a", create=True)
        file.write_at(b"hello", 0)
        file.truncate(2)
        file.truncate(4)
        assert file.read_at(10, 0) == b"he\0\0"

    def test_a_file_is_there_by_its_name(self, disk, root):
        disk.open(root / "a", create=True).write_at(b"x", 0)
        assert disk.exists(root / "a")
        assert disk.open(root / "a").read_at(1, 0) == b"x"
        with pytest.raises(FileExistsError):
            disk.open(root / "a", create=True)
        with pytest.raises(FileNotFoundError):
            disk.open(root / "b")
        with pytest.raises(FileNotFoundError):
            disk.open(root / "folder" / "b", create=True)

    def test_folders(self, disk, root):
        disk.make_folder(root / "x" / "y")
        disk.make_folder(root / "x" / "y")
        disk.open(root / "x" / "b", create=True)
        disk.open(root / "x" / "a", create=True)
        assert disk.list_folder(root / "x") == ["a", "b", "y"]
        disk.sync_folder(root / "x")
        with pytest.raises(FileNotFoundError):
            disk.list_folder(root / "z")

    def test_renames_over_and_removes(self, disk, root):
        disk.open(root / "a", create=True).write_at(b"new", 0)
        disk.open(root / "b", create=True).write_at(b"old", 0)
        disk.rename(root / "a", root / "b")
        assert disk.list_folder(root) == ["b"]
        assert disk.open(root / "b").read_at(3, 0) == b"new"
        disk.remove(root / "b")
        assert not disk.exists(root / "b")
        with pytest.raises(FileNotFoundError):
            disk.remove(root / "b")
        with pytest.raises(FileNotFoundError):
            disk.rename(root / "a", root / "b")

    def test_an_open_file_outlives_its_name(self, disk, root):
        file = disk.open(root / "a", create=True)
        disk.remove(root / "a")
        file.write_at(b"x", 0)
        file.sync()
        assert file.read_at(1, 0) == b"x"

    @pytest.mark.parametrize("count", [0, 1, SYNC_EACH_MAX, SYNC_EACH_MAX + 1])
    def test_syncs_many(self, disk, root, count):
        files = [disk.open(root / str(number), create=True) for number in range(count)]
        for file in files:
            file.write_at(b"x", 0)
        assert disk.sync_files(files) == [None] * count

    def test_a_closed_file_fails_alone(self, disk, root):
        files = [disk.open(root / str(number), create=True) for number in range(SYNC_EACH_MAX + 1)]
        files[4].close()
        errors = disk.sync_files(files)
        assert [number for number, error in enumerate(errors) if error] == [4]

    def test_tells_what_room_is_left(self, disk, root):
        assert disk.free_bytes(root) > 0


class TestSystemDisk:
    def test_new_files_and_folders_are_private(self, tmp_path):
        disk = SystemDisk()
        disk.make_folder(tmp_path / "x" / "y")
        disk.open(tmp_path / "x" / "a", create=True).close()
        assert (tmp_path / "x").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "x" / "a").stat().st_mode & 0o777 == 0o600


ROOT = Path("/store")


def _survivors(seeds, prepare):
    """What is there after a power cut, for each seed."""
    found = []
    for seed in range(seeds):
        disk = SimulatedDisk(seed=seed)
        disk.make_folder(ROOT)
        disk.sync_folder(ROOT.parent)
        prepare(disk)
        disk.restart()
        found.append({name: disk.open(ROOT / name).read_at(1 << 20, 0) for name in disk.list_folder(ROOT)})
    return found


class TestPowerCut:
    def test_forgets_an_unsynced_name_for_some_seeds(self):
        def prepare(disk):
            file = disk.open(ROOT / "a", create=True)
            file.write_at(b"x", 0)
            file.sync()

        found = _survivors(20, prepare)
        assert {} in found
        assert {"a": b"x"} in found

    def test_forgets_a_file_with_its_folder(self):
        def prepare(disk):
            disk.make_folder(ROOT / "day")
            disk.open(ROOT / "day" / "a", create=True).sync()
            disk.sync_folder(ROOT / "day")

        found = []
        for seed in range(20):
            disk = SimulatedDisk(seed=seed)
            disk.make_folder(ROOT)
            disk.sync_folder(ROOT.parent)
            prepare(disk)
            disk.restart()
            found.append(disk.exists(ROOT / "day" / "a"))
            assert disk.exists(ROOT / "day") == found[-1]
        assert set(found) == {True, False}

    def test_keeps_what_was_synced(self):
        def prepare(disk):
            file = disk.open(ROOT / "a", create=True)
            file.write_at(b"x" * 2000, 0)
            disk.sync_files([file])
            disk.sync_folder(ROOT)

        assert all(found == {"a": b"x" * 2000} for found in _survivors(20, prepare))

    def test_tears_unsynced_bytes_at_sectors(self):
        old, new = b"o" * 4 * SECTOR_BYTES, b"n" * 4 * SECTOR_BYTES

        def prepare(disk):
            file = disk.open(ROOT / "a", create=True)
            file.write_at(old, 0)
            file.sync()
            disk.sync_folder(ROOT)
            file.write_at(new, 0)

        seen = set()
        for found in _survivors(100, prepare):
            sectors = [found["a"][start : start + SECTOR_BYTES] for start in range(0, len(old), SECTOR_BYTES)]
            assert all(sector in {b"o" * SECTOR_BYTES, b"n" * SECTOR_BYTES} for sector in sectors)
            seen.add(tuple(sector[:1] for sector in sectors))
        assert len(seen) == 16

    def test_forgets_or_keeps_an_unsynced_length(self):
        def prepare(disk):
            file = disk.open(ROOT / "a", create=True)
            file.write_at(b"x" * 1000, 0)
            file.sync()
            disk.sync_folder(ROOT)
            file.truncate(10)

        lengths = {len(found["a"]) for found in _survivors(50, prepare)}
        assert {10, 1000} < lengths

    def test_a_rename_is_kept_or_forgotten_whole(self):
        def prepare(disk):
            disk.open(ROOT / "a", create=True)
            disk.sync_folder(ROOT)
            disk.rename(ROOT / "a", ROOT / "b")

        assert {tuple(found) for found in _survivors(20, prepare)} == {("a",), ("b",)}

    def test_a_failed_sync_loses_bytes_for_good(self):
        """What Linux does: the next sync succeeds, and the bytes are still only in memory."""

        disk = SimulatedDisk()
        disk.make_folder(ROOT)
        disk.sync_folder(ROOT.parent)
        file = disk.open(ROOT / "a", create=True)
        disk.sync_folder(ROOT)
        file.write_at(b"x", 0)
        disk.fault = lambda step: errno.EIO if step.name == "sync" else None
        with pytest.raises(OSError, match="Input/output"):
            file.sync()
        disk.fault = None
        file.sync()
        assert file.read_at(1, 0) == b"x"
        disk.restart()
        assert disk.open(ROOT / "a").read_at(1, 0) == b"\0"

    def test_cuts_at_the_step_asked_for_and_stays_dead(self):
        disk = SimulatedDisk(cut_at=2)
        disk.make_folder(ROOT)
        with pytest.raises(PowerCutError):
            disk.open(ROOT / "a", create=True)
        with pytest.raises(PowerCutError):
            disk.exists(ROOT)
        disk.restart()
        assert not disk.exists(ROOT / "a")

    def test_a_full_disk_takes_half(self):
        disk = SimulatedDisk()
        disk.make_folder(ROOT)
        file = disk.open(ROOT / "a", create=True)
        disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
        with pytest.raises(OSError, match="No space"):
            file.write_at(b"12345678", 0)
        assert file.size() == 4

    def test_growing_again_does_not_bring_back_what_was_cut_off(self):
        def prepare(disk):
            file = disk.open(ROOT / "a", create=True)
            disk.sync_folder(ROOT)
            file.write_at(b"x" * 2000, 0)
            file.sync()
            file.truncate(10)
            file.truncate(2000)
            file.sync()

        assert all(found == {"a": b"x" * 10 + bytes(1990)} for found in _survivors(20, prepare))
