"""The secrets of a site, each a file in one folder that nobody else may read.

| file | holds |
|---|---|
| ``authority.pem`` | key and certificate of the site's authority, which signs the two kinds of certificate |
| ``server.pem`` | key and certificate of the premises server, as TLS loads them |
| ``recording.pem`` | the X25519 key that recordings are sealed to (RFC 7748): without it no recording can be played |
| ``tokens.pem`` | Ed25519 keys that sign tokens (RFC 8037): the current one first, then the one before |
| ``factors.key`` | 32 bytes in hexadecimal that second factors are sealed with in the catalogue |
| ``recovery.pub`` | public half of the recovery key, which this folder is sealed to in backups |

Made where missing, each whole or not at all (`playhead.store.small_files`), and never replaced but by `Keyring.refresh`
and `Keyring.rotate_tokens`. One premises process uses a folder; other processes of the machine may open it to read.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError
from playhead.base.ids import SiteId, WorkstationId
from playhead.store.disk import Disk, SystemDisk
from playhead.store.key_files import (
    FILE_BYTES_MAX,
    RESTORE,
    certificate_in,
    certificate_pem,
    ed25519_key,
    key_pem,
    new_serial,
    private_key,
    refuse_wide,
    unreadable,
)
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.pki import (
    SECRET_BYTES,
    Authority,
    EnrolmentCode,
    create_authority,
    issue_server,
    issue_workstation,
    read_authority,
    validity_of,
)
from playhead.wire.tokens import key_id

FACTOR_KEY_BYTES = 32

_RESTORE_FACTORS = "Restore it from your backup of the keys, or turn second factors off: `playhead users totp-off`."
_KEY_END = b"-----END PRIVATE KEY-----\n"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key that signs tokens, under the name by which those who verify find it (``kid``)."""

    kid: str
    """RFC 7638 thumbprint of its public half."""
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """``current`` signs; ``previous`` still verifies what it signed before the change."""

    current: TokenKey
    previous: TokenKey | None = None


class Keyring:
    """The secrets of one site. Use `Keyring.open`."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        disk: Disk,
        *,
        authority: Authority,
        recording_key: X25519PrivateKey,
        tokens: TokenKeys,
    ) -> None:
        self.site = authority.site
        self.authority = authority
        """Key and certificate (``.certificate``, DER) of the site's authority."""
        self.recording_key = recording_key
        """Opens the data keys of recordings."""
        self.site_key = recording_key.public_key().public_bytes_raw()
        """Its public half, 32 bytes: what workstations seal to."""
        self.tokens = tokens
        self.server_file = folder / "server.pem"
        """Certificate and key of the server, for ``ssl.SSLContext.load_cert_chain`` and as key file as well."""
        self.tokens_file = folder / "tokens.pem"
        """Written when the current key was made."""
        self._folder = folder
        self._clock = clock
        self._disk = disk

    @classmethod
    def open(cls, folder: Path, site: SiteId, clock: Clock, disk: Disk | None = None) -> "Keyring":
        """Load the secrets of ``site``, making those that are missing.

        Raises:
            RefusedError: ``keyring.permissions`` where others may read the folder or a file in it.
            ConflictError: ``keyring.other_site`` where they are another site's.
            CorruptError: ``keyring.unreadable``.
            UnavailableError: ``file.unwritable``, ``file.unreadable``.
        """
        disk = _opened(folder, disk)
        if not disk.exists(folder):
            disk.make_folder(folder)
            disk.sync_folder(folder.parent)
        authority = _load_authority(disk, folder)
        recording_key = _load_recording_key(disk, folder)
        if authority is not None and authority.site != site:
            text = f"The keys in {folder} are of site {authority.site}, not of {site}."
            hint = "Name the right site in the configuration, or give this one a folder of its own."
            raise ConflictError("keyring.other_site", text, hint=hint)
        if authority is not None and recording_key is None:
            # A new one would be taken in silence, and what is sealed to the old one be lost with it.
            raise CorruptError("keyring.unreadable", f"{folder / 'recording.pem'} is gone.", hint=RESTORE)
        recording_key = recording_key or _make_recording_key(disk, folder)
        tokens = _load_tokens(disk, folder) or _make_tokens(disk, folder)
        authority = authority or _make_authority(disk, folder, site, clock)  # last: it says that the others were made
        keyring = cls(folder, clock, disk, authority=authority, recording_key=recording_key, tokens=tokens)
        if not disk.exists(keyring.server_file):
            keyring._write_server()
        return keyring

    @classmethod
    def open_existing(cls, folder: Path, clock: Clock, disk: Disk | None = None) -> "Keyring":
        """Load the secrets of whatever site they are of; make nothing.

        Raises:
            NotFoundError: ``keyring.missing``.
            RefusedError, CorruptError, UnavailableError: as `open`.
        """
        disk = _opened(folder, disk)
        authority = _load_authority(disk, folder)
        recording_key = _load_recording_key(disk, folder)
        tokens = _load_tokens(disk, folder)
        if authority is None or recording_key is None or tokens is None:
            text = f"There are no keys of a site in {folder}."
            raise NotFoundError("keyring.missing", text, hint="The premises make them at their first start.")
        return cls(folder, clock, disk, authority=authority, recording_key=recording_key, tokens=tokens)

    def issue_workstation(self, request: bytes, workstation: WorkstationId) -> bytes:
        """The certificate (DER) of ``workstation`` for the key of a certification request (DER).

        Raises:
            InvalidInputError: ``pki.request``.
        """
        return issue_workstation(
            self.authority, request, workstation, serial=new_serial(), now_us=self._clock.wall_us()
        )

    def create_code(self) -> EnrolmentCode:
        """A fresh enrolment code. Keep its ``secret_hash``; show its ``text`` once."""
        return EnrolmentCode.create(secrets.token_bytes(SECRET_BYTES), self.authority.certificate)

    def refresh(self) -> bool:
        """Renew the server's certificate where less than a third of its life is left; True where it was.

        Call at start and daily, and load `server_file` into the TLS context again where it says so.
        """
        content = read_small_file(self._disk, self.server_file, bytes_max=FILE_BYTES_MAX)
        if content is not None:
            validity = validity_of(certificate_in(self.server_file, content))
            if not validity.due(self._clock.wall_us()):
                return False
        self._write_server()
        return True

    def rotate_tokens(self) -> None:
        """Sign with a new key from now on. The current one goes on to verify; the one before it no longer does."""
        current = Ed25519PrivateKey.generate()
        previous = self.tokens.current
        write_small_file(self._disk, self.tokens_file, key_pem(current) + key_pem(previous.key))
        self.tokens = TokenKeys(_token_key(current), previous)

    def factor_key(self) -> bytes:
        """32 bytes that second factors are sealed with; made at the first call. Blocks.

        Raises:
            CorruptError: ``keyring.unreadable``.
            UnavailableError: ``file.unwritable``, ``file.unreadable``.
        """
        path = self._folder / "factors.key"
        content = read_small_file(self._disk, path, bytes_max=FILE_BYTES_MAX)
        if content is None:
            content = secrets.token_hex(FACTOR_KEY_BYTES).encode()
            write_small_file(self._disk, path, content)
        try:
            key = bytes.fromhex(content.decode().strip())
        except ValueError:
            key = b""
        if len(key) != FACTOR_KEY_BYTES:
            raise CorruptError("keyring.unreadable", f"The key file {path} is damaged.", hint=_RESTORE_FACTORS)
        return key

    def _write_server(self) -> None:
        key = Ed25519PrivateKey.generate()
        now_us = self._clock.wall_us()
        certificate = issue_server(self.authority, key.public_key(), serial=new_serial(), now_us=now_us)
        write_small_file(self._disk, self.server_file, key_pem(key) + certificate_pem(certificate))


