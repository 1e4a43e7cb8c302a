"""The recovery key: opens the site's keys in backups, and is kept where neither the server nor its backups are.

The server knows its public half alone (``recovery.pub``), so that backups are made by night without anybody, and
whoever takes a backup has no keys. Sealing is HPKE (RFC 9180) as that of recordings is; docs/decisions/0008 says why.
"""

import stat
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from playhead.base.errors import CorruptError, LimitError, NotFoundError, RefusedError
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.vid import SUITE, recipient_of

PUBLIC_FILE: Final = "recovery.pub"

FILE_BYTES_MAX: Final = 64 * 1024
SEALED_BYTES_MAX: Final = 4 << 20
FILES_MAX: Final = 64
"""In the folder of keys; a site has less than ten."""

_LABEL: Final = b"playhead backup 1 keys\0"


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: str
    suite: str
    sealed: bytes


def make_recovery_key(passphrase: bytes) -> tuple[bytes, bytes]:
    """A fresh key as PEM: its private half (PKCS #8, encrypted unless the pass phrase is empty), and its public one."""
    key = X25519PrivateKey.generate()
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public(disk: Disk, keys: Path) -> X25519PublicKey | None:
    """The public half that a server knows, or None. Blocks.

    Raises:
        CorruptError: ``backup.recovery_key``.
    """
    content = read_small_file(disk, keys / PUBLIC_FILE, bytes_max=FILE_BYTES_MAX)
    if content is None:
        return None
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PublicKey):
        raise CorruptError("backup.recovery_key", f"{keys / PUBLIC_FILE} is damaged.")
    return key


def read_private(content: bytes, passphrase: bytes) -> X25519PrivateKey:
    """The private half from its file.

    Raises:
        RefusedError: ``backup.passphrase``.
        CorruptError: ``backup.recovery_key``.
    """
    try:
        key = load_pem_private_key(content, passphrase or None)
    except TypeError:
        text = "This recovery key is protected by a pass phrase." if not passphrase else "It has no pass phrase."
        raise RefusedError("backup.passphrase", text) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase and b"ENCRYPTED" in content:
            raise RefusedError("backup.passphrase", "The pass phrase is wrong, or the key is damaged.") from None
        raise CorruptError("backup.recovery_key", "This is no recovery key.") from None
    if not isinstance(key, X25519PrivateKey):
        raise CorruptError("backup.recovery_key", "This is no recovery key.")
    return key


def fingerprint_of(key: X25519PublicKey) -> str:
    """SHA-256 of the raw public key, in hexadecimal."""
    return recipient_of(key.public_bytes_raw())


def seal_keys(disk: Disk, keys: Path, to: X25519PublicKey, *, backup: str) -> bytes:
    """Every file in the folder of keys, sealed to the recovery key and bound to one backup. Blocks.

    Raises:
        NotFoundError: ``keyring.missing``.
        LimitError: ``backup.keys``: there is more in the folder than keys.
        UnavailableError: ``file.unreadable``.
    """
    names = [name for name in disk.list_folder(keys) if not name.endswith(".new")]
    if len(names) > FILES_MAX:
        raise LimitError("backup.keys", f"{keys} holds more than {FILES_MAX} files: not all of them can be keys.")
    files = {name: _read(disk, keys / name) for name in names}
    if "recording.pem" not in files:
        raise NotFoundError("keyring.missing", f"There are no keys of a site in {keys}.")
    plain = msgspec.msgpack.encode(files)
    sealed = _suite().encrypt(plain, to, info=_LABEL + backup.encode())
    return msgspec.json.encode(_Sealed(fingerprint_of(to), SUITE, sealed))


def _read(disk: Disk, path: Path) -> bytes:
    content = read_small_file(disk, path, bytes_max=FILE_BYTES_MAX + 1) or b""
    if len(content) > FILE_BYTES_MAX:
        raise LimitError("backup.keys", f"{path} is too long for a key.")
    return content


def open_keys(sealed: bytes, key: X25519PrivateKey, *, backup: str) -> dict[str, bytes]:
    """The files of the folder of keys.

    Raises:
        RefusedError: ``backup.other_key``: they were sealed to another one.
        CorruptError: ``backup.keys``.
    """
    try:
        found = msgspec.json.decode(sealed, type=_Sealed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CorruptError("backup.keys", "The sealed keys are damaged.") from None
    mine = fingerprint_of(key.public_key())
    if found.recipient != mine:
        text = f"The keys in this backup were sealed to recovery key {found.recipient[:16]}, and this is {mine[:16]}."
        raise RefusedError("backup.other_key", text)
    try:
        plain = _suite().decrypt(found.sealed, key, info=_LABEL + backup.encode())
        files = msgspec.msgpack.decode(plain, type=dict[str, bytes])
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        raise CorruptError("backup.keys", "The sealed keys are damaged, or of another backup.") from None
    if any("/" in name or name.startswith(".") for name in files):
        raise CorruptError("backup.keys", "The sealed keys hold a name that leads elsewhere.")
    return files


def write_keys(disk: Disk, keys: Path, files: dict[str, bytes]) -> None:
    """Make the folder of keys, readable by its owner alone. Blocks.

    Raises:
        UnavailableError: ``file.unwritable``.
    """
    disk.make_folder(keys)
    keys.chmod(stat.S_IRWXU)
    for name, content in files.items():
        write_small_file(disk, keys / name, content)


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
