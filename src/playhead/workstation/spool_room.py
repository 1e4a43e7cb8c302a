"""How much the spool may hold, what it does at its limit, and what it leaves to others on the disk."""

from typing import Final, Literal

import structlog

from playhead.base.errors import UnavailableError
from playhead.store.disk import Disk
from playhead.workstation.spool_files import Aside, Folders, look_aside

WhenFull = Literal["stop", "drop-oldest"]
"""What happens at the limit: nothing more is recorded, or the oldest that may be dropped makes room."""

RESUME_SHARE: Final = 0.95
"""A spool that was full takes on again when it is this full, and no sooner: else it would stop and start for ever."""

AHEAD_BYTES_MAX: Final = 16 << 20
"""Room is made so long before it is needed, that dropping, which waits for the disk, never holds up recording: more
than a busy desktop gives in the second or two that it takes."""

AHEAD_SHARE: Final = 8
"""And at most this part of a small spool."""

_log = structlog.get_logger(__name__)


class Room:
    """The limits of a spool.

    Args:
        disk: where.
        folders: the spool's.
        bytes_max: how much it may hold.
        free_bytes_min: how much of the disk it leaves to others.
        when_full: see `WhenFull`. Room that others have taken is never made by dropping: they would take that, too.
    """

    def __init__(
        self, disk: Disk, folders: Folders, *, bytes_max: int, free_bytes_min: int, when_full: WhenFull
    ) -> None:
        self._disk = disk
        self._folders = folders
        self._bytes_max = bytes_max
        self._free_bytes_min = free_bytes_min
        self._drops = when_full == "drop-oldest"
        self._is_low = False
        self.aside = Aside()
        """What was set aside. It counts as used."""
        self.moving = Aside()
        """What is about to be set aside, too."""

    def to_drop_bytes(self, used_bytes: int) -> int:
        """How much should be dropped, where the spool holds so much beside what was set aside; 0 where nothing."""
        if not self._drops:
            return 0
        ahead_bytes = min(AHEAD_BYTES_MAX, self._bytes_max // AHEAD_SHARE)
        return max(0, used_bytes + self.aside.bytes - (self._bytes_max - ahead_bytes))

    def has_room(self, used_bytes: int) -> bool:
        """Whether a segment that had to stop for want of room may be followed by another."""
        self.look()
        self.look_aside()
        return not self._is_low and used_bytes + self.aside.bytes <= self._bytes_max * RESUME_SHARE

    def check(self, used_bytes: int, size: int) -> None:
        """Whether ``size`` bytes may be added.

        Raises:
            UnavailableError: ``spool.full``, ``spool.disk_full``.
        """
        if used_bytes + self.aside.bytes + size > self._bytes_max:
            self.look_aside()
        if used_bytes + self.aside.bytes + size > self._bytes_max:
            message = f"The spool holds {used_bytes + self.aside.bytes} of {self._bytes_max} bytes."
            hint = "The server has not taken them: see why it cannot be reached, or allow more (spool_max)."
            if self.aside.bytes:
                message += f" {self.aside.bytes} of them were set aside."
                hint += " What was set aside may be moved elsewhere: its notes say why the server refused it."
            raise UnavailableError("spool.full", message, hint=hint)
        if self._is_low:
            message = f"Less than {self._free_bytes_min} bytes are free on the disk."
            raise UnavailableError("spool.disk_full", message, hint="Free some space.")

    def look(self) -> None:
        """See what is free on the disk."""
        try:
            free_bytes = self._disk.free_bytes(self._folders.root)
        except OSError as error:
            _log.warning("free space unknown", error=error.strerror)
            return
        self._is_low = free_bytes < self._free_bytes_min

    def look_aside(self) -> None:
        """See what was set aside: somebody may have removed it."""
        if not self.aside.segments and not self.aside.bytes:
            return
        try:
            found = look_aside(self._disk, self._folders)
        except OSError as error:
            _log.warning("what was set aside is unknown", error=error.strerror)
            return
        self.aside = found + self.moving
