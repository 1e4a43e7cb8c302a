"""One record: cleartext header, sealed body, link of the chain (docs/wire/vid.md §5)."""

import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import Buffer

from playhead.base.errors import CorruptError
from playhead.wire.vid.limits import CHAIN_BYTES, MAX_RECORD_BODY_BYTES, MAX_TIME_US, TAG_BYTES

LAYOUT = struct.Struct(">BBHIQQQII")
"""The fields of a record header in their order."""

RECORD_HEADER_BYTES = LAYOUT.size
RECORD_OVERHEAD_BYTES = RECORD_HEADER_BYTES + TAG_BYTES + CHAIN_BYTES
"""What a record takes beyond the plaintext of its body."""


class Kind(IntEnum):
    """What a record holds. A reader passes over numbers it does not know; zero is never one."""

    INIT = 1
    """ISO BMFF initialisation segment of a track's epoch: ``ftyp moov``."""
    PIECE = 2
    """Media of one track: ``moof mdat``."""
    THUMBNAIL = 3
    """JPEG, at most 320 × 180."""
    MARKER = 4
    """JSON object with a ``code``."""
    HEARTBEAT = 5
    """Empty: capture was alive up to this media time."""
    SEAL = 6
    """JSON in clear: count, chain and signature. Nothing follows."""


class Flag(IntFlag):
    """Bits of a record header. Unknown ones are kept and ignored."""

    NONE = 0
    KEY = 1
    """A PIECE that begins with a random access point."""
    CLEAR = 2
    """The body is authenticated but not encrypted. Set on every SEAL, so that it can be checked without keys."""


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """The cleartext header of a record, 40 bytes. Enough to index a segment without its key."""

    kind: int
    """A `Kind`, or the number of one this version does not know."""
    flags: Flag
    track: int
    """0 where the record is about the whole segment."""
    epoch: int
    sequence: int
    """0 for the first record of a file, then one more each."""
    media_time_us: int
    wall_time_us: int
    body_bytes: int
    """Length of the sealed body, with its tag."""
    span_us: int
    """For a PIECE: from its first sample to its end as known when it was written."""

    @property
    def size(self) -> int:
        """Length of the whole record in the file."""
        return RECORD_HEADER_BYTES + self.body_bytes + CHAIN_BYTES

    @property
    def end_us(self) -> int:
        """Media time up to which this record proves that capture was alive."""
        return self.media_time_us + self.span_us

    def encode(self) -> bytes:
        """The 40 bytes."""
        return LAYOUT.pack(
            self.kind,
            self.flags,
            self.track,
            self.epoch,
            self.sequence,
            self.media_time_us,
            self.wall_time_us,
            self.body_bytes,
            self.span_us,
        )

    @classmethod
    def decode(cls, data: Buffer, offset: int = 0) -> Self:
        """Read the 40 bytes at ``offset``.

        Raises:
            CorruptError: ``vid.truncated``, ``vid.kind``, ``vid.record_size``, ``vid.time``.
        """
        try:
            kind, flags, track, epoch, sequence, media, wall, body_bytes, span = LAYOUT.unpack_from(data, offset)
        except struct.error as error:
            raise CorruptError("vid.truncated", "The file ends inside a record header.") from error
        if kind == 0:
            raise CorruptError("vid.kind", "A record of kind zero: the file's tail was never written.")
        if not TAG_BYTES <= body_bytes <= MAX_RECORD_BODY_BYTES:
            message = f"A record body claims {body_bytes} bytes; it takes {TAG_BYTES} to {MAX_RECORD_BODY_BYTES}."
            raise CorruptError("vid.record_size", message)
        if media > MAX_TIME_US or wall > MAX_TIME_US:
            raise CorruptError("vid.time", "A record's time lies beyond what the format can hold.")
        known = Kind(kind) if kind <= Kind.SEAL else kind
        return cls(known, Flag(flags), track, epoch, sequence, media, wall, body_bytes, span)


def next_chain(previous: Buffer, header: Buffer, body: Buffer) -> bytes:
    """The link after a record: SHA-256 over the link before it, its header and its sealed body."""
    digest = hashlib.sha256(previous)
    digest.update(header)
    digest.update(body)
    return digest.digest()


def seal_body(data_key: bytes, header: RecordHeader, previous_chain: bytes, plaintext: bytes) -> bytes:
    """The sealed body of a record whose header is already known (``body_bytes`` counts the tag)."""
    associated = header.encode() + previous_chain
    if Flag.CLEAR in header.flags:
        return plaintext + AESGCM(data_key).encrypt(_nonce(header.sequence), b"", associated + plaintext)
    return AESGCM(data_key).encrypt(_nonce(header.sequence), plaintext, associated)


def open_record(data_key: bytes, record: Buffer, previous_chain: bytes) -> bytes:
    """The plaintext of a record's body.

    Args:
        data_key: the segment's key, 32 bytes.
        record: the whole record, from its header to its link of the chain.
        previous_chain: the 32 bytes just before it in the file.

    Raises:
        CorruptError: ``vid.truncated``, ``vid.record_size``, ``vid.chain``, ``vid.authentic``, and what
            `RecordHeader.decode` says.
    """
    view = memoryview(record).cast("B")
    header = RecordHeader.decode(view)
    if len(view) != header.size:
        code = "vid.truncated" if len(view) < header.size else "vid.record_size"
        raise CorruptError(code, f"Record {header.sequence} takes {header.size} bytes, not {len(view)}.")
    clear, body = view[:RECORD_HEADER_BYTES], view[RECORD_HEADER_BYTES:-CHAIN_BYTES]
    if next_chain(previous_chain, clear, body) != bytes(view[-CHAIN_BYTES:]):
        raise CorruptError("vid.chain", f"Record {header.sequence} does not follow from what stands before it.")
    associated = bytes(clear) + previous_chain
    try:
        if Flag.CLEAR in header.flags:
            plaintext = bytes(body[:-TAG_BYTES])
            AESGCM(data_key).decrypt(_nonce(header.sequence), body[-TAG_BYTES:], associated + plaintext)
            return plaintext
        return AESGCM(data_key).decrypt(_nonce(header.sequence), body, associated)
    except InvalidTag as error:
        message = f"Record {header.sequence} was not sealed with this segment's key, or was changed since."
        raise CorruptError("vid.authentic", message) from error


def _nonce(sequence: int) -> bytes:
    # Unique under the key because every segment has its own key and every record its own number.
    return sequence.to_bytes(12, "big")
