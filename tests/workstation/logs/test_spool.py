import errno
from pathlib import Path

import pytest

from playhead.base.logs import Said
from playhead.domain.logs import TEXT_CHARS_MAX
from playhead.testing.disk import SimulatedDisk
from playhead.wire.relp.limits import DATA_BYTES_MAX
from playhead.workstation import line_spool as spools
from playhead.workstation.line_spool import RECENT_BYTES
from playhead.workstation.logs.sending import message_of
from playhead.workstation.logs.spool import FIELDS_MAX, VALUES_CHARS_MAX, LogSpool

FOLDER = Path("/data/logs")


def said(text: str, **fields: str) -> Said:
    return Said("2026-11-23T12:00:00.000000Z", "info", "shipper", text, fields)


def opened(disk: SimulatedDisk, *, bytes_max: int = 1 << 20, name: str = "s1") -> LogSpool:
    spool = LogSpool(disk, FOLDER, bytes_max=bytes_max, new_name=lambda: name)
    spool.open()
    return spool


def simulated(**settings: int) -> SimulatedDisk:
    disk = SimulatedDisk(**settings)
    disk.make_folder(FOLDER.parent)
    disk.sync_folder(FOLDER.parent.parent)
    return disk


def fill(spool: LogSpool, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        assert spool.write(said(f"line {number}"))


def texts(spool: LogSpool, lines_max: int = 1000) -> list[str]:
    return [line.text for line in spool.read(lines_max)]


def test_what_is_written_is_read_once_it_is_on_the_disk() -> None:
    spool = opened(simulated())
    fill(spool, 3)
    assert texts(spool) == []
    spool.sync()
    assert texts(spool, 2) == ["line 0", "line 1"]
    assert texts(spool) == ["line 2"]
    assert texts(spool) == []
    spool.acknowledge(1)
    spool.rewind()
    assert texts(spool) == ["line 1", "line 2"]


def test_it_goes_on_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "FILE_BYTES", 300)
    disk = simulated()
    for start in range(0, 12, 4):
        spool = opened(disk, name=f"name {start}")
        fill(spool, 4, start)
        spool.sync()
        spool.acknowledge(start + 2)
        spool.save()
        spool.close()
    spool = opened(disk, name="another")
    assert (spool.name, spool.sent) == ("name 0", 10)
    assert [(line.sequence, line.text) for line in spool.read(99)] == [(11, "line 10"), (12, "line 11")]
    fill(spool, 1, 12)
    spool.sync()
    assert [line.sequence for line in spool.read(99)] == [13]


def test_the_oldest_go_first_and_those_that_were_not_sent_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "FILE_BYTES", 500)
    spool = opened(simulated(), bytes_max=1500)
    fill(spool, 4)
    spool.acknowledge(2)
    fill(spool, 60, 4)
    assert spool.used_bytes <= 1500
    spool.sync()
    left = spool.read(999)
    assert left[-1].text == "line 63"
    assert spool.lost == left[0].sequence - 1 - 2
    assert [line.sequence for line in left] == list(range(left[0].sequence, 65))


def test_a_line_is_bounded_and_fits_a_frame() -> None:
    spool = opened(simulated())
    fields = {f"name {number:03}" + "n" * 300: "\U0001f600" * VALUES_CHARS_MAX for number in range(FIELDS_MAX + 1)}
    spool.write(said("\U0001f600" * (TEXT_CHARS_MAX + 1), **fields))
    spool.write(said("\x01" * TEXT_CHARS_MAX, quotes='"\\]' * VALUES_CHARS_MAX))
    spool.sync()
    lines = spool.read(2)
    for line in lines:
        assert len(message_of(line, workstation="desk-1", spool="s", offset_us=-5)) <= DATA_BYTES_MAX
    assert (len(lines[0].text), len(lines[0].fields)) == (TEXT_CHARS_MAX, FIELDS_MAX)
    assert sum(map(len, lines[0].fields.values())) == VALUES_CHARS_MAX
    assert spool.used_bytes < 2 * RECENT_BYTES


def test_a_disk_that_is_full() -> None:
    disk = simulated()
    spool = opened(disk)
    fill(spool, 1)
    disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
    assert not spool.write(said("lost"))
    disk.fault = None
    assert spool.lost == 1
    fill(spool, 1, 1)
    spool.sync()
    assert [(line.sequence, line.text) for line in spool.read(9)] == [(1, "line 0"), (2, "line 1")]


@pytest.mark.parametrize("seed", range(20))
def test_a_power_cut_takes_no_number_that_was_sent(seed: int) -> None:
    disk = simulated(seed=seed)
    spool = opened(disk)
    fill(spool, 5)
    spool.sync()
    assert [line.sequence for line in spool.read(9)] == [1, 2, 3, 4, 5]  # which the premises may have now
    fill(spool, 5, 5)
    disk.restart()
    spool = opened(disk)
    fill(spool, 1, 10)
    spool.sync()
    found = {line.sequence: line.text for line in spool.read(99)}
    assert [found[number] for number in range(1, 6)] == [f"line {number}" for number in range(5)]
    assert found[max(found)] == "line 10"
    assert max(found) > 5


def test_how_far_it_was_sent_is_damaged() -> None:
    disk = simulated()
    spool = opened(disk)
    fill(spool, 2)
    spool.sync()
    spool.acknowledge(2)
    spool.save()
    spool.close()
    disk.open(FOLDER / "sent.json").write_at(b"garbage", 0)
    again = opened(disk, name="s2")
    assert (again.name, texts(again)) == ("s2", ["line 0", "line 1"])
