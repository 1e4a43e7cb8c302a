"""ISO base media file format boxes (ISO/IEC 14496-12 §4.2): writing them, and finding them in bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from playhead.base.errors import CorruptError

_U32 = struct.Struct(">I")
BOX_HEADER_BYTES = 8


def u32(value: int) -> bytes:
    """Four bytes, big-endian."""
    return _U32.pack(value)


def box(kind: bytes, *content: bytes) -> bytes:
    """A box with a 32-bit size (§4.2)."""
    body = b"".join(content)
    return _U32.pack(BOX_HEADER_BYTES + len(body)) + kind + body


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """A box with version and flags (§4.2)."""
    return box(kind, _U32.pack(version << 24 | flags), *content)


@dataclass(frozen=True, slots=True)
class Box:
    """A box found in a buffer: its content is ``data[start:end]``."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that fill ``data[start:end]``, in order.

    Raises:
        CorruptError: ``fmp4.box``, where a size does not fit what holds it. Sizes of 64 bits and boxes "to the end of
            the file" are none of what Playhead writes, and are refused.
    """
    end = len(data) if end is None else end
    while start < end:
        if end - start < BOX_HEADER_BYTES:
            raise CorruptError("fmp4.box", "Media data ends inside the header of a box.")
        (size,) = _U32.unpack_from(data, start)
        if not BOX_HEADER_BYTES <= size <= end - start:
            raise CorruptError("fmp4.box", f"A media box claims {size} bytes, where {end - start} are left.")
        yield Box(data[start + 4 : start + 8], start + BOX_HEADER_BYTES, start + size)
        start += size


def find(data: bytes, *path: bytes, start: int = 0, end: int | None = None) -> Box:
    """The first box at ``path``, such as ``(b"moov", b"trak")``.

    Raises:
        CorruptError: ``fmp4.missing`` or ``fmp4.box``.
    """
    found = Box(b"", start, len(data) if end is None else end)
    for kind in path:
        inner = boxes(data, found.start, found.end)
        match = next((candidate for candidate in inner if candidate.kind == kind), None)
        if match is None:
            raise CorruptError("fmp4.missing", f"Media data lacks its {kind.decode('latin-1')} box.")
        found = match
    return found


def unpack(layout: struct.Struct, data: bytes, offset: int, end: int) -> tuple[int, ...]:
    """Unpack integers that must lie inside ``data[:end]``.

    Raises:
        CorruptError: ``fmp4.box``.
    """
    if offset + layout.size > end:
        raise CorruptError("fmp4.box", "A media box is shorter than its fields.")
    return layout.unpack_from(data, offset)
