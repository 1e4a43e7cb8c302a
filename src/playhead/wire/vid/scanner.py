"""Checks a segment as it arrives, without keys and without holding its media (docs/wire/vid.md §8)."""

import hashlib
from dataclasses import dataclass

from typing_extensions import Buffer

from playhead.base.errors import CorruptError
from playhead.wire.vid.header import PREFIX_BYTES, Header, decode_header, header_size
from playhead.wire.vid.limits import CHAIN_BYTES, MAX_SEAL_BODY_BYTES, TAG_BYTES
from playhead.wire.vid.order import Order, OrderState
from playhead.wire.vid.record import RECORD_HEADER_BYTES, Kind, RecordHeader
from playhead.wire.vid.seal import check_seal


@dataclass(frozen=True, slots=True)
class Scanned:
    """A whole record and where it lies: ``size`` bytes from ``offset``; the 32 bytes before it are its chain."""

    header: RecordHeader
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class ScanState:
    """Where a scanner stands between two records: enough to go on elsewhere with the byte at ``offset``."""

    header: Header
    offset: int
    chain: bytes
    records: int
    sealed: bool
    order: OrderState


class Scanner:
    """Takes a segment's bytes in any portions and tells which records are whole.

    It holds at most a file header (64 KiB) or a record header, never a body: those are hashed as they pass.

    Args:
        state: what `state` of another scanner said; the next byte fed is then the one at its ``offset``.
    """

    def __init__(self, state: ScanState | None = None) -> None:
        self._buffer = bytearray()
        self._header: Header | None = None
        self._offset = 0
        self._chain = b""
        self._records = 0
        self._sealed = False
        self._order = Order()
        self._fault: CorruptError | None = None
        self._current: RecordHeader | None = None
        self._digest = hashlib.sha256()
        self._body_left = 0
        self._seal = bytearray()
        if state is not None:
            self._header = state.header
            self._offset = state.offset
            self._chain = state.chain
            self._records = state.records
            self._sealed = state.sealed
            self._order = Order(state.order)

    @property
    def header(self) -> Header | None:
        """The file header, once it is whole."""
        return self._header

    @property
    def offset(self) -> int:
        """End of the last whole, checked record (or of the file header, or 0). Also after a fault."""
        return self._offset

    @property
    def chain(self) -> bytes:
        """The link of the chain that ends at `offset`; empty before the file header is whole."""
        return self._chain

    @property
    def records(self) -> int:
        """How many whole records there were."""
        return self._records

    @property
    def sealed(self) -> bool:
        """A SEAL with a valid signature was the last record."""
        return self._sealed

    @property
    def covered_us(self) -> int:
        """Media time up to which the whole records prove capture."""
        return self._order.covered_us

    def state(self) -> ScanState | None:
        """Where to go on, from `offset`; None before the file header is whole."""
        if self._header is None:
            return None
        return ScanState(self._header, self._offset, self._chain, self._records, self._sealed, self._order.state())

    def feed(self, data: Buffer) -> list[Scanned]:
        """Take the next bytes of the segment; returns the records they complete, in order.

        Raises:
            CorruptError: ``vid.*``. Everything before `offset` is sound, and every later call raises it again.
        """
        if self._fault is not None:
            raise self._fault
        found: list[Scanned] = []
        view = memoryview(data).cast("B")
        try:
            while view:
                if self._header is None:
                    view = self._take_file_header(view)
                elif self._current is None:
                    view = self._take_record_header(view)
                else:
                    view = self._take_body_and_chain(view, found)
        except CorruptError as error:
            self._fault = error
            raise
        return found

    def _fill(self, view: memoryview, size: int) -> memoryview:
        """Fill the buffer up to ``size`` bytes; returns what is left of ``view``."""
        wanted = max(size - len(self._buffer), 0)
        self._buffer += view[:wanted]
        return view[wanted:]

    def _take_file_header(self, view: memoryview) -> memoryview:
        view = self._fill(view, PREFIX_BYTES)
        if len(self._buffer) < PREFIX_BYTES:
            return view
        size = header_size(bytes(self._buffer[:PREFIX_BYTES]))
        view = self._fill(view, size)
        if len(self._buffer) == size:
            self._header = decode_header(bytes(self._buffer))
            self._chain = bytes(self._buffer[-CHAIN_BYTES:])
            self._offset = size
            self._buffer.clear()
        return view

    def _take_record_header(self, view: memoryview) -> memoryview:
        if self._sealed:
            raise CorruptError("vid.after_seal", "Bytes follow the seal.")
        view = self._fill(view, RECORD_HEADER_BYTES)
        if len(self._buffer) < RECORD_HEADER_BYTES:
            return view
        header = RecordHeader.decode(self._buffer)
        if header.sequence != self._records:
            message = f"Record {header.sequence} stands where record {self._records} belongs."
            raise CorruptError("vid.sequence", message)
        if header.kind == Kind.SEAL and header.body_bytes > MAX_SEAL_BODY_BYTES:
            raise CorruptError("vid.record_size", f"The seal claims {header.body_bytes} bytes.")
        if fault := self._order.fault(header):
            raise CorruptError("vid.order", f"Record {header.sequence} is out of order: {fault}.")
        self._digest = hashlib.sha256(self._chain)
        self._digest.update(self._buffer)
        self._buffer.clear()
        self._seal.clear()
        self._body_left = header.body_bytes
        self._current = header
        return view

    def _take_body_and_chain(self, view: memoryview, found: list[Scanned]) -> memoryview:
        header = self._current
        assert header is not None  # noqa: S101 - our own state, not the peer's
        body, view = view[: self._body_left], view[self._body_left :]
        self._digest.update(body)
        self._body_left -= len(body)
        if header.kind == Kind.SEAL:
            self._seal += body
        view = self._fill(view, CHAIN_BYTES) if self._body_left == 0 else view
        if len(self._buffer) == CHAIN_BYTES:
            self._finish(header, found)
        return view

    def _finish(self, header: RecordHeader, found: list[Scanned]) -> None:
        chain = bytes(self._buffer)
        if self._digest.digest() != chain:
            message = f"Record {header.sequence} does not follow from what stands before it."
            raise CorruptError("vid.chain", message)
        if header.kind == Kind.SEAL:
            assert self._header is not None  # noqa: S101 - our own state, not the peer's
            check_seal(header, bytes(self._seal[:-TAG_BYTES]), self._chain, self._header.signer)
            self._sealed = True
        found.append(Scanned(header, self._offset, header.size))
        self._order.accept(header)
        self._records += 1
        self._offset += header.size
        self._chain = chain
        self._current = None
        self._buffer.clear()
