"""What a backup consists of, with hashes, signed by the site. It is written last: without it there is no backup."""

import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from playhead.base.errors import CorruptError
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file
from playhead.wire.pki import Authority, fingerprint

FORM: Final = "playhead backup 1"

MANIFEST: Final = "manifest.json"
SEGMENTS: Final = "segments.jsonl"
CATALOGUE: Final = "catalogue.db"
KEYS: Final = "keys.sealed"
RECORDINGS: Final = "recordings"
ERASURES: Final = "erasures"

MANIFEST_BYTES_MAX: Final = 1 << 20
FAULTS_MAX: Final = 200
"""Told in the manifest; the rest is counted."""

_LINE_BYTES_MAX: Final = 4_096
PORTION_BYTES: Final = 1 << 20
_PURPOSE: Final = b"playhead backup 1\n"
"""Before what is signed, so that no other thing that the same key signs can be taken for it."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A segment's file in the backup: a line of ``segments.jsonl``."""

    segment: str
    location: str
    size_bytes: int
    chain: str = ""
    """The last link of its chain, in hexadecimal: SHA-256 over everything before it (docs/wire/vid.md §5.3)."""
    sha256: str = ""
    """Of the file as it is, where it was not whole; its chain proves nothing then."""


class Blob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any other file in the backup."""

    name: str
    size_bytes: int
    sha256: str


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A segment that was not whole when it was backed up, as it was or not at all."""

    segment: str
    code: str
    message: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """See the module."""

    form: str
    id: str
    site: str
    program: str
    made_at_us: int
    """When the catalogue was copied: what the backup holds is of this instant."""
    segments: int
    size_bytes: int
    """Of the segments' files together."""
    files: tuple[Blob, ...]
    audit_head: str
    """Newest entry of the audit log in it."""
    recovery_key: str
    """Fingerprint of the key that opens the keys in it; empty where there are none in it."""
    fault_count: int = 0
    faults: tuple[Fault, ...] = ()
    signature: bytes = b""

    def said(self) -> bytes:
        """What is signed."""
        return _PURPOSE + msgspec.json.encode(msgspec.structs.replace(self, signature=b""), order="deterministic")

    def signed(self, authority: Authority) -> "Manifest":
        """With the site's signature."""
        return msgspec.structs.replace(self, signature=authority.key.sign(self.said()))

    def encode(self) -> bytes:
        """The file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def read_manifest(disk: Disk, folder: Path) -> Manifest:
    """The manifest of the backup in a folder.

    Raises:
        CorruptError: ``backup.incomplete`` where there is none; ``backup.manifest`` where it is malformed.
        UnavailableError: ``file.unreadable``.
    """
    content = read_small_file(disk, folder / MANIFEST, bytes_max=MANIFEST_BYTES_MAX)
    if content is None:
        raise CorruptError("backup.incomplete", f"{folder} has no manifest: this backup was never finished.")
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise CorruptError("backup.manifest", f"The manifest in {folder} is damaged.") from None
    if manifest.form != FORM:
        raise CorruptError("backup.manifest", f"{folder} was made by a version that this one does not know.")
    return manifest


def check_signature(manifest: Manifest, authority: bytes) -> None:
    """Refuse a manifest that another site made, or that was changed.

    Args:
        manifest: to be checked.
        authority: the site's certificate (DER).

    Raises:
        CorruptError: ``backup.signature``.
    """
    key = x509.load_der_x509_certificate(authority).public_key()
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(manifest.signature, manifest.said())
            return
    except InvalidSignature:
        pass
    text = f"The manifest of backup {manifest.id} was changed, or is not of the site with these keys."
    raise CorruptError("backup.signature", text, hint=f"These keys are of {fingerprint(authority).hex()}.")


def check_files(disk: Disk, folder: Path, manifest: Manifest) -> None:
    """Compare every file but the segments' with the manifest. Blocks.

    Raises:
        CorruptError: ``backup.damaged``.
        OSError: the disk failed.
    """
    for blob in manifest.files:
        if not disk.exists(folder / blob.name) or blob_of(disk, folder, blob.name) != blob:
            raise CorruptError("backup.damaged", f"{folder / blob.name} is not what was backed up.")


def blob_of(disk: Disk, folder: Path, name: str) -> Blob:
    """A file and its hash. Blocks.

    Raises:
        OSError: the disk failed.
    """
    digest, size = hashlib.sha256(), 0
    file = disk.open(folder / name)
    try:
        while portion := file.read_at(PORTION_BYTES, size):
            digest.update(portion)
            size += len(portion)
    finally:
        file.close()
    return Blob(name, size, digest.hexdigest())


class EntryWriter:
    """Writes ``segments.jsonl``; durable but for its name once it is closed. Blocks.

    Raises:
        OSError: the disk failed.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self._file = disk.open(path, create=True)
        self._offset = 0
        self._lines = bytearray()

    def add(self, entry: Entry) -> None:
        """One more; in the order of their ids."""
        self._lines += msgspec.json.encode(entry) + b"\n"
        if len(self._lines) >= PORTION_BYTES:
            self._write()

    def close(self) -> None:
        """That is all."""
        try:
            self._write()
            self._file.sync()
        finally:
            self._file.close()

    def _write(self) -> None:
        self._file.write_at(self._lines, self._offset)
        self._offset += len(self._lines)
        self._lines.clear()


def read_entries(disk: Disk, path: Path) -> Generator[Entry]:
    """The segments of a backup, by their ids. Blocks.

    Raises:
        CorruptError: ``backup.manifest``.
        OSError: the disk failed.
    """
    file = disk.open(path)
    try:
        rest, offset = b"", 0
        while portion := file.read_at(PORTION_BYTES, offset):
            offset += len(portion)
            *lines, rest = (rest + portion).split(b"\n")
            if len(rest) > _LINE_BYTES_MAX:
                break
            for line in lines:
                yield msgspec.json.decode(line, type=Entry)
        if rest:
            raise CorruptError("backup.manifest", f"{path} is damaged.")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CorruptError("backup.manifest", f"{path} is damaged.") from None
    finally:
        file.close()
