"""The little that a workstation must know after a crash, in one small file."""

from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import CorruptError
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.screen.blackouts import BlackoutSource

STATE_BYTES_MAX: Final = 256 * 1024
"""It takes a few hundred bytes; with as many blackouts in force as there may be, and long reasons, 150 KiB."""


class KeptBlackout(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A request for a blackout (`playhead.domain.blackouts.Request`)."""

    source: BlackoutSource
    by: str = ""
    label: str = ""
    reason: str = ""
    since_us: int
    left_us: int | None = None
    """How long it lasts from here on; None: until it is ended."""
    agent: str = ""
    interaction: str = ""


class WorkstationState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes on after a restart."""

    recording: str = ""
    """Id of the recording that is to be made; empty for none."""
    until_us: int = 0
    """Wall time at which its last segment ended, where the workstation was stopped in good order; else 0."""
    reached_us: int = 0
    """Wall time up to which its segments reach that have ended, however that was; 0 while there are none."""
    blackouts: tuple[KeptBlackout, ...] = ()
    """Requests for blackouts in force."""
    command: int = -1
    """Highest id of a command that was taken."""


class StateFile:
    """`WorkstationState` on disk."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path

    def load(self) -> WorkstationState:
        """What was saved last; the defaults where nothing was.

        Raises:
            UnavailableError: ``file.unreadable``.
            CorruptError: ``state.damaged``.
        """
        data = read_small_file(self._disk, self._path, bytes_max=STATE_BYTES_MAX)
        if data is None:
            return WorkstationState()
        try:
            return msgspec.json.decode(data, type=WorkstationState)
        except msgspec.MsgspecError as error:
            hint = "Remove the file: the recording it speaks of will not go on by itself."
            raise CorruptError("state.damaged", f"{self._path} is damaged.", hint=hint) from error

    def save(self, state: WorkstationState) -> None:
        """Keep ``state``; it is durable on return. Blocks.

        Raises:
            UnavailableError: ``file.unwritable``; what was saved before is still there.
        """
        write_small_file(self._disk, self._path, msgspec.json.encode(state))
