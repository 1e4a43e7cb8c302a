"""The secrets of a cloud, each a file in one folder that nobody else may read.

| file | holds |
|---|---|
| ``authority.pem`` | key and certificate of the cloud's authority, which signs the certificates of its sites |
| ``server.pem`` | key and certificate of the cloud's processes on port 2010, as TLS loads them |

Made where missing, each whole or not at all. All processes of a cloud have the same folder, or copies of it.
"""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError
from playhead.base.ids import CloudId, TenantSite
from playhead.store.disk import Disk, SystemDisk
from playhead.store.key_files import (
    FILE_BYTES_MAX,
    certificate_in,
    certificate_pem,
    ed25519_key,
    key_pem,
    new_serial,
    refuse_wide,
    unreadable,
)
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.pki import (
    SECRET_BYTES,
    CloudAuthority,
    EnrolmentCode,
    create_cloud_authority,
    issue_cloud,
    issue_site,
    read_cloud_authority,
    validity_of,
)
from playhead.wire.pool.proof import Credentials


class CloudKeys:
    """The secrets of one cloud. Use `CloudKeys.open`."""

    def __init__(self, folder: Path, authority: CloudAuthority, clock: Clock, disk: Disk) -> None:
        self.authority = authority
        self.server_file = folder / "server.pem"
        """Certificate and key, for ``ssl.SSLContext.load_cert_chain``."""
        self._clock = clock
        self._disk = disk

    @classmethod
    def open(cls, folder: Path, cloud: CloudId, clock: Clock) -> "CloudKeys":
        """Load the secrets of ``cloud``, making those that are missing, and renewing the certificate where it is due.

        Raises:
            RefusedError: ``keyring.permissions`` where others may read the folder or a file in it.
            ConflictError: ``keyring.other_cloud`` where they are another cloud's.
            CorruptError: ``keyring.unreadable``.
            UnavailableError: ``file.unwritable``, ``file.unreadable``.
        """
        refuse_wide(folder)
        disk = SystemDisk()
        if not disk.exists(folder):
            disk.make_folder(folder)
            disk.sync_folder(folder.parent)
        authority = _load(disk, folder) or _make(disk, folder, cloud, clock)
        if authority.cloud != cloud:
            text = f"The keys in {folder} are of cloud {authority.cloud}, not of {cloud}."
            hint = "Name the right one in cloud.toml, or give this one a folder of its own."
            raise ConflictError("keyring.other_cloud", text, hint=hint)
        keys = cls(folder, authority, clock, disk)
        keys.refresh()
        return keys

    def create_code(self) -> EnrolmentCode:
        """A fresh code for a site. Keep its ``secret_hash``; show its ``text`` once."""
        return EnrolmentCode.create(secrets.token_bytes(SECRET_BYTES), self.authority.certificate)

    def issue_site(self, request: bytes, site: TenantSite) -> bytes:
        """The certificate (DER) of a site for the key of a certification request (DER).

        Raises:
            InvalidInputError: ``pki.request``.
        """
        return issue_site(self.authority, request, site, serial=new_serial(), now_us=self._clock.wall_us())

    def server(self) -> Credentials:
        """What a process of the cloud proves itself with where there is no TLS.

        Raises:
            CorruptError: ``keyring.unreadable``.
            UnavailableError: ``file.unreadable``.
        """
        content = read_small_file(self._disk, self.server_file, bytes_max=FILE_BYTES_MAX) or b""
        key, certificate = ed25519_key(self.server_file, content), certificate_in(self.server_file, content)
        return Credentials(key, certificate, self.authority.certificate)

    def refresh(self) -> bool:
        """Renew the processes' certificate where less than a third of its life is left; True where it was.

        Call daily, and load `server_file` into the TLS context again where it says so.
        """
        content = read_small_file(self._disk, self.server_file, bytes_max=FILE_BYTES_MAX)
        now_us = self._clock.wall_us()
        if content is not None and not validity_of(certificate_in(self.server_file, content)).due(now_us):
            return False
        key = Ed25519PrivateKey.generate()
        certificate = issue_cloud(self.authority, key.public_key(), serial=new_serial(), now_us=now_us)
        write_small_file(self._disk, self.server_file, key_pem(key) + certificate_pem(certificate))
        return True


def _load(disk: Disk, folder: Path) -> CloudAuthority | None:
    path = folder / "authority.pem"
    content = read_small_file(disk, path, bytes_max=FILE_BYTES_MAX)
    if content is None:
        return None
    authority = read_cloud_authority(certificate_in(path, content), ed25519_key(path, content))
    if authority is None:
        raise unreadable(path)
    return authority


def _make(disk: Disk, folder: Path, cloud: CloudId, clock: Clock) -> CloudAuthority:
    key = Ed25519PrivateKey.generate()
    authority = create_cloud_authority(cloud, key, serial=new_serial(), now_us=clock.wall_us())
    write_small_file(disk, folder / "authority.pem", key_pem(key) + certificate_pem(authority.certificate))
    return authority
