"""Which logs say more for a while, kept over restarts: ``levels.json`` beside the lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import CorruptError
from playhead.domain.log_levels import Raise
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

_FILE: Final = "levels.json"
_BYTES_MAX: Final = 1 << 20
"""A hundred of them take 50 KiB."""


def save_levels(disk: Disk, root: Path, raises: Sequence[Raise]) -> None:
    """Keep them durably in the place of those before. Blocks.

    Raises:
        UnavailableError: ``file.unwritable``.
    """
    disk.make_folder(root)
    write_small_file(disk, root / _FILE, msgspec.json.encode(raises))


def load_levels(disk: Disk, root: Path) -> tuple[Raise, ...]:
    """What was saved last. Blocks.

    Raises:
        CorruptError: ``logs.levels_file``.
        UnavailableError: ``file.unreadable``.
    """
    data = read_small_file(disk, root / _FILE, bytes_max=_BYTES_MAX)
    try:
        return () if data is None else msgspec.json.decode(data, type=tuple[Raise, ...])
    except msgspec.MsgspecError as error:
        hint = "Remove it: then every log says what is configured, once the time of its workstation is over."
        raise CorruptError("logs.levels_file", f"{root / _FILE} is damaged.", hint=hint) from error
