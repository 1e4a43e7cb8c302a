"""How far each sender's numbers have come, so that what is sent again is not stored again."""

from pathlib import Path
from typing import Final, Self

import msgspec

from playhead.base.errors import CorruptError
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

SPOOLS_MAX: Final = 16
"""Of one workstation; of more the one that was heard of longest ago is forgotten. One lasts until it is set up anew."""
_BYTES_MAX: Final = 256 << 20


class Reached(msgspec.Struct, frozen=True, array_like=True):
    """How far one spool has come."""

    through: int
    """Its highest number that is stored."""
    application: str
    """The last one in front."""


class _Kept(msgspec.Struct):
    log: int
    spools: dict[str, dict[str, Reached]]


class Spools:
    """By workstation and spool; the order is that in which they were heard of."""

    def __init__(self, known: dict[str, dict[str, Reached]] | None = None) -> None:
        self._known = known or {}

    def find(self, workstation: str, spool: str) -> Reached:
        """How far one has come."""
        return self._known.get(workstation, {}).get(spool, Reached(0, ""))

    def note(self, workstation: str, spool: str, reached: Reached) -> None:
        """It has come so far."""
        mine = self._known.setdefault(workstation, {})
        mine.pop(spool, None)
        mine[spool] = reached
        if len(mine) > SPOOLS_MAX:
            mine.pop(next(iter(mine)))

    def copy(self) -> Self:
        """Another with the same."""
        return type(self)({name: dict(spools) for name, spools in self._known.items()})

    def save(self, disk: Disk, path: Path, log: int) -> None:
        """Keep it as it is after a log.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(disk, path, msgspec.json.encode(_Kept(log, self._known)))

    @classmethod
    def load(cls, disk: Disk, path: Path) -> tuple[Self, int]:
        """What was kept, and after which log.

        Raises:
            CorruptError: ``analytics.spools``.
            UnavailableError: ``file.unreadable``.
        """
        content = read_small_file(disk, path, bytes_max=_BYTES_MAX)
        if content is None:
            return cls(), 0
        try:
            kept = msgspec.json.decode(content, type=_Kept)
        except msgspec.MsgspecError as error:
            raise CorruptError("analytics.spools", f"{path} cannot be read: {error}.") from error
        return cls(kept.spools), kept.log
