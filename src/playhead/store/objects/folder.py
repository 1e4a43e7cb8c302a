"""A folder as a place for objects: another disk, or a mounted share. On `Disk`, so that its order can be tested.

Parts lie side by side in ``.multipart`` until they are put together, under a name made of the object's key.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.domain.uploads import Part
from playhead.store.disk import Disk, File
from playhead.store.objects.interface import Pacing, Stored, unpaced
from playhead.store.segments.committer import Offload
from playhead.store.segments.layout import path_of

MULTIPART: Final = ".multipart"
_BEGUN: Final = "begun"
_WHOLE: Final = "whole"

_T = TypeVar("_T")


class FolderStore:
    """See the module; as `ObjectStore`.

    Args:
        root: the folder.
        disk: where it lies.
        offload: runs what blocks.
    """

    def __init__(self, root: Path, disk: Disk, offload: Offload = asyncio.to_thread) -> None:
        self._root = root
        self._parts = root / MULTIPART
        self._disk = disk
        self._offload = offload
        self._synced: set[Path] = set()
        self.url = f"file://{root}"
        """As `ObjectStore.url`."""

    async def head(self, key: str) -> int | None:
        """As `ObjectStore.head`."""

        def work() -> int | None:
            try:
                with contextlib.closing(self._open(key)) as file:
                    return file.size()
            except NotFoundError:
                return None

        return await self._work(work)

    async def put(self, key: str, data: bytes, pace: Pacing = unpaced) -> None:
        """As `ObjectStore.put`."""
        await pace(len(data))
        await self._work(lambda: self._place(key, [data]))

    def read(self, key: str, size: int, offset: int) -> bytes:
        """As `ObjectStore.read`."""
        with _mapping_errors(), contextlib.closing(self._open(key)) as file:
            return file.read_at(size, offset)

    async def begin(self, key: str) -> str:
        """As `ObjectStore.begin`. One upload of a key at a time: what was there of another is removed."""
        name = _name_of(key)

        def work() -> None:
            self._clear(name)
            self._write(self._parts / f"{name}.{_BEGUN}", [])
            self._sync_folders(self._parts)

        await self._work(work)
        return name

    async def send(self, key: str, multipart: str, number: int, data: bytes, pace: Pacing = unpaced) -> Part:
        """As `ObjectStore.send`."""
        await pace(len(data))

        def work() -> None:
            self._require(key, multipart)
            self._write(self._parts / f"{multipart}.{number}", [data])
            self._sync_folders(self._parts)

        await self._work(work)
        return Part(number, len(data), hashlib.sha256(data).hexdigest())

    async def complete(self, key: str, multipart: str, parts: Sequence[Part]) -> None:
        """As `ObjectStore.complete`."""

        def work() -> None:
            self._require(key, multipart)
            self._place(key, (self._part(multipart, part) for part in parts))
            self._clear(multipart)

        await self._work(work)

    async def abort(self, key: str, multipart: str) -> None:
        """As `ObjectStore.abort`."""
        del key
        await self._work(lambda: self._clear(multipart))

    async def multiparts(self, prefix: str) -> list[tuple[str, str]]:
        """As `ObjectStore.multiparts`: none. Which key each is of is not kept, and one begun anew replaces it."""
        del prefix
        return []

    async def delete(self, key: str) -> None:
        """As `ObjectStore.delete`."""

        def work() -> None:
            path = path_of(self._root, key)
            if self._disk.exists(path):
                self._disk.remove(path)
            if self._disk.exists(path.parent):
                self._disk.sync_folder(path.parent)

        await self._work(work)

    async def stored(self, prefix: str) -> AsyncIterator[Stored]:
        """As `ObjectStore.stored`."""
        waiting = [prefix.strip("/")]
        while waiting:
            key = waiting.pop()
            size = await self.head(key)
            if size is not None:
                yield Stored(key, size)
                continue
            names = await self._work(lambda at=key: self._names(at))
            waiting += [f"{key}/{name}".lstrip("/") for name in reversed(names) if not name.startswith(".")]

    def presign(self, key: str, seconds: int) -> str | None:
        """As `ObjectStore.presign`: a folder has no such thing."""
        del key, seconds

    async def close(self) -> None:
        """As `ObjectStore.close`."""

    async def _work(self, work: Callable[[], _T]) -> _T:
        def mapped() -> _T:
            with _mapping_errors():
                return work()

        return await self._offload(mapped)

    def _open(self, key: str) -> File:
        try:
            return self._disk.open(path_of(self._root, key) if key else self._root)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFoundError("objects.missing", f"There is no object {key} in {self.url}.") from error

    def _names(self, folder: str) -> list[str]:
        path = self._root / folder
        return self._disk.list_folder(path) if self._disk.exists(path) else []

    def _require(self, key: str, multipart: str) -> None:
        if _name_of(key) != multipart or not self._disk.exists(self._parts / f"{multipart}.{_BEGUN}"):
            raise NotFoundError("objects.multipart_gone", f"The upload of {key} was broken off.")

    def _part(self, multipart: str, part: Part) -> bytes:
        path = self._parts / f"{multipart}.{part.number}"
        data = b""
        with contextlib.suppress(FileNotFoundError), contextlib.closing(self._disk.open(path)) as file:
            data = file.read_at(part.size_bytes, 0)
        if hashlib.sha256(data).hexdigest() != part.etag:
            raise CorruptError("objects.checksum", f"Part {part.number} of an upload is not what was sent.")
        return data

    def _write(self, path: Path, pieces: Iterable[bytes]) -> None:
        self._disk.make_folder(path.parent)
        if self._disk.exists(path):
            self._disk.remove(path)
        with contextlib.closing(self._disk.open(path, create=True)) as file:
            offset = 0
            for piece in pieces:
                file.write_at(piece, offset)
                offset += len(piece)
            file.sync()

    def _place(self, key: str, pieces: Iterable[bytes]) -> None:
        path, making = path_of(self._root, key), self._parts / f"{_name_of(key)}.{_WHOLE}"
        self._write(making, pieces)
        self._disk.make_folder(path.parent)
        self._disk.rename(making, path)
        self._sync_folders(path.parent)

    def _sync_folders(self, folder: Path) -> None:
        """Those above, too, the first time in this process: any of them may have been made just now, or by who died."""
        self._disk.sync_folder(folder)
        if folder not in self._synced:
            for above in folder.parents:
                with contextlib.suppress(PermissionError):  # one that we may not list is not one that we have made
                    self._disk.sync_folder(above)
            self._synced.add(folder)

    def _clear(self, multipart: str) -> None:
        if not self._disk.exists(self._parts):
            return
        names = [name for name in self._disk.list_folder(self._parts) if name.partition(".")[0] == multipart]
        # The mark goes first: what is left of a clearing that was cut off is no upload any more.
        for name in sorted(names, key=lambda name: not name.endswith(_BEGUN)):
            self._disk.remove(self._parts / name)
        self._disk.sync_folder(self._parts)


def _name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


@contextlib.contextmanager
def _mapping_errors() -> Generator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "See whether its disk is there, has room and may be written."
        raise UnavailableError("objects.unavailable", f"The folder of objects failed: {reason}.", hint=hint) from error
