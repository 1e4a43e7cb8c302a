"""Reads an object as if it were a file: by its outline, and by ranges that go a little further than was asked for."""

import threading
from collections import OrderedDict
from typing import Final

from playhead.base.errors import CorruptError, NotFoundError
from playhead.store.objects.interface import OBJECT_BYTES_MAX, ObjectStore
from playhead.store.objects.outline import SUFFIX, Outline
from playhead.store.segments.layout import segment_of
from playhead.wire.vid import read_header
from playhead.wire.vid.record import RECORD_HEADER_BYTES

BLOCK_BYTES: Final = 256 << 10
"""Read at a time, aligned: some seconds of a recording in one round trip."""

CACHE_BYTES_MAX: Final = 48 << 20
"""Of blocks and outlines that are kept, of all objects together; what was used longest ago goes first."""

_RANGE_BYTES_MAX: Final = 2 << 20
"""A longer read is one request, and nothing of it is kept."""


class Cache:
    """What was read of objects lately. All of it is sealed. For any number of threads."""

    def __init__(self, bytes_max: int = CACHE_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._blocks: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._outlines: OrderedDict[str, Outline | None] = OrderedDict()
        self._bytes = 0

    def block(self, location: str, number: int) -> bytes | None:
        """A block of an object, where it is kept."""
        with self._lock:
            found = self._blocks.get((location, number))
            if found is not None:
                self._blocks.move_to_end((location, number))
            return found

    def outline(self, location: str) -> tuple[bool, Outline | None]:
        """Whether it is known, and what is: None where the object has none."""
        with self._lock:
            return location in self._outlines, self._outlines.get(location)

    def keep_block(self, location: str, number: int, data: bytes) -> None:
        """Keep it for now."""
        with self._lock:
            self._bytes += len(data) - len(self._blocks.pop((location, number), b""))
            self._blocks[location, number] = data
            self._tidy()

    def keep_outline(self, location: str, outline: Outline | None) -> None:
        """Keep it for now."""
        with self._lock:
            self._drop_outline(location)
            self._outlines[location] = outline
            self._bytes += _weight(outline)
            self._tidy()

    def forget(self, location: str) -> None:
        """Keep nothing of an object."""
        with self._lock:
            self._drop_outline(location)
            for key in [key for key in self._blocks if key[0] == location]:
                self._bytes -= len(self._blocks.pop(key))

    def _drop_outline(self, location: str) -> None:
        if location in self._outlines:
            self._bytes -= _weight(self._outlines.pop(location))

    def _tidy(self) -> None:
        while self._bytes > self._bytes_max and self._blocks:
            self._bytes -= len(self._blocks.popitem(last=False)[1])
        while self._bytes > self._bytes_max and self._outlines:
            self._bytes -= _weight(self._outlines.popitem(last=False)[1])


class ObjectFile:
    """An object that is open for reading, as `playhead.store.disk.Readable`.

    Args:
        store: where it is.
        key: its own.
        cache: what others and we have read.
        plain: read nothing but the object: for who proves that it is what it should be.
    """

    def __init__(self, store: ObjectStore, key: str, cache: Cache, *, plain: bool = False) -> None:
        self._plain = plain
        self._store = store
        self._key = key
        self._location = f"{store.url}/{key}"
        self._cache = cache

    def read_at(self, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset``; fewer only at the end. Blocks.

        Raises:
            CorruptError: ``store.missing``.
            UnavailableError, RefusedError: as `ObjectStore`.
        """
        outline = None if self._plain else self._outline(load=size <= RECORD_HEADER_BYTES)
        told = None if outline is None else outline.read_at(size, offset)
        if told is not None:
            return told
        if size > _RANGE_BYTES_MAX:
            return self._read(size, offset)
        first, last = offset // BLOCK_BYTES, (offset + max(size, 1) - 1) // BLOCK_BYTES
        data = b"".join(self._blocks(first, last))
        inside = offset - first * BLOCK_BYTES
        return data[inside : inside + size]

    def close(self) -> None:
        """Nothing is held."""

    def _blocks(self, first: int, last: int) -> list[bytes]:
        """Blocks from one to another; those that are not at hand are read together."""
        found = {number: self._cache.block(self._location, number) for number in range(first, last + 1)}
        missing = [number for number, block in found.items() if block is None]
        if missing:
            begin, end = missing[0], missing[-1] + 1
            data = self._read((end - begin) * BLOCK_BYTES, begin * BLOCK_BYTES)
            for number in range(begin, end):
                inside = (number - begin) * BLOCK_BYTES
                found[number] = data[inside : inside + BLOCK_BYTES]
                self._cache.keep_block(self._location, number, found[number] or b"")
        return [block or b"" for block in found.values()]

    def _read(self, size: int, offset: int) -> bytes:
        try:
            return self._store.read(self._key, size, offset)
        except NotFoundError as error:
            raise CorruptError("store.missing", f"The object {self._location} is gone.") from error

    def _outline(self, *, load: bool) -> Outline | None:
        """None where there is none or it is damaged: then the object itself tells everything, more slowly.

        It is fetched for the first read of a record's header, which is what whoever makes an index begins with.
        """
        known, outline = self._cache.outline(self._location)
        if known or not load:
            return outline
        try:
            outline = Outline(self._store.read(self._key + SUFFIX, OBJECT_BYTES_MAX, 0))
            if not self._tells_of_this(outline):
                outline = None
        except (NotFoundError, CorruptError):
            outline = None
        self._cache.keep_outline(self._location, outline)
        return outline

    def _tells_of_this(self, outline: Outline) -> bool:
        """Whoever has the bucket may swap two, and somebody would see markers of a segment that they may not see."""
        header, _ = read_header(lambda size, offset: outline.read_at(size, offset) or b"")
        return header.segment == segment_of(self._key.rpartition("/")[2])


def _weight(outline: Outline | None) -> int:
    return 0 if outline is None else outline.size_bytes
