"""The site's certificate authority (RFC 5280): certificates for its server and for its workstations.

All keys are Ed25519 (RFC 8410), so that signing needs no randomness: the same arguments give the same bytes. Keys,
serial numbers and the time are arguments; `playhead.store.keyring` makes and keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from playhead.base.errors import InvalidInputError, RefusedError
from playhead.base.ids import SiteId, WorkstationId
from playhead.base.instants import utc, wall_us
from playhead.wire.pki.names import Holder, alternative_name, holder_of

DAY_US = 86_400_000_000
BACKDATED_US = DAY_US
"""Certificates begin a day early: a workstation whose clock is behind must not refuse a fresh one."""
AUTHORITY_DAYS = 20 * 365
"""The authority outlives the machines; replacing it means enrolling every workstation again."""
SERVER_DAYS = 397
WORKSTATION_DAYS = 2 * 365
SERIAL_BITS = 120
"""Random bits in a serial number; positive and at most 20 octets (RFC 5280 §4.1.2.2)."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A site's authority: its key and its own certificate (DER)."""

    site: SiteId
    key: Ed25519PrivateKey
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate holds, microseconds since 1970."""

    not_before_us: int
    not_after_us: int

    def due(self, now_us: int) -> bool:
        """Whether it is time to renew: less than a third of its life is left."""
        return now_us > self.not_after_us - (self.not_after_us - self.not_before_us) // 3


class Signing(Protocol):
    """What signs: a site's authority, or a cloud's."""

    @property
    def key(self) -> Ed25519PrivateKey:
        """Its key."""
        ...

    @property
    def certificate(self) -> bytes:
        """Its own certificate, DER."""
        ...


def create_authority(site: SiteId, key: Ed25519PrivateKey, *, serial: int, now_us: int) -> Authority:
    """A self-signed authority that may sign certificates of holders, but no further authorities."""
    return Authority(site, key, self_signed(site, f"Playhead site {site}", key, serial=serial, now_us=now_us))


def self_signed(holder: Holder, common: str, key: Ed25519PrivateKey, *, serial: int, now_us: int) -> bytes:
    """The certificate of an authority that may sign for holders, DER."""
    name = _name(common)
    certificate = (
        _builder(name, name, key.public_key(), serial=serial, now_us=now_us, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(alternative_name(holder), critical=False)
        .sign(key, None)
    )
    return certificate.public_bytes(Encoding.DER)


def read_authority(certificate: bytes, key: Ed25519PrivateKey) -> Authority | None:
    """The authority of a DER certificate and its key, where they are one: self-signed, by this key, for a site."""
    site = read_self_signed(certificate, key)
    return Authority(site, key, certificate) if isinstance(site, SiteId) else None


def read_self_signed(certificate: bytes, key: Ed25519PrivateKey) -> Holder | None:
    """Whom a DER certificate names that this key has signed, and is in; None for any other."""
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        parsed.verify_directly_issued_by(parsed)
        holder = holder_of(certificate)
    except (ValueError, TypeError, InvalidSignature, RefusedError):
        return None
    return holder if parsed.public_key() == key.public_key() else None


def issue_server(authority: Authority, key: Ed25519PublicKey, *, serial: int, now_us: int) -> bytes:
    """The certificate of the site's premises server, DER."""
    usage = [ExtendedKeyUsageOID.SERVER_AUTH]
    return issue(authority, authority.site, key, usage, serial=serial, now_us=now_us, days=SERVER_DAYS)


def issue_workstation(
    authority: Authority, request: bytes, workstation: WorkstationId, *, serial: int, now_us: int
) -> bytes:
    """The certificate of ``workstation`` for the key in ``request``, DER.

    The request proves possession of the key; the names and extensions it asks for are ignored.

    Raises:
        InvalidInputError: ``pki.request``.
    """
    key = check_request(request)
    usage = [ExtendedKeyUsageOID.CLIENT_AUTH]
    return issue(authority, workstation, key, usage, serial=serial, now_us=now_us, days=WORKSTATION_DAYS)


def create_request(key: Ed25519PrivateKey, holder: WorkstationId | SiteId) -> bytes:
    """A PKCS #10 certification request (RFC 2986), DER, signed by ``key``."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(str(holder)))
    return builder.sign(key, None).public_bytes(Encoding.DER)


def check_request(request: bytes) -> Ed25519PublicKey:
    """The public key of a DER certification request that its owner has signed.

    Raises:
        InvalidInputError: ``pki.request``.
    """
    try:
        parsed = x509.load_der_x509_csr(request)
        key = parsed.public_key()
        valid = parsed.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion):
        raise InvalidInputError("pki.request", "The certification request cannot be read.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInputError("pki.request", "The certification request is not for an Ed25519 key.")
    if not valid:
        raise InvalidInputError("pki.request", "The certification request is not signed by its own key.")
    return key


def validity_of(certificate: bytes) -> Validity:
    """From when until when a DER certificate holds."""
    parsed = x509.load_der_x509_certificate(certificate)
    return Validity(wall_us(parsed.not_valid_before_utc), wall_us(parsed.not_valid_after_utc))


def issue(
    authority: Signing,
    holder: Holder,
    key: Ed25519PublicKey,
    usage: Sequence[x509.ObjectIdentifier],
    *,
    serial: int,
    now_us: int,
    days: int,
) -> bytes:
    """A certificate of ``holder`` for these uses, DER."""
    issuer = x509.load_der_x509_certificate(authority.certificate)
    certificate = (
        _builder(_name(str(holder)), issuer.subject, key, serial=serial, now_us=now_us, days=days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .add_extension(alternative_name(holder), critical=False)
        .sign(authority.key, None)
    )
    return certificate.public_bytes(Encoding.DER)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PublicKey, *, serial: int, now_us: int, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(utc(now_us - BACKDATED_US))
        .not_valid_after(utc(now_us + days * DAY_US))
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )
