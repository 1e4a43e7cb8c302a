"""A file that holds nothing but room, which the catalogue gets when something else has filled the disk.

The segment store leaves a reserve free (`Room`), but other programs write to the same disk and know of none.
"""

import contextlib
import os
from pathlib import Path
from typing import Any, Final

import structlog

BALLAST_SHARE: Final = 16
"""It holds one part in so many of the reserve."""

_log: Any = structlog.get_logger()


class Ballast:
    """The file, made and given up as the disk fills and empties. Every method blocks.

    Args:
        path: of the file; its folder exists.
        size: in bytes; 0 for none.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def settle(self, free_bytes: int, reserve_bytes: int) -> None:
        """Have the file where there is more room than the reserve, and not where less than its size is left.

        In between it stays as it is. That it cannot be made or removed is logged, and tried again the next time.

        Args:
            free_bytes: of the disk, now.
            reserve_bytes: what segments leave free.
        """
        if self._size == 0:
            return
        try:
            if free_bytes < self._size and self._path.exists():
                self._path.unlink()
                _log.error("disk.reserve_used", bytes=self._size)
            elif free_bytes >= reserve_bytes + 2 * self._size and not self._is_whole():
                self._make()
        except OSError as error:
            _log.warning("the catalogue's last reserve cannot be kept", reason=error.strerror)

    def _is_whole(self) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return self._path.stat().st_size == self._size
        return False

    def _make(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        finally:
            os.close(descriptor)