def _opened(folder: Path, disk: Disk | None) -> Disk:
    if disk is None:
        refuse_wide(folder)
        return SystemDisk()
    return disk


def _load_authority(disk: Disk, folder: Path) -> Authority | None:
    path = folder / "authority.pem"
    content = read_small_file(disk, path, bytes_max=FILE_BYTES_MAX)
    if content is None:
        return None
    authority = read_authority(certificate_in(path, content), ed25519_key(path, content))
    if authority is None:
        raise unreadable(path)
    return authority


def _make_authority(disk: Disk, folder: Path, site: SiteId, clock: Clock) -> Authority:
    key = Ed25519PrivateKey.generate()
    authority = create_authority(site, key, serial=new_serial(), now_us=clock.wall_us())
    write_small_file(disk, folder / "authority.pem", key_pem(key) + certificate_pem(authority.certificate))
    return authority


def _load_recording_key(disk: Disk, folder: Path) -> X25519PrivateKey | None:
    path = folder / "recording.pem"
    content = read_small_file(disk, path, bytes_max=FILE_BYTES_MAX)
    if content is None:
        return None
    key = private_key(path, content)
    if not isinstance(key, X25519PrivateKey):
        raise unreadable(path)
    return key


def _make_recording_key(disk: Disk, folder: Path) -> X25519PrivateKey:
    key = X25519PrivateKey.generate()
    write_small_file(disk, folder / "recording.pem", key_pem(key))
    return key


def _load_tokens(disk: Disk, folder: Path) -> TokenKeys | None:
    path = folder / "tokens.pem"
    content = read_small_file(disk, path, bytes_max=FILE_BYTES_MAX)
    if content is None:
        return None
    first, end, rest = content.partition(_KEY_END)
    current = _token_key(ed25519_key(path, first + end))
    return TokenKeys(current, _token_key(ed25519_key(path, rest)) if rest else None)


def _make_tokens(disk: Disk, folder: Path) -> TokenKeys:
    key = Ed25519PrivateKey.generate()
    write_small_file(disk, folder / "tokens.pem", key_pem(key))
    return TokenKeys(_token_key(key))


def _token_key(key: Ed25519PrivateKey) -> TokenKey:
    return TokenKey(key_id(key.public_key()), key)
