"""How pixels come from the X server: through memory shared with it, or else through the connection."""

import contextlib
import ctypes
import os
from typing import Protocol

import numpy as np

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.picture import Pixels
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.capture.x11.display import Display, RefusedByServerError

_IPC_PRIVATE = 0
_IPC_CREAT = 0o1000
_IPC_RMID = 0
_FAILED = ctypes.c_void_p(-1).value


class Images(Protocol):
    """Grabs parts of the root window."""

    def grab(self, area: Rectangle) -> Pixels:
        """The pixels of ``area``, valid until the next call.

        Raises:
            RefusedByServerError: ``area`` is not inside the root window (any more).
        """
        ...

    def close(self) -> None:
        """Give back what is held. The display may be gone already."""
        ...


class ConnectionImages:
    """GetImage: every byte through the socket. For a display on another machine, and where MIT-SHM is missing."""

    def __init__(self, display: Display) -> None:
        self._display = display

    def grab(self, area: Rectangle) -> Pixels:
        """See `Images.grab`."""
        return np.frombuffer(self._display.image(area), np.uint32).reshape(area.height, area.width)

    def close(self) -> None:
        """Nothing is held."""


class SharedImages:
    """MIT-SHM: the server writes into System V shared memory, which this process reads in place.

    The memory is marked for removal as soon as both have it, so that not even ``kill -9`` leaves it behind.

    Args:
        display: the connection.
        pixels: the largest area that will be grabbed.

    Raises:
        RefusedByServerError: the server cannot share memory with this process.
    """

    def __init__(self, display: Display, pixels: int) -> None:
        self._display = display
        self.pixels = pixels
        self._memory = _SharedMemory(pixels * 4)
        try:
            self._segment = display.attach(self._memory.id)
        except RefusedByServerError:
            self._memory.detach()
            raise
        finally:
            self._memory.remove()
        self._view = self._memory.view()

    def grab(self, area: Rectangle) -> Pixels:
        """See `Images.grab`."""
        self._display.copy_image(area, self._segment)
        return self._view[: area.width * area.height].reshape(area.height, area.width)

    def close(self) -> None:
        """Detach on both sides."""
        # A display that went away has detached by itself.
        with contextlib.suppress(RefusedByServerError, UnavailableError):
            self._display.detach(self._segment)
        self._view = np.zeros(0, np.uint32)
        self._memory.detach()


class _SharedMemory:
    """System V shared memory through the C library: Python's own is POSIX, which MIT-SHM does not take."""

    def __init__(self, size_bytes: int) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._shmat = libc.shmat
        self._shmat.restype = ctypes.c_void_p
        self._shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
        self._shmdt = libc.shmdt
        self._shmdt.argtypes = (ctypes.c_void_p,)
        self._shmctl = libc.shmctl
        self._shmctl.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
        shmget = libc.shmget
        shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
        self.size_bytes = size_bytes
        self.id = int(shmget(_IPC_PRIVATE, size_bytes, _IPC_CREAT | 0o600))
        if self.id < 0:
            raise RefusedByServerError(f"shmget: {os.strerror(ctypes.get_errno())}")
        address = self._shmat(self.id, None, 0)
        if address == _FAILED:
            error = os.strerror(ctypes.get_errno())
            self.remove()
            raise RefusedByServerError(f"shmat: {error}")
        self._address: int | None = address

    def view(self) -> Pixels:
        """The memory as pixels. Not to be touched after `detach`."""
        assert self._address is not None  # noqa: S101 - ours to keep
        block = (ctypes.c_uint32 * (self.size_bytes // 4)).from_address(self._address)
        return np.frombuffer(memoryview(block), np.uint32)

    def remove(self) -> None:
        self._shmctl(self.id, _IPC_RMID, None)

    def detach(self) -> None:
        if self._address is not None:
            self._shmdt(self._address)
            self._address = None
