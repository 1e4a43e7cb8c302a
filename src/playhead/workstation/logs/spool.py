"""The workstation's log: numbered lines on its disk, which are what is sent."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from playhead.base.logs import Said
from playhead.domain.logs import NAME_CHARS_MAX, TEXT_CHARS_MAX
from playhead.store.disk import Disk
from playhead.workstation.line_spool import LineSpool

FIELDS_MAX: Final = 32
"""Further values of a line; what is more is left out."""
VALUES_CHARS_MAX: Final = 16_384
"""Of all of them together; what is more is cut. With it a line stays below what RELP carries in a frame."""


class SpooledLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line."""

    at: str
    sequence: int
    level: str
    service: str
    text: str
    fields: dict[str, str] = {}


class LogSpool(LineSpool[SpooledLine]):
    """See the module; arguments as of `LineSpool`."""

    def __init__(self, disk: Disk, folder: Path, *, bytes_max: int, new_name: Callable[[], str]) -> None:
        super().__init__(disk, folder, SpooledLine, suffix=".log", bytes_max=bytes_max, new_name=new_name)

    def write(self, said: Said) -> bool:
        """Append a line; whether it was."""
        return self.append(
            lambda number: SpooledLine(
                at=said.at,
                sequence=number,
                level=said.level,
                service=said.service,
                text=said.text[:TEXT_CHARS_MAX],
                fields=_bounded(said.fields),
            )
        )


def _bounded(fields: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = VALUES_CHARS_MAX
    for name, value in list(fields.items())[:FIELDS_MAX]:
        found[name[:NAME_CHARS_MAX]] = value[:left]
        left -= len(value[:left])
    return found
