"""How far the lines of each workstation's spool are stored, so that what is sent twice is stored once."""

from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import CorruptError
from playhead.domain.logs import LogLine
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

SPOOLS_MAX: Final = 20_000
"""Spools that are remembered; past it the one that was silent longest is forgotten. A workstation has one for life."""
_FILE_BYTES_MAX: Final = 16 << 20

Spool = tuple[bool, str, str]
"""Whether its workstation is proven, the workstation, and the spool's own name."""


class _Row(msgspec.Struct, frozen=True, array_like=True):
    proven: bool
    workstation: str
    spool: str
    sequence: int


class _Saved(msgspec.Struct, frozen=True):
    through: int
    spools: list[_Row]


class Sequences:
    """The highest number of each spool."""

    def __init__(self) -> None:
        self._highest: dict[Spool, int] = {}

    def copy(self) -> "Sequences":
        """As they are now."""
        made = Sequences()
        made._highest = dict(self._highest)
        return made

    def admit(self, line: LogLine) -> bool:
        """Note a line; False where it, or one after it, was noted before."""
        if not line.sequence:
            return True
        spool = (line.proven, line.workstation, line.spool)
        before = self._highest.pop(spool, 0)
        self._highest[spool] = max(before, line.sequence)  # at the end: it was heard of last
        if line.sequence <= before:
            return False
        if len(self._highest) > SPOOLS_MAX:
            del self._highest[next(iter(self._highest))]
        return True

    def save(self, disk: Disk, path: Path, through: int) -> None:
        """Keep them durably: they hold for all files up to number ``through``. Blocks.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        rows = [_Row(*spool, sequence) for spool, sequence in self._highest.items()]
        write_small_file(disk, path, msgspec.json.encode(_Saved(through, rows)))

    @classmethod
    def load(cls, disk: Disk, path: Path) -> "tuple[Sequences, int]":
        """What was saved, and up to which file it holds; 0 where nothing was.

        Raises:
            CorruptError: ``logs.sequences``.
            UnavailableError: ``file.unreadable``.
        """
        made = cls()
        data = read_small_file(disk, path, bytes_max=_FILE_BYTES_MAX)
        if data is None:
            return made, 0
        try:
            saved = msgspec.json.decode(data, type=_Saved)
        except msgspec.MsgspecError as error:
            hint = "Remove it: then some lines may be stored twice, and nothing is lost."
            raise CorruptError("logs.sequences", f"{path} is damaged.", hint=hint) from error
        made._highest = {(row.proven, row.workstation, row.spool): row.sequence for row in saved.spools}
        return made, saved.through
