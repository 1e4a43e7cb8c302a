"""The folder of a store, and the list of what is in it.

::

    log/00000042.jsonl                              appended to, not packed yet
    events/site=main/day=2026-11-23/00000007.parquet
    usage/site=main/day=2026-11-23/00000007.parquet sums of these events by quarter of an hour
    days/site=main/day=2026-11-23/00000007.parquet  sums of these by day
    manifest.json                                   which of them count; replaced as a whole
    spools.json                                     how far each sender's numbers have come

A file that the manifest does not name is nothing: left by a crash, and removed at the next start. A day is that of an
event's beginning, in UTC.
"""

from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import CorruptError
from playhead.base.instants import utc
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

MANIFEST_BYTES_MAX: Final = 64 << 20
"""Ten years of many parts a day, and more."""
_MANIFEST: Final = "manifest.json"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some events of a day, and their sums: three files of the same name."""

    number: int
    day: str
    """``2026-11-23``."""
    rows: int
    bytes: int
    """Of the events alone."""
    level: int
    """How often its events were merged into larger parts; `playhead.store.analytics.compaction.WHOLE`: all of a day."""
    made_us: int
    """When, in wall time."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What counts."""

    version: int = 1
    site: str = "site"
    number: int = 0
    """Of the newest part there ever was."""
    log_through: int = 0
    """Logs up to this number are in parts."""
    parts: tuple[Part, ...] = ()

    @classmethod
    def read(cls, disk: Disk, root: Path) -> "Manifest":
        """As it is now; an empty one where there is none.

        Raises:
            CorruptError: ``analytics.manifest``.
            UnavailableError: ``file.unreadable``.
        """
        content = read_small_file(disk, root / _MANIFEST, bytes_max=MANIFEST_BYTES_MAX)
        if content is None:
            return cls()
        try:
            return msgspec.json.decode(content, type=cls)
        except msgspec.MsgspecError as error:
            hint = "Bring it back from a backup; the events themselves are in the folders beside it."
            message = f"{root / _MANIFEST} cannot be read: {error}."
            raise CorruptError("analytics.manifest", message, hint=hint) from error

    def write(self, disk: Disk, root: Path) -> None:
        """Make it what counts; durable on return.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(disk, root / _MANIFEST, msgspec.json.encode(self))

    def events_file(self, root: Path, part: Part) -> Path:
        """Of a part."""
        return self._file(root, "events", part)

    def usage_file(self, root: Path, part: Part) -> Path:
        """Its sums by quarter of an hour."""
        return self._file(root, "usage", part)

    def days_file(self, root: Path, part: Part) -> Path:
        """Its sums by day (UTC)."""
        return self._file(root, "days", part)

    def _file(self, root: Path, kind: str, part: Part) -> Path:
        return root / kind / f"site={self.site}" / f"day={part.day}" / f"{part.number:08}.parquet"


def log_folder(root: Path) -> Path:
    """Where the logs are."""
    return root / "log"


def log_file(root: Path, number: int) -> Path:
    """One of them."""
    return log_folder(root) / f"{number:08}.jsonl"


def list_logs(disk: Disk, root: Path) -> list[int]:
    """Numbers of all logs there are.

    Raises:
        OSError: the folder cannot be read.
    """
    folder = log_folder(root)
    if not disk.exists(folder):
        return []
    return sorted(int(name[:8]) for name in disk.list_folder(folder) if name.endswith(".jsonl") and name[:8].isdigit())


def day_of(at_us: int) -> str:
    """The day (UTC) of a wall time, as in names."""
    return utc(at_us).date().isoformat()
