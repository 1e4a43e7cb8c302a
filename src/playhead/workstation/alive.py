"""A file that says when the program was alive last: two slots, written in turn, so that one is whole at any time."""

import zlib
from pathlib import Path
from typing import Final

import msgspec

from playhead.store.disk import Disk, File

SLOT_BYTES: Final = 512
"""What a drive writes whole or not at all."""


class AliveMark(msgspec.Struct, frozen=True):
    """A sign of life."""

    at_us: int
    """Wall time."""
    boot: str
    """Tells one run of the machine from another."""
    version: str
    """Of the program."""
    has_ended: bool = False
    """The program ended then, in good order."""


class _Slot(msgspec.Struct, frozen=True):
    turn: int
    mark: AliveMark


class AliveMarks:
    """The file. Methods block, and raise `OSError` as the system gave it."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path
        self._file: File | None = None
        self._turn = 0
        self.newest: AliveMark | None = None
        """Of earlier runs, once `open` has read it."""

    def open(self) -> None:
        """Read what an earlier run left."""
        if not self._disk.exists(self._path):
            return
        self._file = self._disk.open(self._path)
        slots = [_read(self._file.read_at(SLOT_BYTES, number * SLOT_BYTES)) for number in range(2)]
        newest = max((slot for slot in slots if slot is not None), key=lambda slot: slot.turn, default=None)
        if newest is not None:
            self.newest, self._turn = newest.mark, newest.turn

    def write(self, mark: AliveMark) -> None:
        """Keep a mark; it is durable on return."""
        if self._file is None:
            is_new = not self._disk.exists(self._path)
            self._file = self._disk.open(self._path, create=is_new)
            if is_new:
                self._disk.sync_folder(self._path.parent)
        turn = self._turn + 1
        body = msgspec.json.encode(_Slot(turn, mark))
        data = (b"%08x %b\n" % (zlib.crc32(body), body)).ljust(SLOT_BYTES)
        self._file.write_at(data[:SLOT_BYTES], turn % 2 * SLOT_BYTES)
        self._file.sync()
        self._turn = turn

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file = None


def _read(data: bytes) -> _Slot | None:
    head, _, body = data.rstrip().partition(b" ")
    if head != b"%08x" % zlib.crc32(body):
        return None
    try:
        return msgspec.json.decode(body, type=_Slot)
    except msgspec.MsgspecError:
        return None
