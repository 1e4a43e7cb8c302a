"""What must be known of a segment's durable bytes to check the ones that follow, in a few bytes for the catalogue."""

import msgspec

from playhead.base.errors import CorruptError
from playhead.wire.vid import CHAIN_BYTES, Header, Kind, OrderState, ReadAt, ScanState, walk
from playhead.wire.vid.order import Order


class _Resume(msgspec.Struct, frozen=True, array_like=True):
    records: int
    sealed: bool
    order: OrderState


_DECODER = msgspec.msgpack.Decoder(_Resume)
_ENCODER = msgspec.msgpack.Encoder()


def encode_resume(state: ScanState) -> bytes:
    """About 20 bytes and 20 a track. The header, the offset and the chain are read from the file itself."""
    return _ENCODER.encode(_Resume(state.records, state.sealed, state.order))


def resume_at(read_at: ReadAt, header: Header, header_bytes: int, offset: int, resume: bytes) -> ScanState:
    """The scanner's state at ``offset``, from ``resume`` or, where that is missing, by walking the file's records.

    Args:
        read_at: reads the file.
        header: the file's.
        header_bytes: where the first record begins.
        offset: where a record ends, up to where all was checked before.
        resume: what `encode_resume` made there, or empty.

    Raises:
        CorruptError: ``store.offset`` where no record ends there, and what `walk` says.
    """
    chain = read_at(CHAIN_BYTES, offset - CHAIN_BYTES)
    try:
        known = _DECODER.decode(resume)
    except msgspec.MsgspecError:
        known = _walked(read_at, header_bytes, offset)
    return ScanState(header, offset, chain, known.records, known.sealed, known.order)


def _walked(read_at: ReadAt, start: int, offset: int) -> _Resume:
    order = Order()
    records = 0
    end = start
    sealed = False
    for scanned in walk(read_at, offset, start, 0):
        order.accept(scanned.header)
        records += 1
        end = scanned.offset + scanned.size
        sealed = scanned.header.kind == Kind.SEAL
    if end != offset:
        raise CorruptError("store.offset", f"The file has no record that ends at its durable offset {offset}.")
    return _Resume(records, sealed, order.state())
