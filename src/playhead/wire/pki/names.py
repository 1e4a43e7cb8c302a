"""Whom a certificate names.

A certificate of ours names its holder by one URI in its subject alternative name (RFC 5280 §4.2.1.6):
``urn:x-playhead:site:<site>`` for a server, ``urn:x-playhead:workstation:<workstation>`` for a workstation; between a
premises and the cloud ``urn:x-playhead:cloud:<cloud>`` and ``urn:x-playhead:tenant-site:<tenant>/<site>``. Host names
and addresses play no part: a server may move, and an authority signs for nobody else.
"""

import hashlib
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import CloudId, SiteId, TenantSite, WorkstationId

Holder = SiteId | WorkstationId | CloudId | TenantSite

_PREFIX: Final = "urn:x-playhead:"
_KINDS: Final[dict[type[Holder], str]] = {
    SiteId: "site",
    WorkstationId: "workstation",
    CloudId: "cloud",
    TenantSite: "tenant-site",
}


def alternative_name(holder: Holder) -> x509.SubjectAlternativeName:
    """The extension that names ``holder``."""
    kind = _KINDS[type(holder)]
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{_PREFIX}{kind}:{holder}")])


def holder_of(certificate: bytes) -> Holder:
    """Whom a DER certificate names. Says nothing of who signed it: TLS has checked that before.

    Raises:
        RefusedError: ``pki.foreign_certificate``.
    """
    foreign = RefusedError("pki.foreign_certificate", "The certificate names nobody that we know.")
    try:
        names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        uris = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    except (
        ValueError,
        x509.InvalidVersion,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        raise foreign from None
    ours = [uri.removeprefix(_PREFIX).partition(":") for uri in uris if uri.startswith(_PREFIX)]
    if len(ours) != 1:
        raise foreign
    kind, _, name = ours[0]
    try:
        match kind:
            case "site":
                return SiteId(name)
            case "workstation":
                return WorkstationId(name)
            case "cloud":
                return CloudId(name)
            case "tenant-site":
                return TenantSite.parse(name)
            case _:
                raise foreign
    except InvalidInputError:
        raise foreign from None


def workstation_of(certificate: bytes) -> WorkstationId:
    """The workstation that a DER certificate names.

    Raises:
        RefusedError: ``pki.foreign_certificate``.
    """
    holder = holder_of(certificate)
    if not isinstance(holder, WorkstationId):
        raise RefusedError("pki.foreign_certificate", "The certificate is not a workstation's.")
    return holder


def require_site(certificate: bytes, site: SiteId) -> None:
    """Refuse a server whose DER certificate is not of ``site``.

    Raises:
        RefusedError: ``pki.foreign_certificate``, ``pki.other_site``.
    """
    holder = holder_of(certificate)
    if holder != site:
        text = f"The server belongs to {holder}, not to site {site}."
        raise RefusedError("pki.other_site", text, hint="Check the address of the premises server.")


def key_of(certificate: bytes) -> Ed25519PublicKey | None:
    """The Ed25519 key of a DER certificate; None where it is of another kind."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key if isinstance(key, Ed25519PublicKey) else None


def signer_of(certificate: bytes) -> bytes:
    """The Ed25519 key of a DER certificate that the site's authority has signed: it signs no others. 32 bytes."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, Ed25519PublicKey)  # noqa: S101 - the authority is ours
    return key.public_bytes_raw()


def fingerprint(certificate: bytes) -> bytes:
    """SHA-256 of the DER certificate, 32 bytes: what catalogues and enrolment codes know it by."""
    return hashlib.sha256(certificate).digest()
