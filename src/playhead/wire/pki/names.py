"""Whom a certificate names.

A certificate of ours names its holder by one URI in its subject alternative name (RFC 5280 §4.2.1.6):
``urn:x-playhead:site:<site>`` for a server, ``urn:x-playhead:workstation:<workstation>`` for a workstation. Host names
and addresses play no part: a server may move, and a site's authority signs for nobody else.
"""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import SiteId, WorkstationId

_PREFIX = "urn:x-playhead:"


def alternative_name(holder: SiteId | WorkstationId) -> x509.SubjectAlternativeName:
    """The extension that names ``holder``."""
    kind = "site" if isinstance(holder, SiteId) else "workstation"
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{_PREFIX}{kind}:{holder}")])


def holder_of(certificate: bytes) -> SiteId | WorkstationId:
    """Whom a DER certificate names. Says nothing of who signed it: TLS has checked that before.

    Raises:
        RefusedError: ``pki.foreign_certificate``.
    """
    foreign = RefusedError("pki.foreign_certificate", "The certificate names neither a site nor a workstation.")
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


def signer_of(certificate: bytes) -> bytes:
    """The Ed25519 key of a DER certificate that the site's authority has signed: it signs no others. 32 bytes."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, Ed25519PublicKey)  # noqa: S101 - the authority is ours
    return key.public_bytes_raw()


def fingerprint(certificate: bytes) -> bytes:
    """SHA-256 of the DER certificate, 32 bytes: what catalogues and enrolment codes know it by."""
    return hashlib.sha256(certificate).digest()
