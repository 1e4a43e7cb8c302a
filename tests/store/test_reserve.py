"""A full disk: what must be written is written, with the room that was kept for it."""

import errno
from collections.abc import Generator
from pathlib import Path

import pytest
from mounting import mounted

from playhead.base.errors import UnavailableError
from playhead.store.disk import SystemDisk
from playhead.store.reserve import SPEND_BYTES, Reserve, ReservedDisk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.testing.disk import SimulatedDisk, Step

FOLDER = Path("/data")
SIZE = 1 << 20


def disk_that_is_full_while(reserve_is_there: list[bool]) -> SimulatedDisk:
    """Nothing can be written to it as long as the reserve takes the last room."""

    def fault(step: Step) -> int | None:
        if step.path.name == "reserve":
            if step.name == "truncate":
                reserve_is_there[0] = False
            return None
        return errno.ENOSPC if reserve_is_there[0] and step.name in {"write", "create"} else None

    disk = SimulatedDisk()
    disk.make_folder(FOLDER)
    disk.fault = fault
    return disk


def test_a_full_disk_takes_what_must_be_written_and_the_reserve_is_filled_again() -> None:
    full = [True]
    disk = disk_that_is_full_while(full)
    reserve = Reserve(disk, FOLDER / "reserve", SIZE)
    assert reserve.fill()
    assert disk.open(FOLDER / "reserve").size() == SIZE
    with pytest.raises(UnavailableError):
        write_small_file(disk, FOLDER / "state", b"plain")
    write_small_file(ReservedDisk(disk, reserve), FOLDER / "state", b"kept")
    assert read_small_file(disk, FOLDER / "state", bytes_max=10) == b"kept"
    assert not reserve.is_whole
    assert disk.open(FOLDER / "reserve").size() == SIZE - SPEND_BYTES
    left = SIZE // SPEND_BYTES - 1
    for times in range(left):
        full[0] = True
        write_small_file(ReservedDisk(disk, reserve), FOLDER / "state", f"kept {times}".encode())
    full[0] = True
    disk.fault = lambda step: errno.ENOSPC if step.name in {"write", "create"} else None
    with pytest.raises(UnavailableError):
        write_small_file(ReservedDisk(disk, reserve), FOLDER / "state", b"no more")
    assert disk.open(FOLDER / "reserve").size() == 0
    disk.fault = None
    assert read_small_file(disk, FOLDER / "state", bytes_max=10) == f"kept {left - 1}".encode()
    assert reserve.fill()
    assert disk.open(FOLDER / "reserve").size() == SIZE


def test_the_reserve_is_not_taken_from_what_is_left_to_others() -> None:
    disk = SimulatedDisk(room_bytes=SIZE + 99)
    disk.make_folder(FOLDER)
    reserve = Reserve(disk, FOLDER / "reserve", SIZE)
    assert not reserve.fill(free_bytes_min=100)
    assert not disk.exists(FOLDER / "reserve")
    assert reserve.fill(free_bytes_min=99)


def test_a_reserve_that_does_not_fit_is_not_whole() -> None:
    disk = SimulatedDisk(fault=lambda step: errno.ENOSPC if step.name == "write" else None)
    disk.make_folder(FOLDER)
    reserve = Reserve(disk, FOLDER / "reserve", SIZE)
    assert not reserve.fill()
    assert not reserve.is_whole
    disk.fault = None
    assert reserve.fill()
    assert disk.open(FOLDER / "reserve").size() == SIZE


def test_other_troubles_do_not_spend_it() -> None:
    disk = SimulatedDisk()
    disk.make_folder(FOLDER)
    reserve = Reserve(disk, FOLDER / "reserve", SIZE)
    assert reserve.fill()
    disk.fault = lambda step: errno.EIO if step.path.name != "reserve" else None
    with pytest.raises(UnavailableError):
        write_small_file(ReservedDisk(disk, reserve), FOLDER / "state", b"kept")
    assert reserve.is_whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path, None, None]:
    with mounted(tmp_path / "small", mebibytes=8) as folder:
        yield folder


def test_on_a_real_disk_that_is_full(small_disk: Path) -> None:
    disk = SystemDisk()
    reserve = Reserve(disk, small_disk / "reserve", SIZE)
    assert reserve.fill()
    write_small_file(disk, small_disk / "state", b"before")
    others = disk.open(small_disk / "others", create=True)
    with pytest.raises(OSError, match="No space left"):
        others.write_at(bytes(16 << 20), 0)
    with pytest.raises(UnavailableError):
        write_small_file(disk, small_disk / "state", b"y" * 10_000)
    assert read_small_file(disk, small_disk / "state", bytes_max=100) == b"before"
    write_small_file(ReservedDisk(disk, reserve), small_disk / "state", b"y" * 10_000)
    assert read_small_file(disk, small_disk / "state", bytes_max=20_000) == b"y" * 10_000
    others.truncate(0)
    assert reserve.fill()
    assert (small_disk / "reserve").stat().st_size == SIZE
