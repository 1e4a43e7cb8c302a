"""A cloud's certificate authority (RFC 5280): certificates for its own processes and for its sites."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from playhead.base.ids import CloudId, TenantSite
from playhead.wire.pki.authority import SERVER_DAYS, check_request, issue, read_self_signed, self_signed

SITE_DAYS = 397
"""A site renews its own in time; one that was away for longer is enrolled again."""


@dataclass(frozen=True, slots=True)
class CloudAuthority:
    """A cloud's authority: its key and its own certificate (DER)."""

    cloud: CloudId
    key: Ed25519PrivateKey
    certificate: bytes


def create_cloud_authority(cloud: CloudId, key: Ed25519PrivateKey, *, serial: int, now_us: int) -> CloudAuthority:
    """A self-signed authority of a cloud."""
    return CloudAuthority(cloud, key, self_signed(cloud, f"Playhead cloud {cloud}", key, serial=serial, now_us=now_us))


def read_cloud_authority(certificate: bytes, key: Ed25519PrivateKey) -> CloudAuthority | None:
    """The authority of a DER certificate and its key, where they are one: self-signed, by this key, for a cloud."""
    cloud = read_self_signed(certificate, key)
    return CloudAuthority(cloud, key, certificate) if isinstance(cloud, CloudId) else None


def issue_cloud(authority: CloudAuthority, key: Ed25519PublicKey, *, serial: int, now_us: int) -> bytes:
    """The certificate of the cloud's processes, DER: they accept links of sites, and connect to one another."""
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return issue(authority, authority.cloud, key, usage, serial=serial, now_us=now_us, days=SERVER_DAYS)


def issue_site(authority: CloudAuthority, request: bytes, site: TenantSite, *, serial: int, now_us: int) -> bytes:
    """The certificate of a site at the cloud for the key in ``request``, DER.

    The request proves possession of the key; the names and extensions it asks for are ignored.

    Raises:
        InvalidInputError: ``pki.request``.
    """
    key = check_request(request)
    usage = [ExtendedKeyUsageOID.CLIENT_AUTH]
    return issue(authority, site, key, usage, serial=serial, now_us=now_us, days=SITE_DAYS)
