"""A certificate for browsers where the operator has none.

Browsers accept no Ed25519 certificates, so the site's own authority cannot vouch for what they see. This one is
P-256 and vouches for itself: a browser asks once, shows its fingerprint, and remembers. It names the addresses and
names that the server is known by.
"""

import ipaddress
import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from playhead.base.clock import Clock
from playhead.base.instants import utc
from playhead.net.http.hosts import is_address
from playhead.net.http.server import TlsFiles

FILE: Final = "web.pem"

VALID: Final = timedelta(days=730)
RENEW_BEFORE: Final = VALID / 3


def own_certificate(folder: Path, names: Sequence[str], clock: Clock) -> TlsFiles:
    """The self-signed certificate and key in ``folder``, made where there is none for these names, or it is old.

    It is looked at when a server starts; a running server keeps what it has.

    Args:
        folder: readable by this user alone.
        names: host names and addresses beside those of this machine.
        clock: tells the time.
    """
    path = folder / FILE
    wanted = _all_names(names)
    now = utc(clock.wall_us())
    if not _serves(path, wanted, now):
        _write(path, _made(wanted, now))
    return TlsFiles(path, path)


def _all_names(names: Sequence[str]) -> list[str]:
    own = {"localhost", "127.0.0.1", "::1", socket.gethostname(), socket.getfqdn()}
    given = {name.strip("[]").lower() for name in (*names, *own)}
    return sorted(name for name in given if name and name.isascii() and name not in {"*", "0.0.0.0", "::"})  # noqa: S104


def _serves(path: Path, names: list[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, x509.ExtensionNotFound):
        return False
    return set(_alternatives(names)) <= set(found) and now + RENEW_BEFORE < certificate.not_valid_after_utc


def _alternatives(names: list[str]) -> list[x509.GeneralName]:
    return [x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name) for name in names]


def _made(names: list[str], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    holder = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Playhead")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(holder)
        .issuer_name(holder)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{FILE}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
