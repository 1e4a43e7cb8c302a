"""The SEAL record's body: what a workstation signs when a segment is complete (docs/wire/vid.md §7)."""

from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from playhead.base.errors import CorruptError
from playhead.wire.vid.header import from_base64url, to_base64url
from playhead.wire.vid.limits import TAG_BYTES
from playhead.wire.vid.record import Flag, Kind, RecordHeader

_LABEL = b"playhead vid 1 seal\0"
_SIGNATURE_BYTES = 64


class _Seal(msgspec.Struct, frozen=True):
    records: Annotated[int, msgspec.Meta(ge=0)]
    chain: str
    signature: str


_DECODER = msgspec.json.Decoder(_Seal)


def signed_message(header: RecordHeader, chain: bytes) -> bytes:
    """What the signature is over: the SEAL's own record header and the chain before it, hence the whole file."""
    return _LABEL + header.encode() + chain


def make_seal(
    *, sequence: int, media_time_us: int, wall_time_us: int, chain: bytes, signer: Ed25519PrivateKey
) -> tuple[RecordHeader, bytes]:
    """The header and the plaintext body of the SEAL that follows ``sequence`` records."""

    def body(signature: bytes) -> bytes:
        return msgspec.json.encode(_Seal(sequence, chain.hex(), to_base64url(signature)))

    header = RecordHeader(
        kind=Kind.SEAL,
        flags=Flag.CLEAR,
        track=0,
        epoch=0,
        sequence=sequence,
        media_time_us=media_time_us,
        wall_time_us=wall_time_us,
        body_bytes=len(body(bytes(_SIGNATURE_BYTES))) + TAG_BYTES,  # every signature is equally long
        span_us=0,
    )
    return header, body(signer.sign(signed_message(header, chain)))


def check_seal(header: RecordHeader, body: bytes, chain: bytes, signer: bytes) -> None:
    """Check a SEAL without keys.

    Args:
        header: of the SEAL record.
        body: its plaintext, without the tag.
        chain: the link before it.
        signer: the Ed25519 public key of the file header.

    Raises:
        CorruptError: ``vid.seal`` where it is malformed or about other records, ``vid.signature``.
    """
    try:
        seal = _DECODER.decode(body)
        signature = from_base64url(seal.signature)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise CorruptError("vid.seal", "The seal is malformed.") from error
    if seal.records != header.sequence or seal.chain != chain.hex():
        raise CorruptError("vid.seal", "The seal is about other records than those before it.")
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, signed_message(header, chain))
    except (InvalidSignature, ValueError) as error:
        raise CorruptError("vid.signature", "The seal was not signed by the segment's workstation.") from error
