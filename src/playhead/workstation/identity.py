"""Who this workstation is: its key, its certificate, and the site that it belongs to.

| file in ``<data>/identity`` | holds |
|---|---|
| ``key.pem`` | the Ed25519 key (RFC 8032) that signs seals and opens TLS connections; never leaves the machine |
| ``certificate.pem`` | what the site's authority made of it; missing where the configuration says ``plain`` |
| ``site.json`` | name and public key of the site, and its authority's certificate |
"""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from playhead.base.errors import ConflictError, CorruptError, NotFoundError, PlayheadError
from playhead.base.ids import SiteId, WorkstationId
from playhead.net.tls import ALPN, client_context
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.pki import Validity, validity_of, workstation_of
from playhead.wire.screen import Enrolled

FILE_BYTES_MAX: Final = 64 * 1024
"""More than any of these files can have."""

_SITE_KEY_BYTES: Final = 32


class _Site(msgspec.Struct, frozen=True):
    workstation: str
    site: str
    site_key: str
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a workstation needs to record and to ship."""

    workstation: WorkstationId
    site: SiteId
    site_key: bytes
    """X25519 public key that recordings are sealed to, 32 bytes."""
    signer: Ed25519PrivateKey
    authority: bytes = b""
    """The site's authority, DER; empty where the workstation was not enrolled."""
    certificate: bytes = b""
    """The workstation's own, DER; likewise."""

    @property
    def validity(self) -> Validity | None:
        """From when until when the certificate holds."""
        return validity_of(self.certificate) if self.certificate else None


class IdentityFolder:
    """The files of an `Identity`. What blocks, blocks shortly."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder

    @property
    def _key_path(self) -> Path:
        return self._folder / "key.pem"

    @property
    def _certificate_path(self) -> Path:
        return self._folder / "certificate.pem"

    @property
    def _site_path(self) -> Path:
        return self._folder / "site.json"

    def load(self, workstation: WorkstationId, *, certified: bool = False) -> Identity:
        """What was saved.

        Args:
            workstation: the name that the configuration has.
            certified: what was learnt over plain TCP does not count.

        Raises:
            NotFoundError: ``workstation.not_enrolled``.
            ConflictError: ``workstation.other_name``: it was enrolled under another name.
            CorruptError: ``workstation.identity_damaged``.
            UnavailableError: ``file.unreadable``.
        """
        site_data = self._read(self._site_path)
        key_data = self._read(self._key_path)
        certificate_data = self._read(self._certificate_path)
        if site_data is None or key_data is None or (certified and certificate_data is None):
            hint = "Ask the premises for a code, and run: playhead workstation enrol --server HOST --code CODE"
            raise NotFoundError("workstation.not_enrolled", "This workstation is not enrolled.", hint=hint)
        try:
            saved = msgspec.json.decode(site_data, type=_Site)
            signer = _key(key_data)
            certificate = b"" if certificate_data is None else _der(certificate_data)
            identity = Identity(
                WorkstationId(saved.workstation),
                SiteId(saved.site),
                base64.b64decode(saved.site_key, validate=True),
                signer,
                base64.b64decode(saved.authority, validate=True),
                certificate,
            )
            is_sound = len(identity.site_key) == _SITE_KEY_BYTES and (
                not certificate or is_for(certificate, identity.workstation, signer)
            )
        except (msgspec.MsgspecError, ValueError, TypeError, PlayheadError) as error:
            raise self._damaged() from error
        if not is_sound:
            raise self._damaged()
        if identity.workstation != workstation:
            message = f"This workstation is enrolled as {identity.workstation}, not as {workstation}."
            hint = "Use that name in the configuration, or another data folder for another enrolment."
            raise ConflictError("workstation.other_name", message, hint=hint)
        return identity

    def load_or_make_key(self) -> Ed25519PrivateKey:
        """The workstation's key; a fresh one is made, and durable, where there is none.

        Raises:
            UnavailableError: ``file.unreadable``, ``file.unwritable``.
            CorruptError: ``workstation.identity_damaged``.
        """
        data = self._read(self._key_path)
        if data is not None:
            try:
                return _key(data)
            except (ValueError, TypeError) as error:
                raise self._damaged() from error
        key = Ed25519PrivateKey.generate()
        self._write(self._key_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key

    def save_enrolled(self, workstation: WorkstationId, enrolled: Enrolled) -> None:
        """Keep what the premises answered. The certificate comes last but one: without ``site.json`` nothing counts.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        certificate = x509.load_der_x509_certificate(enrolled.certificate).public_bytes(Encoding.PEM)
        self._write(self._certificate_path, certificate)
        self._save_site(workstation, enrolled.site, enrolled.site_key, enrolled.authority)

    def save_plain(self, workstation: WorkstationId, site: SiteId, site_key: bytes) -> None:
        """Keep what a `Welcome` over plain TCP said, which nobody proved.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        self._save_site(workstation, str(site), site_key, b"")

    def save_site_key(self, identity: Identity, site_key: bytes) -> None:
        """The site has another key for recordings from now on.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        self._save_site(identity.workstation, str(identity.site), site_key, identity.authority)

    def tls_context(self, identity: Identity, *, alpn: str = ALPN) -> ssl.SSLContext:
        """For connections to the premises; ``alpn`` as `playhead.net.tls.client_context`'s.

        Raises:
            UnavailableError: ``net.tls_files``.
        """
        return client_context(identity.authority, self._certificate_path, self._key_path, alpn=alpn)

    def _save_site(self, workstation: WorkstationId, site: str, site_key: bytes, authority: bytes) -> None:
        value = _Site(str(workstation), site, _text(site_key), _text(authority))
        self._write(self._site_path, msgspec.json.encode(value))

    def _read(self, path: Path) -> bytes | None:
        return read_small_file(self._disk, path, bytes_max=FILE_BYTES_MAX)

    def _write(self, path: Path, content: bytes) -> None:
        self._disk.make_folder(self._folder)
        self._disk.sync_folder(self._folder.parent)
        write_small_file(self._disk, path, content)

    def _damaged(self) -> CorruptError:
        hint = "Remove the folder and enrol again; recordings that are sealed already are not affected."
        return CorruptError("workstation.identity_damaged", f"A file in {self._folder} is damaged.", hint=hint)


def is_for(certificate: bytes, workstation: WorkstationId, key: Ed25519PrivateKey) -> bool:
    """Whether a DER certificate names this workstation and this key.

    Raises:
        RefusedError: ``pki.foreign_certificate``.
    """
    named = x509.load_der_x509_certificate(certificate).public_key()
    return workstation_of(certificate) == workstation and named == key.public_key()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _key(pem: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key


def _der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
