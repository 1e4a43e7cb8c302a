"""Certificates for browsers where the operator has none: a small authority of the site's own, and what it vouches for.

Browsers accept no Ed25519 certificates, so the authority of the workstations cannot vouch for what they see. This one
is P-256. Whoever installs its certificate in the browsers of a site (`playhead premises web-authority` prints it) is
asked nothing any more, now and after every renewal; elsewhere a browser asks once. It may vouch for the server's own
names and for private addresses and for nothing else (name constraints, RFC 5280 §4.2.1.10), so that trusting it gives
away nothing but this server.
"""

import ipaddress
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError
from playhead.base.instants import utc
from playhead.net.http.hosts import is_address
from playhead.net.http.server import TlsFiles

FILE: Final = "web.pem"
AUTHORITY_FILE: Final = "web-authority.pem"

VALID: Final = timedelta(days=730)
"""Under the 825 days that browsers accept of an authority that was installed by hand."""
RENEW_BEFORE: Final = VALID / 3

AUTHORITY_VALID: Final = timedelta(days=3653)
AUTHORITY_RENEW_BEFORE: Final = VALID

_PRIVATE: Final = (
    *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
"""Addresses that are nobody's on the internet (RFC 6890)."""


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def own_certificate(folder: Path, names: Sequence[str], clock: Clock) -> TlsFiles:
    """The server's chain and key in ``folder``, made where there are none for these names, or they are old.

    A running server notices new files (`HttpServer`); calling this again now and then renews them in time.

    Args:
        folder: readable by this user alone.
        names: host names and addresses beside those of this machine.
        clock: tells the time.
    """
    wanted = _alternatives(_all_names(names))
    now = utc(clock.wall_us())
    authority = _authority(folder / AUTHORITY_FILE, wanted, now)
    path = folder / FILE
    if not _serves(path, wanted, authority, now):
        _write(path, _issued(authority, wanted, now))
    return TlsFiles(path, path)


def authority_certificate(folder: Path) -> bytes:
    """The authority's certificate (PEM), for the browsers of the site.

    Raises:
        NotFoundError: ``certificate.no_authority`` where the server never made one.
    """
    try:
        found = x509.load_pem_x509_certificate((folder / AUTHORITY_FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        message = "This server has no authority of its own for browsers."
        hint = "It makes one when it first serves HTTPS without a certificate in the configuration."
        raise NotFoundError("certificate.no_authority", message, hint=hint) from None
    return found.public_bytes(Encoding.PEM)


def _all_names(names: Sequence[str]) -> list[str]:
    own = {"localhost", "127.0.0.1", "::1", socket.gethostname(), socket.getfqdn()}
    given = {name.strip("[]").lower() for name in (*names, *own)}
    return sorted(name for name in given if name and name.isascii() and name not in {"*", "0.0.0.0", "::"})  # noqa: S104


def _alternatives(names: list[str]) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name) for name in names]


def _authority(path: Path, wanted: list[x509.GeneralName], now: datetime) -> _Authority:
    """The one in the file, or a new one where that is none, may not vouch for all that is wanted, or is old."""
    permitted = _permitted(wanted)
    try:
        content = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
        key = load_pem_private_key(content, None)
        allowed = certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except (FileNotFoundError, ValueError, x509.ExtensionNotFound):
        return _new_authority(path, permitted, now)
    lasts = now + AUTHORITY_RENEW_BEFORE < certificate.not_valid_after_utc
    if lasts and set(permitted) <= set(allowed) and isinstance(key, ec.EllipticCurvePrivateKey):
        return _Authority(key, certificate)
    return _new_authority(path, permitted, now)


def _permitted(wanted: list[x509.GeneralName]) -> list[x509.GeneralName]:
    private = [ipaddress.ip_network(text) for text in _PRIVATE]
    found: list[x509.GeneralName] = [x509.IPAddress(network) for network in private]
    for name in wanted:
        if isinstance(name, x509.DNSName):
            found.append(name)
        elif isinstance(name, x509.IPAddress) and not _is_in(name, private):
            found.append(x509.IPAddress(ipaddress.ip_network(str(name.value))))
    return found


def _is_in(name: x509.IPAddress, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    address = name.value
    if isinstance(address, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return False
    return any(address in network for network in networks)


def _new_authority(path: Path, permitted: list[x509.GeneralName], now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Playhead {socket.gethostname()}"[:64])])
    certificate = (
        _builder(holder, holder, key.public_key(), now, now + AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(path, _secret(key) + certificate.public_bytes(Encoding.PEM))
    return _Authority(key, certificate)


def _serves(path: Path, wanted: list[x509.GeneralName], authority: _Authority, now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        certificate.verify_directly_issued_by(authority.certificate)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return set(wanted) <= set(found) and now + RENEW_BEFORE < certificate.not_valid_after_utc


def _issued(authority: _Authority, wanted: list[x509.GeneralName], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Playhead")])
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        _builder(holder, authority.certificate.subject, key.public_key(), now, now + VALID)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM) + authority.certificate.public_bytes(Encoding.PEM)
    return _secret(key) + chain


def _builder(
    holder: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
