"""Random access to a stored segment (docs/wire/vid.md §8): the index by hopping, and single records by their place."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from playhead.base.errors import CorruptError
from playhead.wire.vid.header import PREFIX_BYTES, Header, decode_header, header_size
from playhead.wire.vid.limits import CHAIN_BYTES, MAX_RECORD_BODY_BYTES, MAX_TIME_US, TAG_BYTES
from playhead.wire.vid.record import LAYOUT, RECORD_HEADER_BYTES, Flag, Kind, RecordHeader, open_record
from playhead.wire.vid.scanner import Scanned

ReadAt = Callable[[int, int], bytes]
"""``read_at(size, offset)``: up to ``size`` bytes from ``offset``, fewer only at the end."""


def read_header(read_at: ReadAt) -> tuple[Header, int]:
    """The file header and its length, which is where the first record begins.

    Raises:
        CorruptError: what `decode_header` says; ``vid.truncated`` where the file ends inside it.
    """
    size = header_size(read_at(PREFIX_BYTES, 0))
    return decode_header(read_at(size, 0)), size


class Glance(NamedTuple):
    """A record header's fields as they stand in the file, and where the record begins.

    A tuple, because an index of a long segment is made of tens of thousands of them.
    """

    kind: int
    flags: int
    track: int
    epoch: int
    sequence: int
    media_time_us: int
    wall_time_us: int
    body_bytes: int
    span_us: int
    offset: int

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.offset + RECORD_HEADER_BYTES + self.body_bytes + CHAIN_BYTES

    @property
    def scanned(self) -> Scanned:
        """The same as a scanner tells it."""
        kind = Kind(self.kind) if self.kind <= Kind.SEAL else self.kind
        header = RecordHeader(kind, Flag(self.flags), *self[2:-1])
        return Scanned(header, self.offset, header.size)


def glance(read_at: ReadAt, size: int, start: int, sequence: int | None = None) -> Iterator[Glance]:
    """The whole records between ``start`` and ``size``, by their cleartext headers alone.

    It reads 40 bytes a record and checks neither chain nor order: for files that a `Scanner` has passed. A torn last
    record ends it; so the next time goes on where the last record it gave ended.

    Args:
        read_at: reads the file.
        size: how much of it to look at, such as its durable length.
        start: where a record begins: the second value of `read_header`, or the end of a record given before.
        sequence: number of the record at ``start``, where it is known.

    Raises:
        CorruptError: ``vid.sequence``, and what `RecordHeader.decode` says.
    """
    offset = start
    unpack = LAYOUT.unpack_from
    while offset + RECORD_HEADER_BYTES <= size:
        data = read_at(RECORD_HEADER_BYTES, offset)
        if len(data) < RECORD_HEADER_BYTES:
            raise CorruptError("vid.truncated", "The file ends inside a record header.")
        found = Glance._make((*unpack(data), offset))
        kind, _, _, _, number, media_time_us, wall_time_us, body_bytes, _, _ = found
        sound = kind and TAG_BYTES <= body_bytes <= MAX_RECORD_BODY_BYTES
        if not sound or media_time_us > MAX_TIME_US or wall_time_us > MAX_TIME_US:
            RecordHeader.decode(data)  # says what is wrong
        if sequence is not None and number != sequence:
            raise CorruptError("vid.sequence", f"Record {number} stands where record {sequence} belongs.")
        offset += RECORD_HEADER_BYTES + body_bytes + CHAIN_BYTES
        if offset > size:
            return
        yield found
        sequence = number + 1


def walk(read_at: ReadAt, size: int, start: int, sequence: int | None = None) -> Iterator[Scanned]:
    """As `glance`, told as a scanner tells it.

    Raises:
        CorruptError: as `glance`.
    """
    return (found.scanned for found in glance(read_at, size, start, sequence))


def open_at(read_at: ReadAt, data_key: bytes, scanned: Scanned) -> bytes:
    """The plaintext of one record, wherever it lies.

    Raises:
        CorruptError: what `open_record` says.
    """
    data = read_at(CHAIN_BYTES + scanned.size, scanned.offset - CHAIN_BYTES)
    return open_record(data_key, memoryview(data)[CHAIN_BYTES:], data[:CHAIN_BYTES])
