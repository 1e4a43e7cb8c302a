from datetime import date
from pathlib import Path

import pytest
from store.logs.loglines import START_US, some_lines

from playhead.store.disk import SystemDisk
from playhead.store.logs import LogFile, list_files
from playhead.store.logs.files import remove, remove_leftovers
from playhead.store.logs.journal import Journal
from playhead.store.logs.keeping import Kept, due, measure
from playhead.store.logs.packing import pack
from playhead.testing.clock import SimClock

FILES = [Kept(LogFile(Path(f"/logs/2026-11-{day}"), number), 100) for number, day in enumerate((20, 21, 22, 23), 1)]


@pytest.mark.parametrize(
    ("days", "bytes_max", "current", "going"),
    [
        (3, 400, 4, []),
        (2, 400, 4, [1]),
        (30, 399, 4, [1]),
        (30, 100, 4, [1, 2, 3]),
        (30, 0, 4, [1, 2, 3]),
        (0, 400, 3, [1, 2]),
        (0, 400, 5, [1, 2, 3]),
    ],
)
def test_what_goes(days: int, bytes_max: int, current: int, going: list[int]) -> None:
    found = due(FILES, today=date(2026, 11, 23), days=days, bytes_max=bytes_max, current=current)
    assert [file.number for file in found] == going


def test_sizes_and_removal_with_what_a_crash_left(tmp_path: Path) -> None:
    disk, clock, root = SystemDisk(), SimClock(START_US), tmp_path / "logs"
    journal = Journal(disk, root, clock, file_bytes=1, file_age_us=1 << 60, free_bytes_min=0)
    journal.open()
    for line in some_lines(3):
        journal.append([line])
    packed = pack(disk, list_files(disk, root)[0])
    sizes = [each.bytes for each in measure(disk, list_files(disk, root))]
    assert sizes[0] == packed.packed.stat().st_size + packed.index.stat().st_size
    packed.index.unlink()  # a crash came in the middle of removing it
    assert [file.number for file in list_files(disk, root)] == [2, 3]
    remove_leftovers(disk, root)
    assert not packed.packed.exists()
    remove(disk, list_files(disk, root)[0])
    assert [file.number for file in list_files(disk, root)] == [3]
