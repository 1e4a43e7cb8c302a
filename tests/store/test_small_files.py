import errno
import stat
from pathlib import Path

import pytest

from playhead.base.errors import UnavailableError
from playhead.store.disk import SystemDisk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.testing.disk import PowerCutError, SimulatedDisk

PATH = Path("/data/note")


def disk_with_folder(**settings: int) -> SimulatedDisk:
    disk = SimulatedDisk(**settings)
    disk.make_folder(PATH.parent)
    disk.sync_folder(PATH.parent.parent)
    return disk


def test_what_is_written_is_read_and_cut_to_the_limit() -> None:
    disk = disk_with_folder()
    assert read_small_file(disk, PATH, bytes_max=9) is None
    write_small_file(disk, PATH, b"first")
    write_small_file(disk, PATH, b"second")
    assert read_small_file(disk, PATH, bytes_max=9) == b"second"
    assert read_small_file(disk, PATH, bytes_max=3) == b"sec"


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    write_small_file(SystemDisk(), tmp_path / "key", b"secret")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("seed", range(10))
def test_a_power_cut_at_every_step_leaves_one_or_the_other(seed: int) -> None:
    dry = disk_with_folder(seed=seed)
    write_small_file(dry, PATH, b"one")
    begin = len(dry.steps)
    write_small_file(dry, PATH, b"other")
    for cut_at in range(begin + 1, len(dry.steps) + 1):
        disk = disk_with_folder(seed=seed)
        write_small_file(disk, PATH, b"one")
        disk.cut_at = cut_at
        with pytest.raises(PowerCutError):
            write_small_file(disk, PATH, b"other")
        disk.restart()
        assert read_small_file(disk, PATH, bytes_max=9) in (b"one", b"other")
        write_small_file(disk, PATH, b"third")
        assert read_small_file(disk, PATH, bytes_max=9) == b"third"


def test_errors_of_the_disk_get_our_names() -> None:
    disk = disk_with_folder()
    disk.fault = lambda step: errno.EIO if step.name == "sync" else None
    with pytest.raises(UnavailableError) as caught:
        write_small_file(disk, PATH, b"x")
    assert (caught.value.code, read_small_file(disk, PATH, bytes_max=9)) == ("file.unwritable", None)
    disk.fault = None
    disk.make_folder(PATH)
    with pytest.raises(UnavailableError) as caught:
        read_small_file(disk, PATH, bytes_max=9)
    assert caught.value.code == "file.unreadable"
