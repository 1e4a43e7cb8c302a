"""Files with private keys and certificates in them, as PEM."""

import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from playhead.base.errors import CorruptError, RefusedError
from playhead.wire.pki import SERIAL_BITS

FILE_BYTES_MAX: Final = 64 * 1024
"""More than any of these files can have."""
RESTORE: Final = "Restore it from your backup of the keys; what is sealed to a lost key cannot be played."


def refuse_wide(folder: Path) -> None:
    """Refuse a folder or file that others may read or change.

    Raises:
        RefusedError: ``keyring.permissions``.
    """
    if not folder.exists():
        return
    for path in [folder, *folder.glob("*.pem"), *folder.glob("*.key")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            text = f"{path} may be read by other users (mode {mode:04o})."
            hint = f"Run: chmod -R go= {folder}"
            raise RefusedError("keyring.permissions", text, hint=hint)


def private_key(path: Path, content: bytes) -> PrivateKeyTypes:
    """The key in a PEM file.

    Raises:
        CorruptError: ``keyring.unreadable``.
    """
    try:
        return load_pem_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise unreadable(path) from None


def ed25519_key(path: Path, content: bytes) -> Ed25519PrivateKey:
    """The Ed25519 key in a PEM file; raises as `private_key`."""
    key = private_key(path, content)
    if not isinstance(key, Ed25519PrivateKey):
        raise unreadable(path)
    return key


def certificate_in(path: Path, content: bytes) -> bytes:
    """The DER certificate in a PEM file; raises as `private_key`."""
    try:
        return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    except ValueError:
        raise unreadable(path) from None


def key_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """A key as PEM, PKCS #8."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_pem(certificate: bytes) -> bytes:
    """A DER certificate as PEM."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def new_serial() -> int:
    """A serial number by chance."""
    return secrets.randbits(SERIAL_BITS) | 1


def unreadable(path: Path) -> CorruptError:
    """That a file of keys cannot be used."""
    return CorruptError("keyring.unreadable", f"The key file {path} is damaged.", hint=RESTORE)
