"""The newest entry of the audit log, kept beside the catalogue and signed with the site's key.

The log's chain shows what was changed in it, but not that its newest entries were cut off, nor that all of it was
written anew. The head that this file holds shows both, to whoever has the site's certificate; it is at most `EVERY_S`
old. Whoever can write the file too can bring back an older one, but not make one up: copy it elsewhere now and then,
or note what `playhead audit verify` prints.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Final

import msgspec
import structlog
from cryptography.exceptions import InvalidSignature

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, InvalidInputError, PlayheadError
from playhead.domain.audit_chain import Head
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry, audit_head, audit_head_at
from playhead.store.disk import Disk, SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.small_files import read_small_file, write_small_file

EVERY_S: Final = 10.0
"""How often the newest entry is signed, where there is a newer one."""

FILE_BYTES_MAX: Final = 4_096

_PURPOSE: Final = b"playhead audit head 1\n"
"""Before what is signed, so that no certificate and no token of the same key can be taken for it."""

_log = structlog.get_logger()


class _Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    site: str
    head: str
    at_us: int
    signature: bytes = b""

    def said(self) -> bytes:
        """What is signed."""
        return _PURPOSE + msgspec.json.encode([self.site, self.head, self.at_us])


class AuditAnchor:
    """The file with the signed head of the log.

    Args:
        path: of the file; its folder exists.
        keyring: its authority signs.
        clock: tells when.
        disk: where it lies.
    """

    def __init__(self, path: Path, keyring: Keyring, clock: Clock, disk: Disk | None = None) -> None:
        self._path = path
        self._keyring = keyring
        self._clock = clock
        self._disk = disk or SystemDisk()

    def read(self) -> Head | None:
        """What was kept last, or None. Blocks.

        Raises:
            CorruptError: ``audit.anchor``.
        """
        content = read_small_file(self._disk, self._path, bytes_max=FILE_BYTES_MAX)
        if content is None:
            return None
        try:
            anchor = msgspec.json.decode(content, type=_Anchor)
            self._keyring.authority.key.public_key().verify(anchor.signature, anchor.said())
            return Head.parse(anchor.head)
        except (msgspec.MsgspecError, InvalidSignature, InvalidInputError):
            message = f"{self._path} was not made by this site."
            raise CorruptError("audit.anchor", message, hint="Look into who could write there.") from None

    def write(self, head: Head) -> None:
        """Keep the newest entry. Blocks.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        bare = _Anchor(str(self._keyring.site), str(head), self._clock.wall_us())
        signed = msgspec.structs.replace(bare, signature=self._keyring.authority.key.sign(bare.said()))
        write_small_file(self._disk, self._path, msgspec.json.encode(signed))

    async def run(self, catalogue: Catalogue) -> None:
        """Keep the head of a log that grows, until cancelled, and once more then."""
        kept = await self.check(catalogue)
        try:
            while True:
                kept = await self._follow(catalogue, kept)
                await asyncio.sleep(EVERY_S)
        finally:
            await self._follow(catalogue, kept)

    async def check(self, catalogue: Catalogue) -> Head | None:
        """Hold the log against what was kept before, and return that.

        Where it is not the same log, that is an entry in it, and the old file is kept beside the new one. It can be
        so without any harm done: after a catalogue was restored from a backup.
        """
        try:
            kept = await asyncio.to_thread(self.read)
        except CorruptError:
            kept = Head(0, b"")  # no entry's
        if kept is None:
            return None
        async with catalogue.reading() as connection:
            if await audit_head_at(connection, kept.id) == kept:
                return kept
        _log.error("the audit log is not the one it was", kept=str(kept))
        details = {"kept": str(kept)}
        entry = AuditEntry(self._clock.wall_us(), "system", "audit.broken", "", "", details)
        async with catalogue.writing() as connection:
            await add_audit_entry(connection, entry)
        await asyncio.to_thread(self._set_aside)
        return None

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.broken")
        with contextlib.suppress(OSError):
            if not self._disk.exists(aside):
                self._disk.rename(self._path, aside)

    async def _follow(self, catalogue: Catalogue, kept: Head | None) -> Head | None:
        try:
            async with catalogue.reading() as connection:
                head = await audit_head(connection)
            if head is not None and head != kept:
                await asyncio.to_thread(self.write, head)
        except PlayheadError as error:
            _log.warning("the head of the audit log was not kept", code=error.code)
            return kept
        return head
