"""The log that events are appended to, one line a batch, before they are packed. Its calls block.

A line is JSON, so that DuckDB reads what is not packed yet as it reads the rest. A log is finished at a size or an age;
then `spools.json` is written, and only after that may it be packed and removed: no number is ever forgotten.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, UnavailableError
from playhead.domain.analytics.events import DesktopEvent
from playhead.store.analytics.files import Manifest, list_logs, log_file, log_folder
from playhead.store.analytics.spools import Reached, Spools
from playhead.store.disk import Disk, File

SPOOLS_FILE: Final = "spools.json"

_log = structlog.get_logger(__name__)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a batch that are new, and are stored together."""

    workstation: str
    spool: str
    before: str
    """The application that was in front before the first of them."""
    reached: Reached
    """With the last of them."""
    events: Sequence[DesktopEvent]


class _Head(msgspec.Struct, frozen=True):
    workstation: str
    spool: str
    reached: Reached


_HEADS: Final = msgspec.json.Decoder(_Head)
_LINES: Final = msgspec.json.Encoder()


class Journal:
    """See the module.

    Args:
        disk: where.
        root: the store's folder.
        clock: for the age of a log.
        file_bytes: a log is finished at this size, …
        file_age_us: … or after this time.
        free_bytes_min: of the disk, left to others.
    """

    def __init__(
        self, disk: Disk, root: Path, clock: Clock, *, file_bytes: int, file_age_us: int, free_bytes_min: int
    ) -> None:
        self._disk = disk
        self._root = root
        self._clock = clock
        self._file_bytes = file_bytes
        self._file_age_us = file_age_us
        self._free_bytes_min = free_bytes_min
        self._file: File | None = None
        self._size = 0
        self._begun_us = 0
        self._number = 0
        self.finished = 0
        """Logs up to this one may be packed."""
        self.spools = Spools()
        """Of what is durable."""

    def open(self) -> None:
        """Find out where it goes on. What was not acknowledged before a crash may be cut off.

        Raises:
            CorruptError: ``analytics.manifest``, ``analytics.spools``.
            UnavailableError: ``analytics.unwritable``, ``file.unreadable``.
        """
        try:
            self._disk.make_folder(log_folder(self._root))
            self._disk.sync_folder(self._root.parent)
            self._disk.sync_folder(self._root)
            self.spools, through = Spools.load(self._disk, self._root / SPOOLS_FILE)
            manifest = Manifest.read(self._disk, self._root)
            numbers = [number for number in list_logs(self._disk, self._root) if number > manifest.log_through]
            for number in numbers:
                self._replay(number, noting=number > through)
            self._number = max([manifest.log_through, through, *numbers])
            if self._number > through:
                self.spools.save(self._disk, self._root / SPOOLS_FILE, self._number)
            self.finished = self._number
        except OSError as error:
            raise UnavailableError("analytics.unwritable", f"Cannot open {self._root}: {error.strerror}.") from error

    def append(self, lines: Sequence[Line]) -> None:
        """Append lines, durably.

        Raises:
            UnavailableError: ``analytics.unwritable``, ``analytics.full``, ``file.unwritable``; nothing was appended.
        """
        data = _LINES.encode_lines(lines)
        try:
            if self._disk.free_bytes(self._root) < self._free_bytes_min:
                hint = "Make room, or lower analytics.kept or analytics.disk_free_min."
                raise UnavailableError("analytics.full", "The disk is too full for more desktop events.", hint=hint)
            file = self._current()
            file.write_at(data, self._size)
            file.sync()
        except OSError as error:
            self._give_up()
            message = f"Cannot store desktop events: {error.strerror}."
            raise UnavailableError("analytics.unwritable", message) from error
        self._size += len(data)
        for line in lines:
            self.spools.note(line.workstation, line.spool, line.reached)

    def finish_if_due(self, *, now: bool = False) -> bool:
        """Finish a log that is old enough though nothing comes any more, or in any case; whether it was.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        if self._file is None or not (now or self._is_due()):
            return False
        self._finish()
        return True

    def close(self) -> None:
        """Append no more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _current(self) -> File:
        if self._file is not None and not self._is_due():
            return self._file
        if self._file is not None:
            self._finish()
        self._number += 1
        self._file = self._disk.open(log_file(self._root, self._number), create=True)
        self._size, self._begun_us = 0, self._clock.monotonic_us()
        self._disk.sync_folder(log_folder(self._root))
        return self._file

    def _finish(self) -> None:
        self.spools.save(self._disk, self._root / SPOOLS_FILE, self._number)
        self.close()
        self.finished = self._number

    def _is_due(self) -> bool:
        return self._size >= self._file_bytes or self._clock.monotonic_us() - self._begun_us >= self._file_age_us

    def _give_up(self) -> None:
        """Whatever of the last append is in the file: it was not acknowledged. What follows goes into another file."""
        if self._file is None:
            return
        try:
            self._file.truncate(self._size)
            self._file.sync()
        except OSError as error:
            _log.error("what was not stored may be in the log of events", error=error.strerror)
        self.close()

    def _replay(self, number: int, *, noting: bool) -> None:
        """Note what a log holds, and cut off an end that is not whole: it was never acknowledged."""
        file = self._disk.open(log_file(self._root, number))
        try:
            raw = file.read_at(file.size(), 0)
            good = 0
            while (end := raw.find(b"\n", good)) >= 0:
                try:
                    head = _HEADS.decode(raw[good:end])
                except msgspec.MsgspecError as error:
                    if raw.find(b"\n", end + 1) >= 0:
                        message = f"{log_file(self._root, number)} is damaged at byte {good}: {error}."
                        raise CorruptError("analytics.log", message) from error
                    break
                if noting:
                    self.spools.note(head.workstation, head.spool, head.reached)
                good = end + 1
            if good < len(raw):
                _log.warning("cut off an unfinished end of the log of events", log=number, bytes=len(raw) - good)
                file.truncate(good)
            file.sync()  # should only the process have died, these may be in memory alone
        finally:
            file.close()
