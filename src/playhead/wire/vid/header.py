"""The file header: who recorded what, when, for whom it is sealed (docs/wire/vid.md §3)."""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from playhead.base.errors import CorruptError, InvalidInputError, LimitError
from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.wire.vid.limits import (
    CHAIN_BYTES,
    MAX_AGENT_CHARS,
    MAX_HEADER_BODY_BYTES,
    MAX_KEYS,
    MAX_NAME_CHARS,
    MAX_TIME_US,
    MAX_TRACKS,
)

MAGIC = b"\x89VID\r\n\x1a\n"
"""Like PNG's signature (PNG 3rd edition §5.2), it shows transfers that change line ends or strip the high bit."""

VERSION = 1
"""The version this module writes. It reads every version up to it."""

_PREFIX = struct.Struct(">8sHHI")
PREFIX_BYTES = _PREFIX.size
"""Bytes needed to know how long the header is: magic, version, flags, body length."""


@dataclass(frozen=True, slots=True)
class Track:
    """One line of media. ``id`` is 1 to 65535; a track that appears later is described by its INIT record alone."""

    id: int
    name: str
    kind: Literal["video", "audio"] = "video"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The segment's data key, sealed to one recipient (docs/wire/vid.md §4)."""

    recipient: str
    """SHA-256 of the recipient's public key, 64 hexadecimal digits in lower case."""
    suite: str
    """How it was sealed; see `playhead.wire.vid.envelope.SUITE`."""
    sealed: bytes
    """HPKE's ``enc ‖ ct``."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says about itself, in clear."""

    recording: RecordingId
    segment: SegmentId
    site: SiteId
    workstation: WorkstationId
    agent: str
    started_at_us: int
    """Wall time of media time zero, Unix microseconds."""
    tracks: tuple[Track, ...]
    """The tracks known when the segment began."""
    keys: tuple[Envelope, ...]
    signer: bytes
    """The workstation's Ed25519 public key (RFC 8032), 32 bytes."""


class _Track(msgspec.Struct, frozen=True):
    id: Annotated[int, msgspec.Meta(ge=1, le=0xFFFF)]
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARS)]
    kind: Literal["video", "audio"]


class _Envelope(msgspec.Struct, frozen=True):
    recipient: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    suite: Annotated[str, msgspec.Meta(max_length=64)]
    sealed: Annotated[str, msgspec.Meta(max_length=4096)]


class _Body(msgspec.Struct, frozen=True):
    recording: str
    segment: str
    site: str
    workstation: str
    agent: Annotated[str, msgspec.Meta(max_length=MAX_AGENT_CHARS)]
    started_at_us: Annotated[int, msgspec.Meta(ge=0, le=MAX_TIME_US)]
    tracks: Annotated[tuple[_Track, ...], msgspec.Meta(max_length=MAX_TRACKS)]
    keys: Annotated[tuple[_Envelope, ...], msgspec.Meta(max_length=MAX_KEYS)]
    signer: str


_DECODER = msgspec.json.Decoder(_Body)


def to_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 4648 §5, RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of `to_base64url`; refuses any other spelling of them.

    Raises:
        ValueError: not canonical base64url.
    """
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if to_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def encode_header(header: Header) -> bytes:
    """The whole file header, from the magic to the first link of the chain.

    Raises:
        LimitError: ``vid.header_size``.
        InvalidInputError: ``vid.header_body``, where a reader would refuse it.
    """
    body = msgspec.json.encode(
        _Body(
            recording=str(header.recording),
            segment=str(header.segment),
            site=str(header.site),
            workstation=str(header.workstation),
            agent=header.agent,
            started_at_us=header.started_at_us,
            tracks=tuple(_Track(id=track.id, name=track.name, kind=track.kind) for track in header.tracks),
            keys=tuple(
                _Envelope(recipient=key.recipient, suite=key.suite, sealed=to_base64url(key.sealed))
                for key in header.keys
            ),
            signer=to_base64url(header.signer),
        ),
    )
    if len(body) > MAX_HEADER_BODY_BYTES:
        raise LimitError("vid.header_size", f"The header body takes {len(body)} of {MAX_HEADER_BODY_BYTES} bytes.")
    try:
        _decode_body(body)
    except CorruptError as error:
        raise InvalidInputError("vid.header_body", error.message) from error
    clear = _PREFIX.pack(MAGIC, VERSION, 0, len(body)) + body
    return clear + hashlib.sha256(clear).digest()


def header_size(prefix: bytes) -> int:
    """Length of the whole file header, told from its first `PREFIX_BYTES`.

    Raises:
        CorruptError: ``vid.magic``, ``vid.version``, ``vid.flags``, ``vid.header_size``.
    """
    if len(prefix) < PREFIX_BYTES:
        raise CorruptError("vid.truncated", "The file ends inside its header.")
    magic, version, flags, body_bytes = _PREFIX.unpack_from(prefix)
    if magic != MAGIC:
        raise CorruptError("vid.magic", "This is not a .vid file.")
    if version != VERSION:
        hint = "A newer Playhead may read it." if version > VERSION else ""
        raise CorruptError("vid.version", f"The file is of version {version}; this reads 1 to {VERSION}.", hint=hint)
    if flags != 0:
        raise CorruptError("vid.flags", f"The file needs features this program does not have (flags {flags:#06x}).")
    if body_bytes > MAX_HEADER_BODY_BYTES:
        message = f"The header body claims {body_bytes} bytes; the most is {MAX_HEADER_BODY_BYTES}."
        raise CorruptError("vid.header_size", message)
    return PREFIX_BYTES + body_bytes + CHAIN_BYTES


def decode_header(data: bytes) -> Header:
    """Read and check a whole file header; ``data`` is exactly its bytes.

    Raises:
        CorruptError: what `header_size` says, ``vid.truncated``, ``vid.header_chain``, ``vid.header_body``.
    """
    size = header_size(data)
    if len(data) != size:
        code = "vid.truncated" if len(data) < size else "vid.header_size"
        raise CorruptError(code, f"The header takes {size} bytes, not {len(data)}.")
    if hashlib.sha256(data[:-CHAIN_BYTES]).digest() != data[-CHAIN_BYTES:]:
        raise CorruptError("vid.header_chain", "The header does not match its own hash.")
    return _decode_body(data[PREFIX_BYTES:-CHAIN_BYTES])


def _decode_body(body: bytes) -> Header:
    try:
        value = _DECODER.decode(body)
        signer = from_base64url(value.signer)
        keys = tuple(Envelope(key.recipient, key.suite, from_base64url(key.sealed)) for key in value.keys)
        header = Header(
            recording=RecordingId.parse(value.recording),
            segment=SegmentId.parse(value.segment),
            site=SiteId(value.site),
            workstation=WorkstationId(value.workstation),
            agent=value.agent,
            started_at_us=value.started_at_us,
            tracks=tuple(Track(track.id, track.name, track.kind) for track in value.tracks),
            keys=keys,
            signer=signer,
        )
    except (msgspec.MsgspecError, ValueError, RecursionError, InvalidInputError) as error:
        raise CorruptError("vid.header_body", f"The header body is malformed: {str(error)[:200]}") from error
    if len(signer) != 32:  # noqa: PLR2004 - an Ed25519 public key, RFC 8032 §5.1.5
        raise CorruptError("vid.header_body", "The header's signer is not an Ed25519 public key.")
    if len({track.id for track in header.tracks}) != len(header.tracks):
        raise CorruptError("vid.header_body", "The header names a track twice.")
    return header
