"""The little that a workstation must know after a crash, in one small file that is there whole or as it was before."""

from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import CorruptError, UnavailableError
from playhead.store.disk import Disk

STATE_BYTES_MAX: Final = 64 * 1024
"""It takes a few hundred bytes."""


class WorkstationState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes on after a restart."""

    recording: str = ""
    """Id of the recording that is to be made; empty for none."""
    blackout: str | None = None
    """Reason of the blackout in force; None for no blackout."""
    command: int = -1
    """Highest id of a command that was taken."""


class StateFile:
    """`WorkstationState` on disk. Procedure: write ``<name>.new``, sync it, rename it over the old, sync the folder."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path

    def load(self) -> WorkstationState:
        """What was saved last; the defaults where nothing was.

        Raises:
            UnavailableError: ``state.unreadable``.
            CorruptError: ``state.damaged``.
        """
        try:
            if not self._disk.exists(self._path):
                return WorkstationState()
            file = self._disk.open(self._path)
            try:
                data = file.read_at(STATE_BYTES_MAX, 0)
            finally:
                file.close()
        except OSError as error:
            raise UnavailableError("state.unreadable", f"Cannot read {self._path}: {error.strerror}.") from error
        try:
            return msgspec.json.decode(data, type=WorkstationState)
        except msgspec.MsgspecError as error:
            hint = "Remove the file: the recording it speaks of will not go on by itself."
            raise CorruptError("state.damaged", f"{self._path} is damaged.", hint=hint) from error

    def save(self, state: WorkstationState) -> None:
        """Keep ``state``; it is durable on return. Blocks.

        Raises:
            UnavailableError: ``state.unwritable``; what was saved before is still there.
        """
        fresh = self._path.with_suffix(".new")
        data = msgspec.json.encode(state)
        try:
            file = self._disk.open(fresh, create=not self._disk.exists(fresh))
            try:
                file.truncate(0)
                file.write_at(data, 0)
                file.sync()
            finally:
                file.close()
            self._disk.rename(fresh, self._path)
            self._disk.sync_folder(self._path.parent)
        except OSError as error:
            raise UnavailableError("state.unwritable", f"Cannot write {self._path}: {error.strerror}.") from error
