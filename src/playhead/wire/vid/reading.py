"""Random access to a stored segment (docs/wire/vid.md §8): the index by hopping, and single records by their place."""

from collections.abc import Callable, Iterator

from playhead.base.errors import CorruptError
from playhead.wire.vid.header import PREFIX_BYTES, Header, decode_header, header_size
from playhead.wire.vid.limits import CHAIN_BYTES
from playhead.wire.vid.record import RECORD_HEADER_BYTES, RecordHeader, open_record
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


def walk(read_at: ReadAt, size: int, start: int, sequence: int | None = None) -> Iterator[Scanned]:
    """The whole records between ``start`` and ``size``, by their cleartext headers alone.

    It reads 40 bytes a record and checks neither chain nor order: for files that a `Scanner` has passed. A torn last
    record ends the walk; so the next walk goes on where the last record it gave ended.

    Args:
        read_at: reads the file.
        size: how much of it to look at, such as its durable length.
        start: where a record begins: the second value of `read_header`, or the end of a record given before.
        sequence: number of the record at ``start``, where it is known.

    Raises:
        CorruptError: ``vid.sequence``, and what `RecordHeader.decode` says.
    """
    offset = start
    while offset + RECORD_HEADER_BYTES <= size:
        header = RecordHeader.decode(read_at(RECORD_HEADER_BYTES, offset))
        if sequence is not None and header.sequence != sequence:
            raise CorruptError("vid.sequence", f"Record {header.sequence} stands where record {sequence} belongs.")
        if offset + header.size > size:
            return
        yield Scanned(header, offset, header.size)
        offset += header.size
        sequence = header.sequence + 1


def open_at(read_at: ReadAt, data_key: bytes, scanned: Scanned) -> bytes:
    """The plaintext of one record, wherever it lies.

    Raises:
        CorruptError: what `open_record` says.
    """
    data = read_at(CHAIN_BYTES + scanned.size, scanned.offset - CHAIN_BYTES)
    return open_record(data_key, memoryview(data)[CHAIN_BYTES:], data[:CHAIN_BYTES])
