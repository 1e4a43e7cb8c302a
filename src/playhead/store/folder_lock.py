"""One process for one data folder: two would write over each other's files."""

import fcntl
import os
from pathlib import Path
from typing import Self

from playhead.base.errors import ConflictError, UnavailableError


class FolderLock:
    """Held from entering to leaving, or to the end of the process, however it ends.

    Args:
        folder: must exist; gets a file named ``lock``.
        owner: what runs there, for the message: ``workstation``, ``premises``.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self._path = folder / "lock"
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
