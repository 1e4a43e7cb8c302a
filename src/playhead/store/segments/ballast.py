"""Room that the catalogue gets when something else has filled the disk.

The segment store leaves a reserve free (`Room`), but other programs write to the same disk and know of none. And the
catalogue's database cannot ask for room when a write fails, as a `playhead.store.reserve.ReservedDisk` does: it has to
be free before.
"""

from pathlib import Path
from typing import Any, Final

import structlog

from playhead.store.disk import SystemDisk
from playhead.store.reserve import Reserve

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
        self._reserve = Reserve(SystemDisk(), path, size)
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
            if free_bytes >= reserve_bytes + 2 * self._size:
                self._reserve.fill()
            elif free_bytes < self._size and self._reserve.give_up():
                _log.error("disk.reserve_used", bytes=self._size)
        except OSError as error:
            _log.warning("the catalogue's last reserve cannot be kept", reason=error.strerror)
