"""Key envelopes: the segment's data key sealed to a site's public key by HPKE (RFC 9180; docs/wire/vid.md §4)."""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from playhead.base.errors import CorruptError, InvalidInputError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.wire.vid.header import Envelope, Header
from playhead.wire.vid.limits import DATA_KEY_BYTES

SUITE = "HPKE-0020-0001-0002"
"""Base mode, by the numbers of RFC 9180 §7: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."""

_LABEL = b"playhead vid 1 data key\0"


def recipient_of(public_key: bytes) -> str:
    """How an envelope names its recipient: SHA-256 of the raw X25519 public key, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def seal_data_key(
    data_key: bytes,
    site_public_key: bytes,
    *,
    recording: RecordingId,
    segment: SegmentId,
    signer: bytes,
) -> Envelope:
    """Seal ``data_key`` so that only the holder of the site's private key can open it, and only for this segment.

    Args:
        data_key: 32 random bytes, used for one segment.
        site_public_key: X25519, 32 bytes (RFC 7748).
        recording: bound to the envelope, as are the other two.
        segment: likewise.
        signer: the workstation's Ed25519 public key, 32 bytes.

    Raises:
        InvalidInputError: ``vid.key``.
    """
    if len(data_key) != DATA_KEY_BYTES:
        raise InvalidInputError("vid.key", f"A data key takes {DATA_KEY_BYTES} bytes, not {len(data_key)}.")
    try:
        public = X25519PublicKey.from_public_bytes(site_public_key)
        sealed = _suite().encrypt(data_key, public, info=envelope_info(recording, segment, signer))
    except ValueError as error:
        raise InvalidInputError("vid.key", "The site's public key is not a usable X25519 key.") from error
    return Envelope(recipient_of(site_public_key), SUITE, sealed)


def open_data_key(header: Header, site_private_key: X25519PrivateKey) -> bytes:
    """The segment's data key, from the envelope made for this private key.

    Raises:
        RefusedError: ``vid.recipient``, where the segment was not sealed for this key.
        CorruptError: ``vid.envelope``.
    """
    recipient = recipient_of(site_private_key.public_key().public_bytes_raw())
    info = envelope_info(header.recording, header.segment, header.signer)
    for envelope in header.keys:
        if envelope.recipient == recipient and envelope.suite == SUITE:
            try:
                data_key = _suite().decrypt(envelope.sealed, site_private_key, info=info)
            except (InvalidTag, ValueError) as error:
                raise CorruptError("vid.envelope", "The segment's key envelope was changed.") from error
            if len(data_key) != DATA_KEY_BYTES:
                raise CorruptError("vid.envelope", "The segment's key envelope holds no data key.")
            return data_key
    raise RefusedError("vid.recipient", "The segment was not sealed for this site's key.")


def regrant(header: Header, site_private_key: X25519PrivateKey, public_key: bytes) -> Envelope:
    """The segment's data key for somebody else, sealed to their X25519 public key and bound to this segment.

    Raises:
        RefusedError, CorruptError: as `open_data_key`.
        InvalidInputError: ``vid.key``.
    """
    return seal_data_key(
        open_data_key(header, site_private_key),
        public_key,
        recording=header.recording,
        segment=header.segment,
        signer=header.signer,
    )


def envelope_info(recording: RecordingId, segment: SegmentId, signer: bytes) -> bytes:
    """HPKE's ``info``: what an envelope is bound to, so that it cannot be moved to another segment."""
    return _LABEL + recording.bytes + segment.bytes + signer


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
