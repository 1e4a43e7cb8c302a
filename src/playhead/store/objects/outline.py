"""The outline of a segment: what a reader without the media needs to find its way, in one small object beside it.

It holds the segment's own bytes, as they were sealed: the file header, the header of every record, and what follows it
in those records that tell what the others are (INIT, MARKER, SEAL). So an index is made of it by the same code as of
the file itself, and it shows nobody more than the object does. Compressed by Zstandard (RFC 8878); for an hour of
screen recording it takes some 100 kB.
"""

from bisect import bisect_right
from typing import Final

import zstandard

from playhead.base.errors import CorruptError
from playhead.wire.vid import CHAIN_BYTES, Kind, ReadAt, glance, read_header
from playhead.wire.vid.record import RECORD_HEADER_BYTES

SUFFIX: Final = ".outline"
"""After the key of the object that it tells of."""

OUTLINE_BYTES_MAX: Final = 64 << 20
"""Unpacked: some 1.5 million records, two days of 15 a second in one segment."""

KEPT_BYTES_MAX: Final = 64 << 10
"""Bodies that are longer are left out, and read from the object: no INIT or marker that is shown is."""

_MAGIC: Final = b"PHOL\x01"
_TOLD: Final = frozenset({Kind.INIT, Kind.MARKER, Kind.SEAL})


def make_outline(read_at: ReadAt, size: int) -> bytes | None:
    """The outline of a segment's first ``size`` bytes; None where it would be too long. Blocks.

    Raises:
        CorruptError: ``vid.*``.
    """
    _, begin = read_header(read_at)
    extents: list[tuple[int, int]] = [(0, begin)]
    for found in glance(read_at, size, begin):
        end = found.offset + RECORD_HEADER_BYTES
        begin = found.offset
        if found.kind in _TOLD and found.end - found.offset <= KEPT_BYTES_MAX:
            begin, end = found.offset - CHAIN_BYTES, found.end  # a record is opened with the link before it
        last_begin, last_end = extents[-1]
        if begin <= last_end:
            extents[-1] = (last_begin, end)
        else:
            extents.append((begin, end))
    data = bytearray(_MAGIC)
    for begin, end in extents:
        data += begin.to_bytes(8) + (end - begin).to_bytes(4) + read_at(end - begin, begin)
        if len(data) > OUTLINE_BYTES_MAX:
            return None
    return zstandard.ZstdCompressor(level=6).compress(bytes(data))


class Outline:
    """An outline, to be read like the file: as far as it goes.

    Args:
        packed: what `make_outline` made.

    Raises:
        CorruptError: ``objects.outline``.
    """

    def __init__(self, packed: bytes) -> None:
        try:
            data = zstandard.ZstdDecompressor().decompress(packed, max_output_size=OUTLINE_BYTES_MAX)
        except zstandard.ZstdError:
            data = b""
        if not data.startswith(_MAGIC) or len(data) > OUTLINE_BYTES_MAX:
            raise _damaged()
        self._data = data
        self._begins: list[int] = []
        self._places: list[tuple[int, int]] = []
        position = len(_MAGIC)
        while position < len(data):
            begin = int.from_bytes(data[position : position + 8])
            size = int.from_bytes(data[position + 8 : position + 12])
            position += 12
            if position + size > len(data) or (self._begins and begin <= self._begins[-1]):
                raise _damaged()
            self._begins.append(begin)
            self._places.append((position, size))
            position += size

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self._data) + 100 * len(self._begins)

    def read_at(self, size: int, offset: int) -> bytes | None:
        """The bytes of the file there; None where any of them is not in here."""
        number = bisect_right(self._begins, offset) - 1
        if number < 0:
            return None
        position, length = self._places[number]
        inside = offset - self._begins[number]
        return self._data[position + inside : position + inside + size] if inside + size <= length else None


def _damaged() -> CorruptError:
    return CorruptError("objects.outline", "The outline of a segment is damaged.")
