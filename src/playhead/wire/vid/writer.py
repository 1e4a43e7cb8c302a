"""Writes a segment, record by record (docs/wire/vid.md §5 to §7)."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.errors import ConflictError, InvalidInputError, LimitError
from playhead.wire.vid.header import Header, encode_header
from playhead.wire.vid.limits import CHAIN_BYTES, DATA_KEY_BYTES, MAX_RECORD_BODY_BYTES, MAX_TIME_US, TAG_BYTES
from playhead.wire.vid.order import Order
from playhead.wire.vid.record import Flag, Kind, RecordHeader, next_chain, seal_body
from playhead.wire.vid.seal import make_seal


class Writer:
    """Turns plaintext bodies into the bytes to append to one segment's file.

    A writer cannot be resumed, on purpose: its key lives in memory alone and no nonce can be used twice. After a
    crash the recording goes on in a new segment.

    Args:
        header: the file header, with at least one envelope for ``data_key``.
        data_key: 32 random bytes, never used for another segment.
        signer: the private half of ``header.signer``.
    """

    def __init__(self, header: Header, data_key: bytes, signer: Ed25519PrivateKey) -> None:
        if len(data_key) != DATA_KEY_BYTES:
            raise InvalidInputError("vid.key", f"A data key takes {DATA_KEY_BYTES} bytes, not {len(data_key)}.")
        if signer.public_key().public_bytes_raw() != header.signer:
            raise InvalidInputError("vid.key", "The signing key is not the one the header names.")
        self._data_key = data_key
        self._signer = signer
        self._start = encode_header(header)
        self._chain = self._start[-CHAIN_BYTES:]
        self._order = Order()
        self._sequence = 0
        self._offset = 0
        self._sealed = False

    @property
    def offset(self) -> int:
        """Length of all bytes returned so far: where the next ones go."""
        return self._offset

    @property
    def records(self) -> int:
        """How many records were written; the next one has this sequence number."""
        return self._sequence

    @property
    def covered_us(self) -> int:
        """Media time up to which the records written so far prove capture."""
        return self._order.covered_us

    @property
    def sealed(self) -> bool:
        """Nothing more can be written."""
        return self._sealed

    def start(self) -> bytes:
        """The file header. Call once, first.

        Raises:
            ConflictError: ``vid.started``.
        """
        if self._offset:
            raise ConflictError("vid.started", "The segment's header was already written.")
        self._offset = len(self._start)
        return self._start

    def record(
        self,
        kind: Kind,
        *,
        track: int = 0,
        epoch: int = 0,
        flags: Flag = Flag.NONE,
        media_time_us: int,
        wall_time_us: int,
        span_us: int = 0,
        body: bytes = b"",
    ) -> bytes:
        """One record of any kind but SEAL.

        Raises:
            LimitError: ``vid.record_size``.
            InvalidInputError: ``vid.order``, ``vid.time``: a scanner would refuse it. Nothing was used up.
            ConflictError: ``vid.not_started``, ``vid.sealed``.
        """
        if kind == Kind.SEAL:
            raise InvalidInputError("vid.order", "A seal is written by seal().")
        if len(body) + TAG_BYTES > MAX_RECORD_BODY_BYTES:
            message = (
                f"A record body of {len(body)} bytes is too long: the most is {MAX_RECORD_BODY_BYTES - TAG_BYTES}."
            )
            raise LimitError("vid.record_size", message)
        header = RecordHeader(
            kind=kind,
            flags=flags,
            track=track,
            epoch=epoch,
            sequence=self._sequence,
            media_time_us=media_time_us,
            wall_time_us=wall_time_us,
            body_bytes=len(body) + TAG_BYTES,
            span_us=span_us,
        )
        return self._append(header, body)

    def seal(self, media_time_us: int, wall_time_us: int) -> bytes:
        """The SEAL, after which nothing can be written.

        Args:
            media_time_us: the end of what was captured.
            wall_time_us: now.

        Raises:
            InvalidInputError: ``vid.order``, ``vid.time``.
            ConflictError: ``vid.not_started``, ``vid.sealed``.
        """
        header, body = make_seal(
            sequence=self._sequence,
            media_time_us=media_time_us,
            wall_time_us=wall_time_us,
            chain=self._chain,
            signer=self._signer,
        )
        record = self._append(header, body)
        self._sealed = True
        return record

    def _append(self, header: RecordHeader, body: bytes) -> bytes:
        if not self._offset:
            raise ConflictError("vid.not_started", "The segment's header comes first.")
        if self._sealed:
            raise ConflictError("vid.sealed", "The segment is sealed.")
        if not 0 <= header.media_time_us <= MAX_TIME_US or not 0 <= header.wall_time_us <= MAX_TIME_US:
            raise InvalidInputError("vid.time", "A record's time lies beyond what the format can hold.")
        if not 0 <= header.span_us <= 0xFFFF_FFFF:  # noqa: PLR2004 - the field has 32 bits
            raise InvalidInputError("vid.time", "A record's span lies beyond what the format can hold.")
        if fault := self._order.fault(header):
            raise InvalidInputError("vid.order", f"Record {header.sequence} cannot be written: {fault}.")
        clear = header.encode()
        sealed = seal_body(self._data_key, header, self._chain, body)
        self._chain = next_chain(self._chain, clear, sealed)
        self._order.accept(header)
        self._sequence += 1
        self._offset += header.size
        return b"".join((clear, sealed, self._chain))
