"""fanotify(7) without a library: which process wrote to a file in some folders. It needs CAP_SYS_ADMIN.

inotify does not say who, and ``/proc`` shows only who holds a file open at the moment of looking; files that come and
go in between belong to nobody without this.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CLASS_NOTIF: Final = 0x0
_CLASS_CONTENT: Final = 0x4
_CLOEXEC: Final = 0x1
_NONBLOCK: Final = 0x2
_MARK_ADD: Final = 0x1
_MARK_ONLYDIR: Final = 0x8
_MODIFY: Final = 0x2
_CLOSE_WRITE: Final = 0x8
_ON_CHILD: Final = 0x08000000
_AT_FDCWD: Final = -100
_METADATA: Final = struct.Struct("IBBHQii")
_READ_BYTES: Final = 1 << 16
_EVENT_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_LARGEFILE


class Fanotify:
    """Hears who writes; `start` says whether it may.

    Each folder has to be added by itself.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def start(cls) -> "Fanotify | None":
        """None where the kernel or the account's rights do not allow it."""
        descriptor = _init(_CLASS_NOTIF)
        return cls(descriptor) if descriptor >= 0 else None

    def fileno(self) -> int:
        """What becomes readable when something was written."""
        return self._descriptor

    def add(self, folder: Path) -> None:
        """Hear of what is written to the files of a folder from now on.

        Raises:
            OSError: it is gone, or its file system does not tell.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.fanotify_mark.argtypes = (
            ctypes.c_int, ctypes.c_uint, ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p
        )  # fmt: skip
        mask = _MODIFY | _CLOSE_WRITE | _ON_CHILD
        if libc.fanotify_mark(self._descriptor, _MARK_ADD | _MARK_ONLYDIR, mask, _AT_FDCWD, os.fsencode(folder)) < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))

    def read(self) -> Iterator[tuple[Path, int]]:
        """Path and process of each write since; does not wait."""
        while True:
            try:
                data = os.read(self._descriptor, _READ_BYTES)
            except BlockingIOError:
                return
            for descriptor, pid in _events(data):
                if descriptor < 0:
                    continue  # more happened than the kernel keeps
                try:
                    path = Path(f"/proc/self/fd/{descriptor}").readlink()
                finally:
                    os.close(descriptor)
                yield Path(str(path).removesuffix(" (deleted)")), pid

    def close(self) -> None:
        """Hear nothing any more."""
        os.close(self._descriptor)


def can_ask_permission() -> str:
    """Why a scanner cannot be asked before a file is opened; empty where it can (fanotify_init(2))."""
    descriptor = _init(_CLASS_CONTENT)
    if descriptor < 0:
        return os.strerror(ctypes.get_errno())
    os.close(descriptor)
    return ""


def _init(kind: int) -> int:
    return ctypes.CDLL(None, use_errno=True).fanotify_init(kind | _CLOEXEC | _NONBLOCK, _EVENT_FLAGS)


def _events(data: bytes) -> Iterator[tuple[int, int]]:
    """Descriptor and process of each."""
    offset = 0
    while offset < len(data):
        length, *_, descriptor, pid = _METADATA.unpack_from(data, offset)
        yield descriptor, pid
        offset += length
