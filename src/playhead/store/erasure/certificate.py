"""Certificates of erasure: what was destroyed, when, by whom and why, signed by the site.

A certificate is a JSON document that outlives the recording. Anyone who knows the site's authority can verify it,
without this program: Ed25519 (RFC 8032) over a line of text, and the member ``certificate`` without white space, with
its members sorted and its texts in UTF-8 (RFC 8785 §3.2; there are no numbers but integers in it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from playhead.base.errors import CorruptError, InvalidInputError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.base.instants import utc, wall_us
from playhead.store.catalogue.erasures import ErasedSegment, Erasure
from playhead.wire.pki import Authority, fingerprint

FORM: Final = "playhead erasure certificate 1"

DOCUMENT_BYTES_MAX: Final = 4 << 20
"""More than one of a recording with ten thousand segments takes."""

_PURPOSE: Final = b"playhead erasure certificate 1\n"
"""Before what is signed, so that no other thing that the same key signs can be taken for it."""

_SCOPE: Final = (
    "Of every copy that this server held, the key envelopes were overwritten and the file was removed or is about to "
    "be. Objects that are named were deleted from their store; versions that a store keeps of them are not covered. "
    "Copies that were made by other means are not covered, unless `playhead erasure apply` was run over them."
)

_ENCODER: Final = msgspec.json.Encoder(order="sorted")

_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Segment(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    segment: str
    file: str
    started_at: str
    covered_us: int
    bytes: int
    chain: _Hash
    keys: tuple[_Hash, ...]
    object: str = ""


class _Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    form: str
    site: str
    recording: str
    workstation: str
    agent: str
    started_at: str
    length_ms: int
    by: str
    reason: str
    rule: str
    decided_at: str
    keys_destroyed_at: str
    bytes: int
    segments: tuple[_Segment, ...]
    audit_head: str
    scope: str


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certificate: msgspec.Raw
    signature: bytes
    authority: bytes


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: an erasure whose keys are destroyed."""

    site: str
    erasure: Erasure
    audit_head: str
    """The newest entry of the audit log when the keys had been destroyed, ``id:hash``."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate whose signature fits the authority that is in it."""

    certificate: Certificate
    authority: str
    """SHA-256 of the authority's certificate (DER), in hexadecimal: the fingerprint that enrolment codes carry."""
    document: str
    """As it was read."""


def sign_certificate(certificate: Certificate, authority: Authority) -> str:
    """The document, as JSON.

    Args:
        certificate: what it says; ``erasure.shredded_at_us`` is set.
        authority: of the site.
    """
    body = _canonical(_body(certificate))
    document = _Document(msgspec.Raw(body), authority.key.sign(_PURPOSE + body), authority.certificate)
    return msgspec.json.encode(document).decode()


def read_certificate(document: str | bytes) -> Verified:
    """Read a document, in whatever order and spacing its members are, and verify it.

    Whether the authority in it is that of the site is for the caller to compare.

    Raises:
        InvalidInputError: ``erasure.malformed``: it is no certificate of erasure.
        CorruptError: ``erasure.signature``: it was changed, or signed by somebody else.
    """
    try:
        found = msgspec.json.decode(document, type=_Document)
        plain: Any = msgspec.json.decode(found.certificate)
        body = msgspec.convert(plain, _Body)
        key = x509.load_der_x509_certificate(found.authority).public_key()
        certificate = _certificate(body)
    except (msgspec.MsgspecError, ValueError, InvalidInputError, UnicodeDecodeError, RecursionError):
        raise InvalidInputError("erasure.malformed", "This is no certificate of erasure.") from None
    if body.form != FORM or not isinstance(key, Ed25519PublicKey):
        raise InvalidInputError("erasure.malformed", "This is no certificate of erasure that this version knows.")
    try:
        key.verify(found.signature, _PURPOSE + _canonical(plain))
    except InvalidSignature:
        text = "The certificate was changed after it was signed, or signed by somebody else."
        raise CorruptError("erasure.signature", text) from None
    text = document if isinstance(document, str) else document.decode()
    return Verified(certificate, fingerprint(found.authority).hex(), text)


def check_authority(verified: Verified, wanted: str) -> None:
    """Refuse a certificate of another authority than the one whose fingerprint is wanted.

    Raises:
        RefusedError: ``erasure.authority``.
    """
    if verified.authority != wanted:
        text = "The certificate was signed by another authority than this site's."
        raise RefusedError("erasure.authority", text, hint=f"It is of {verified.authority}.")


def _canonical(value: object) -> bytes:
    return _ENCODER.encode(value)


def _body(certificate: Certificate) -> _Body:
    erasure = certificate.erasure
    assert erasure.shredded_at_us is not None  # noqa: S101 # said by the caller
    return _Body(
        form=FORM,
        site=certificate.site,
        recording=str(erasure.recording),
        workstation=erasure.workstation,
        agent=erasure.agent,
        started_at=_instant(erasure.started_at_us),
        length_ms=erasure.length_us // 1_000,
        by=erasure.by,
        reason=erasure.reason,
        rule=erasure.rule,
        decided_at=_instant(erasure.decided_at_us),
        keys_destroyed_at=_instant(erasure.shredded_at_us),
        bytes=erasure.size_bytes,
        segments=_segments(erasure.segments),
        audit_head=certificate.audit_head,
        scope=_SCOPE,
    )


def _segments(parts: Sequence[ErasedSegment]) -> tuple[_Segment, ...]:
    return tuple(
        _Segment(
            segment=str(part.segment),
            file=part.location,
            started_at=_instant(part.started_at_us),
            covered_us=part.covered_us,
            bytes=part.size_bytes,
            chain=part.chain.hex(),
            keys=part.keys,
            object=part.object,
        )
        for part in parts
    )


def _certificate(body: _Body) -> Certificate:
    parts = tuple(
        ErasedSegment(
            segment=SegmentId.parse(one.segment),
            location=one.file,
            started_at_us=_us(one.started_at),
            covered_us=one.covered_us,
            size_bytes=one.bytes,
            chain=bytes.fromhex(one.chain),
            keys=one.keys,
            object=one.object,
        )
        for one in body.segments
    )
    erasure = Erasure(
        id=0,
        recording=RecordingId.parse(body.recording),
        workstation=body.workstation,
        agent=body.agent,
        started_at_us=_us(body.started_at),
        length_us=body.length_ms * 1_000,
        by=body.by,
        reason=body.reason,
        rule=body.rule,
        decided_at_us=_us(body.decided_at),
        size_bytes=body.bytes,
        segments=parts,
        shredded_at_us=_us(body.keys_destroyed_at),
    )
    return Certificate(body.site, erasure, body.audit_head)


def _instant(at_us: int) -> str:
    return utc(at_us).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _us(text: str) -> int:
    return wall_us(utc(0).fromisoformat(text))
