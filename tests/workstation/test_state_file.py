import errno
from pathlib import Path

import pytest

from playhead.base.errors import CorruptError, UnavailableError
from playhead.domain.blackouts import NAME_CHARS_MAX, REASON_CHARS_MAX, REQUESTS_MAX
from playhead.testing.disk import SimulatedDisk
from playhead.workstation.state_file import KeptBlackout, StateFile, WorkstationState

PATH = Path("/data/state.json")


def file_on(disk: SimulatedDisk) -> StateFile:
    disk.make_folder(PATH.parent)
    return StateFile(disk, PATH)


def test_nothing_saved_is_the_default() -> None:
    assert file_on(SimulatedDisk()).load() == WorkstationState()


def test_what_is_saved_is_loaded() -> None:
    disk = SimulatedDisk()
    state = WorkstationState(recording="a", blackouts=(KeptBlackout(source="agent", since_us=1, left_us=0),), command=7)
    file_on(disk).save(state)
    assert file_on(disk).load() == state
    file_on(disk).save(WorkstationState())
    assert file_on(disk).load() == WorkstationState()


def test_a_damaged_file_is_said() -> None:
    disk = SimulatedDisk()
    state_file = file_on(disk)
    disk.open(PATH, create=True).write_at(b"{", 0)
    with pytest.raises(CorruptError) as caught:
        state_file.load()
    assert caught.value.code == "state.damaged"


def test_as_many_blackouts_as_there_may_be_fit() -> None:
    disk = SimulatedDisk()
    text = "\u0001" * NAME_CHARS_MAX
    one = KeptBlackout(source="api", by=text, label=text, reason="\u0001" * REASON_CHARS_MAX, since_us=1 << 62)
    state = WorkstationState(blackouts=(one,) * REQUESTS_MAX)
    file_on(disk).save(state)
    assert file_on(disk).load() == state


def test_a_full_disk_keeps_what_was_there() -> None:
    disk = SimulatedDisk()
    state_file = file_on(disk)
    state_file.save(WorkstationState(command=1))
    disk.fault = lambda step: errno.ENOSPC if step.name == "write" else None
    with pytest.raises(UnavailableError) as caught:
        state_file.save(WorkstationState(command=2))
    assert caught.value.code == "file.unwritable"
    disk.fault = None
    assert state_file.load().command == 1


def test_an_unreadable_file_is_said() -> None:
    disk = SimulatedDisk()
    state_file = file_on(disk)
    disk.make_folder(PATH)
    with pytest.raises(UnavailableError) as caught:
        state_file.load()
    assert caught.value.code == "file.unreadable"
