"""Batches that other programs on this machine put beside the store: whole files, by a rename, taken in as if sent.

So an import works while the server runs, and what comes by it is judged, numbered and made durable like all the rest.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import structlog
import zstandard

from playhead.base.errors import PlayheadError
from playhead.domain.analytics.events import PACKED_BYTES_MAX, Received, decoded
from playhead.premises.analytics.rules import unpacked
from playhead.store.disk import Disk

_SUFFIX: Final = ".json.zst"
_log = structlog.get_logger(__name__)


class Incoming:
    """See the module.

    Args:
        disk: where.
        root: the store's folder.
    """

    def __init__(self, disk: Disk, root: Path) -> None:
        self._disk = disk
        self._folder = root / "incoming"

    def put(self, number: int, batch: bytes) -> Path:
        """Put a batch there, durably; they are taken in the order of their numbers. Blocks.

        Raises:
            OSError: it cannot be written.
        """
        self._disk.make_folder(self._folder)
        path = self._folder / f"{number:012}-{secrets.token_hex(4)}{_SUFFIX}"
        fresh = path.with_suffix(".new")
        file = self._disk.open(fresh, create=True)
        try:
            file.write_at(zstandard.ZstdCompressor().compress(batch), 0)
            file.sync()
        finally:
            file.close()
        self._disk.rename(fresh, path)
        self._disk.sync_folder(self._folder)
        return path

    async def batches(self) -> AsyncIterator[tuple[str, Received]]:
        """What is there, in order; each is removed once whoever iterates comes back for the next.

        What cannot be read is put aside as ``.refused``.

        Raises:
            OSError: the folder cannot be read.
        """
        if not self._disk.exists(self._folder):
            return
        for name in await asyncio.to_thread(self._disk.list_folder, self._folder):
            if not name.endswith(_SUFFIX):
                continue
            path = self._folder / name
            try:
                received = decoded(unpacked(await asyncio.to_thread(self._read, path), "zstd"))
            except PlayheadError as error:
                _log.error("import not taken", file=name, code=error.code, reason=error.message)
                self._disk.rename(path, path.with_suffix(".refused"))
                continue
            yield name, received
            self._disk.remove(path)

    def _read(self, path: Path) -> bytes:
        file = self._disk.open(path)
        try:
            return file.read_at(PACKED_BYTES_MAX, 0)
        finally:
            file.close()
