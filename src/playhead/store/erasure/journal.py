"""The journal of erasures: every certificate, in files of its own beside the catalogue.

A catalogue that was restored from a backup knows nothing of what was erased since. This does, as long as it is left as
it is, or restored at its newest: then what was erased is erased again (`playhead.store.erasure.Eraser.replay`).

One file a month, a line for each certificate, only appended to. What a crash tore is passed over: it was not yet said
to be erased, and is erased again. The same recording may be there twice.
"""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import structlog

from playhead.base.errors import CorruptError, InvalidInputError
from playhead.base.instants import utc
from playhead.store.disk import Disk, File
from playhead.store.erasure.certificate import DOCUMENT_BYTES_MAX, Verified, read_certificate

SUFFIX: Final = ".jsonl"
_PORTION_BYTES: Final = 1 << 20

_log = structlog.get_logger()


class Journal:
    """The files in one folder. Everything here blocks."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def append(self, documents: Sequence[str], at_us: int) -> None:
        """Add certificates, durably.

        Raises:
            OSError: the disk failed.
        """
        self._disk.make_folder(self._folder)
        path = self._folder / f"{utc(at_us):%Y-%m}{SUFFIX}"
        file = self._disk.open(path, create=not self._disk.exists(path))
        try:
            # Beginning anew in any case: what is before it may be torn, or be gone after a sync that failed.
            lines = "\n" + "".join(f"{document}\n" for document in documents)
            file.write_at(lines.encode(), file.size())
            file.sync()
        finally:
            file.close()
        # In any case: whoever made the file or the folder may have been killed before coming to this.
        self._disk.sync_folder(self._folder)
        self._disk.sync_folder(self._folder.parent)

    def newest(self) -> Verified | None:
        """The last certificate, or None."""
        for name in reversed(self._names()):
            found: Verified | None = None
            for found in self._read(name):  # noqa: B007 # the last one is wanted
                pass
            if found is not None:
                return found
        return None

    def read(self) -> Generator[Verified]:
        """Every certificate that is whole, in the order in which they were added.

        Raises:
            OSError: the disk failed.
        """
        for name in self._names():
            yield from self._read(name)

    def _names(self) -> list[str]:
        if not self._disk.exists(self._folder):
            return []
        return [name for name in self._disk.list_folder(self._folder) if name.endswith(SUFFIX)]

    def _read(self, name: str) -> Generator[Verified]:
        file = self._disk.open(self._folder / name)
        try:
            for line in _lines(file):
                try:
                    yield read_certificate(line)
                except (InvalidInputError, CorruptError) as error:
                    _log.warning("line of the journal of erasures passed over", file=name, code=error.code)
        finally:
            file.close()


def _lines(file: File) -> Generator[bytes]:
    rest, offset = b"", 0
    while portion := file.read_at(_PORTION_BYTES, offset):
        offset += len(portion)
        *lines, rest = (rest + portion).split(b"\n")
        yield from filter(None, lines)
        rest = rest[-DOCUMENT_BYTES_MAX:]
    if rest:
        yield rest
