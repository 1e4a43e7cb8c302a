"""inotify(7) without a library: which names in some folders came, changed and went.

The standard library has no binding; this is the three calls and the layout of one structure.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import Final

from playhead.base.errors import LimitError, UnavailableError

_EVENT: Final = struct.Struct("iIII")
_READ_BYTES: Final = 1 << 18
_NONBLOCK: Final = os.O_NONBLOCK | os.O_CLOEXEC
_NO_SPACE: Final = 28


class Mask(IntFlag):
    """Of inotify.h."""

    MODIFY = 0x2
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    OVERFLOW = 0x4000
    """More happened than the kernel keeps; something is missing."""
    IGNORED = 0x8000
    """A folder is gone, and its watch with it."""
    ONLYDIR = 0x01000000
    DONT_FOLLOW = 0x02000000
    ISDIR = 0x40000000


WANTED: Final = Mask.MODIFY | Mask.MOVED_FROM | Mask.MOVED_TO | Mask.CREATE | Mask.DELETE


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a name in a folder."""

    folder: Path
    name: str
    mask: Mask


class Inotify:
    """Watches folders, each by itself: subfolders have to be added.

    Raises:
        UnavailableError: ``antivirus.inotify``: the kernel gives no more of these.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(_NONBLOCK)
        if self._descriptor < 0:
            raise UnavailableError("antivirus.inotify", f"Folders cannot be watched: {_last_error()}.")
        self._folders: dict[int, Path] = {}

    def add(self, folder: Path) -> None:
        """Watch a folder from now on.

        Raises:
            OSError: it is none, or may not be read.
            LimitError: ``antivirus.watches``: this account watches all that it may.
        """
        watch = self._libc.inotify_add_watch(
            self._descriptor, os.fsencode(folder), WANTED | Mask.ONLYDIR | Mask.DONT_FOLLOW
        )
        if watch >= 0:
            self._folders[watch] = folder
            return
        number = ctypes.get_errno()
        if number == _NO_SPACE:
            hint = "Raise it: `sysctl fs.inotify.max_user_watches=1048576`, or name fewer folders."
            raise LimitError("antivirus.watches", "No more folders can be watched by this account.", hint=hint)
        raise OSError(number, os.strerror(number), str(folder))

    def read(self) -> Iterator[Event]:
        """What happened since; does not wait."""
        while True:
            try:
                data = os.read(self._descriptor, _READ_BYTES)
            except BlockingIOError:
                return
            offset = 0
            while offset < len(data):
                watch, mask, _, length = _EVENT.unpack_from(data, offset)
                offset += _EVENT.size
                name = os.fsdecode(data[offset : offset + length].rstrip(b"\0"))
                offset += length
                if mask & Mask.OVERFLOW:
                    yield Event(Path(), "", Mask.OVERFLOW)
                elif mask & Mask.IGNORED:
                    self._folders.pop(watch, None)
                elif watch in self._folders:
                    yield Event(self._folders[watch], name, Mask(mask))

    def close(self) -> None:
        """Watch nothing any more."""
        os.close(self._descriptor)


def _last_error() -> str:
    return os.strerror(ctypes.get_errno())
