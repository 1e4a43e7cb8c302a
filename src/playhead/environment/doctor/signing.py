"""The doctor's page, signed by the machine that made it: all of what is seen, and not the report alone.

The last line of the page is a comment with the signature (Ed25519, RFC 8032) of everything before it and the
certificate of whoever signed, as JSON.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from msgspec import Meta

from playhead.base.errors import CorruptError, InvalidInputError, RefusedError, UnavailableError
from playhead.environment.doctor.findings import REPORT_BYTES_MAX, Report
from playhead.environment.doctor.page import as_page
from playhead.wire.pki import Holder, fingerprint, holder_of, validity_of

PAGE_BYTES_MAX: Final = 16 * REPORT_BYTES_MAX
"""A page has its report twice, once with markup."""
CONTEXT: Final = b"playhead doctor page 1\0"
"""Before what is signed, so that the signature means nothing elsewhere."""

_LINE: Final = re.compile(rb"\n<!-- playhead-signature (\{[^<>]{1,16384}\}) -->\n\Z")
_REPORT: Final = re.compile(rb'<script type="application/json" id="report">([^<]*)</script>')


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs."""

    key: Ed25519PrivateKey
    certificate: bytes
    """DER, of this key, by the site's authority."""

    @classmethod
    def load(cls, certificate: Path, key: Path) -> "Signer":
        """From PEM files, which may be one.

        Raises:
            UnavailableError: ``doctor.key``: they cannot be read.
        """
        try:
            shown = x509.load_pem_x509_certificate(certificate.read_bytes())
            loaded = load_pem_private_key(key.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise UnavailableError("doctor.key", f"The page cannot be signed with {key}: {error}.") from error
        if not isinstance(loaded, Ed25519PrivateKey):
            raise UnavailableError("doctor.key", f"The page cannot be signed with {key}: it is no Ed25519 key.")
        return cls(loaded, shown.public_bytes(Encoding.DER))


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certificate: Annotated[bytes, Meta(min_length=1, max_length=8192)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a page's signature says."""

    holder: Holder
    """Whom the certificate names."""
    fingerprint: bytes
    """SHA-256 of the certificate."""
    report: Report


def signed_page(report: Report, signer: Signer) -> bytes:
    """The page of a report, signed."""
    page = as_page(report).encode().rstrip(b"\n")
    signature = msgspec.json.encode(_Signature(signer.certificate, signer.key.sign(CONTEXT + page)))
    return page + b"\n<!-- playhead-signature " + signature + b" -->\n"


def verify_page(data: bytes, *, authority: bytes) -> Verified:
    """Check that a page is as a machine of the site made it.

    Args:
        data: the file.
        authority: the site's, DER.

    Raises:
        InvalidInputError: ``doctor.unsigned``: there is no signature.
        CorruptError: ``doctor.signature``: the page was changed, or the report in it is none.
        RefusedError: ``doctor.signer``: signed by nobody of this site, or outside of the certificate's time.
    """
    line = _LINE.search(data) if len(data) <= PAGE_BYTES_MAX else None
    if line is None:
        hint = "Make one with `playhead doctor --html FILE` on an enrolled workstation or a server."
        raise InvalidInputError("doctor.unsigned", "This page has no signature at its end.", hint=hint)
    page = data[: line.start()]
    try:
        signature = msgspec.json.decode(line[1], type=_Signature)
        certificate = x509.load_der_x509_certificate(signature.certificate)
        key = certificate.public_key()
        if not isinstance(key, Ed25519PublicKey):
            raise _changed()
        key.verify(signature.signature, CONTEXT + page)
    except (msgspec.MsgspecError, ValueError, InvalidSignature) as error:
        raise _changed() from error
    try:
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(authority))
    except (ValueError, TypeError, InvalidSignature) as error:
        message = f"The page is signed under {certificate.issuer.rfc4514_string()}, which is not this site's authority."
        raise RefusedError("doctor.signer", message) from error
    embedded = _REPORT.search(page)
    if embedded is None:
        raise _changed()
    report = Report.from_json(embedded[1])
    validity = validity_of(signature.certificate)
    if not validity.not_before_us <= report.at.timestamp() * 1_000_000 <= validity.not_after_us:
        raise RefusedError("doctor.signer", "The page was signed when the certificate did not hold.")
    return Verified(holder_of(signature.certificate), fingerprint(signature.certificate), report)


def _changed() -> CorruptError:
    return CorruptError("doctor.signature", "The page is not what was signed: it was changed.")
