"""One process for one data folder: two would write over each other's files."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

from playhead.base.errors import ConflictError, UnavailableError

LOCK: Final = "lock"
"""Name of the file."""


class FolderLock:
    """Held from entering to leaving, or to the end of the process, however it ends.

    Args:
        folder: must exist; gets a file named ``lock``.
        owner: what runs there, for the message: ``workstation``, ``premises``.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self._path = folder / LOCK
        self._owner = owner
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take it.

        Raises:
            ConflictError: ``folder.locked``.
            UnavailableError: ``folder.unusable``.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            message = f"The folder {self._path.parent} cannot be used: {error.strerror}."
            raise UnavailableError("folder.unusable", message) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            message = f"Another {self._owner} is running with the folder {self._path.parent}."
            raise ConflictError("folder.locked", message, hint="Stop it, or use another folder.") from None
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def is_locked(folder: Path) -> bool:
    """Whether a process holds the folder's lock now."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
