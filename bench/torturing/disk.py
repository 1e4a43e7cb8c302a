"""A small disk of its own for the server, which can be filled and freed: a file with a file system, mounted."""

import os
import subprocess
from pathlib import Path

SPARE_BYTES = 64 * 1024
"""What filling leaves, in steps: a disk is never full to the last byte."""


class SmallDisk:
    """See the module. Needs root.

    Args:
        image: the file; beside it must be room for all of it.
        folder: where it is mounted.
        size: in bytes.
    """

    def __init__(self, image: Path, folder: Path, size: int) -> None:
        self._folder = folder
        self._filler = folder / "filler"
        with image.open("wb") as file:
            file.truncate(size)
        folder.mkdir(parents=True, exist_ok=True)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", str(image))
        _run("mount", "-o", "loop", str(image), str(folder))

    def fill(self) -> None:
        """Write until nothing more fits."""
        block = os.urandom(SPARE_BYTES)
        with self._filler.open("ab", buffering=0) as file:
            try:
                free = os.statvfs(self._folder).f_bavail * os.statvfs(self._folder).f_frsize
                os.posix_fallocate(file.fileno(), file.tell(), max(free - 4 * SPARE_BYTES, 1))
            except OSError:
                pass  # somebody was quicker: then step by step
            file.seek(0, os.SEEK_END)
            while True:
                try:
                    if file.write(block) < len(block):
                        return
                except OSError:
                    return

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self._folder)], check=False, capture_output=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
