"""The file that is appended to: where it goes on after a crash, and when another is begun. All of it blocks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, UnavailableError
from playhead.base.instants import utc
from playhead.domain.logs import LogLine
from playhead.store.disk import Disk, File
from playhead.store.logs.files import LogFile, list_files, remove_leftovers
from playhead.store.logs.index import Index
from playhead.store.logs.lines import decode_line, encode_body, with_number
from playhead.store.logs.packing import finish
from playhead.store.logs.sequences import Sequences

SEQUENCES_FILE: Final = "sequences.json"

_log = structlog.get_logger(__name__)


class Journal:
    """See the module; used by `playhead.store.logs.writer` alone.

    Args:
        disk: where.
        root: the store's folder.
        clock: names the day.
        file_bytes: another file is begun at this size, …
        file_age_us: … after this time, and with each day (UTC).
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
        self._day = ""
        self._number = 0
        self._n = 0
        self.sequences = Sequences()
        """Of what is durable."""

    @property
    def number(self) -> int:
        """Of the file that is appended to, or was last; files after it do not exist."""
        return self._number

    def open(self) -> None:
        """Find out where it goes on. What was not acknowledged before a crash may be cut off.

        Raises:
            UnavailableError: ``logs.unwritable``, ``file.unreadable``.
        """
        try:
            self._disk.make_folder(self._root)
            self._disk.sync_folder(self._root.parent)
            remove_leftovers(self._disk, self._root)
            files = list_files(self._disk, self._root)
            try:
                self.sequences, through = Sequences.load(self._disk, self._root / SEQUENCES_FILE)
            except CorruptError as error:
                _log.error("sequences of the logs are lost", code=error.code, error=error.message)
                through = 0
            for file in files:
                self._number = file.number
                if file.is_packed:
                    finish(self._disk, file)
                else:
                    self._replay(file, noting=file.number > through)
            packed = [file for file in files if file.is_packed]
            if packed:
                self._n = max(self._n, Index.read(self._disk, packed[-1].index).head.n_last)
        except OSError as error:
            raise UnavailableError("logs.unwritable", f"Cannot open {self._root}: {error.strerror}.") from error

    def append(self, lines: Sequence[LogLine]) -> int:
        """Append lines, durably; the number of the first.

        Raises:
            UnavailableError: ``logs.unwritable``, ``logs.full``, ``file.unwritable``; nothing was appended.
        """
        try:
            if self._disk.free_bytes(self._root) < self._free_bytes_min:
                hint = "Make room, or lower logs.quota or logs.disk_free_min."
                raise UnavailableError("logs.full", "The disk is too full for more logs.", hint=hint)
            file = self._current()
            first = self._n + 1
            data = b"".join(with_number(encode_body(line), first + place) for place, line in enumerate(lines))
            file.write_at(data, self._size)
            file.sync()
        except OSError as error:
            self._give_up()
            raise UnavailableError("logs.unwritable", f"Cannot write the log: {error.strerror}.") from error
        self._size += len(data)
        self._n += len(lines)
        for line in lines:
            self.sequences.admit(line)
        return first

    def close(self) -> None:
        """Append no more."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def rotate_if_due(self) -> bool:
        """Finish a file that is old enough though nothing comes any more; whether it was."""
        if self._file is None or not self._size or not self._is_due():
            return False
        self.close()
        return True

    def _current(self) -> File:
        if self._file is not None and not self._is_due():
            return self._file
        self.close()
        self.sequences.save(self._disk, self._root / SEQUENCES_FILE, self._number)
        now_us = self._clock.wall_us()
        day = utc(now_us).date().isoformat()
        file = LogFile(self._root / day, self._number + 1)
        is_new = not self._disk.exists(file.folder)
        self._disk.make_folder(file.folder)
        self._file = self._disk.open(file.plain, create=True)
        self._number += 1
        self._size, self._day, self._begun_us = 0, day, now_us
        self._disk.sync_folder(file.folder)
        if is_new:
            self._disk.sync_folder(self._root)
        return self._file

    def _is_due(self) -> bool:
        now_us = self._clock.wall_us()
        return (
            self._size >= self._file_bytes
            or now_us - self._begun_us >= self._file_age_us
            or utc(now_us).date().isoformat() != self._day
        )

    def _give_up(self) -> None:
        """Whatever of the last append is in the file: it was not acknowledged. What follows goes into another file."""
        if self._file is None:
            return
        try:
            self._file.truncate(self._size)
            self._file.sync()
        except OSError as error:
            _log.error("what was not stored may be in the log", error=error.strerror)
        self.close()

    def _replay(self, file: LogFile, *, noting: bool) -> None:
        """Note what an unfinished file holds, and cut off what is not whole: it was never acknowledged."""
        plain = self._disk.open(file.plain)
        try:
            raw = plain.read_at(plain.size(), 0)
            good = 0
            while (end := raw.find(b"\n", good)) >= 0:
                try:
                    line = decode_line(raw[good:end])
                except msgspec.MsgspecError:
                    break
                self._n = max(self._n, line.n)
                if noting:
                    self.sequences.admit(line)
                good = end + 1
            if good < len(raw):
                _log.warning("cut off an unfinished end of the log", file=str(file.plain), bytes=len(raw) - good)
                plain.truncate(good)
            plain.sync()  # should only the process have died, these may be in memory alone
        finally:
            plain.close()
