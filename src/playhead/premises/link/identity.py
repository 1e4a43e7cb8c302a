"""Who this site is to the cloud: its key, its certificate, and the cloud that it joined.

| file in ``premises/cloud`` | holds |
|---|---|
| ``site.pem`` | key (Ed25519, made here, never leaves the machine) and certificate, as TLS loads them |
| ``cloud.json`` | address of the cloud, its authority's certificate, and the site's name there |
"""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.addresses import Address
from playhead.base.errors import CorruptError, PlayheadError
from playhead.base.ids import TenantSite
from playhead.net.pool.enrolment import Enrolled
from playhead.net.pool.tls import dialing_context
from playhead.store.disk import Disk
from playhead.store.key_files import FILE_BYTES_MAX, certificate_in, certificate_pem, ed25519_key, key_pem, refuse_wide
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.pki import Validity, key_of, validity_of

_SITE: Final = "site.pem"
_CLOUD: Final = "cloud.json"


class _Cloud(msgspec.Struct, frozen=True):
    address: str
    site: str
    authority: str


@dataclass(frozen=True, slots=True)
class LinkIdentity:
    """What the link needs."""

    address: Address
    site: TenantSite
    authority: bytes
    """The cloud's, DER."""
    certificate: bytes
    """The site's own, DER."""
    key: Ed25519PrivateKey

    @property
    def validity(self) -> Validity:
        """From when until when the certificate holds."""
        return validity_of(self.certificate)


class LinkFolder:
    """The files of a `LinkIdentity`. What blocks, blocks shortly."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder

    @property
    def _site_path(self) -> Path:
        return self._folder / _SITE

    @property
    def _cloud_path(self) -> Path:
        return self._folder / _CLOUD

    def load(self) -> LinkIdentity | None:
        """What was saved; None where the site has joined no cloud.

        Raises:
            CorruptError: ``link.identity_damaged``.
            RefusedError: ``keyring.permissions`` where others may read it.
            UnavailableError: ``file.unreadable``.
        """
        refuse_wide(self._folder)
        site = read_small_file(self._disk, self._site_path, bytes_max=FILE_BYTES_MAX)
        cloud = read_small_file(self._disk, self._cloud_path, bytes_max=FILE_BYTES_MAX)
        if site is None or cloud is None:
            return None
        try:
            saved = msgspec.json.decode(cloud, type=_Cloud)
            identity = LinkIdentity(
                Address.parse(saved.address),
                TenantSite.parse(saved.site),
                base64.b64decode(saved.authority, validate=True),
                certificate_in(self._site_path, site),
                ed25519_key(self._site_path, site),
            )
        except (msgspec.MsgspecError, ValueError, PlayheadError) as error:
            raise self._damaged() from error
        if key_of(identity.certificate) != identity.key.public_key():
            raise self._damaged()
        return identity

    def joined(self) -> bool:
        """Whether the site has joined a cloud, also where what was saved cannot be read."""
        try:
            return self.load() is not None
        except PlayheadError:
            return True

    def save(self, address: Address, key: Ed25519PrivateKey, enrolled: Enrolled) -> None:
        """Keep what the cloud answered.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        self._disk.make_folder(self._folder)
        self._disk.sync_folder(self._folder.parent)
        self.save_certificate(key, enrolled.certificate)
        authority = base64.b64encode(enrolled.authority).decode("ascii")
        cloud = _Cloud(str(address), enrolled.site, authority)
        write_small_file(self._disk, self._cloud_path, msgspec.json.encode(cloud))

    def save_certificate(self, key: Ed25519PrivateKey, certificate: bytes) -> None:
        """Keep a new certificate of the same cloud.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(self._disk, self._site_path, key_pem(key) + certificate_pem(certificate))

    def forget(self) -> None:
        """The site leaves the cloud. Nothing there changes by that."""
        for path in (self._cloud_path, self._site_path):
            if self._disk.exists(path):
                self._disk.remove(path)

    def tls_context(self, identity: LinkIdentity) -> ssl.SSLContext:
        """For links to the cloud.

        Raises:
            UnavailableError: ``net.tls_files``.
        """
        return dialing_context(self._site_path, self._site_path, identity.authority)

    def _damaged(self) -> CorruptError:
        hint = "Ask the cloud's administrator for a new code, and run: playhead premises join CODE"
        return CorruptError("link.identity_damaged", f"A file in {self._folder} is damaged.", hint=hint)
