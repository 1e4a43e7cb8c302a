"""A logging service with a real listener, and a workstation's certificate."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, WorkstationId
from playhead.base.quantities import Size
from playhead.domain.logs import LogLine, LogQuery
from playhead.net.tls import client_context
from playhead.premises.logs.config import LogsConfig
from playhead.premises.logs.own import OwnLines
from playhead.premises.logs.service import LogsService
from playhead.store.disk import Disk, SystemDisk
from playhead.store.keyring import Keyring
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.wire.pki import create_request

SITE = SiteId("site-1")
DESK = WorkstationId("desk-1")


@dataclass
class Logs:
    """Keys, catalogue and service in one folder; `running` is one life of them."""

    folder: Path
    disk: Disk = field(default_factory=SystemDisk)
    config: dict[str, Any] = field(default_factory=dict)
    own: OwnLines | None = None

    def __post_init__(self) -> None:
        self.keyring = Keyring.open(self.folder / "keys", SITE, SystemClock())
        self.authority = self.folder / "authority.pem"
        certificate = x509.load_der_x509_certificate(self.keyring.authority.certificate)
        self.authority.write_bytes(certificate.public_bytes(Encoding.PEM))
        key = Ed25519PrivateKey.generate()
        der = self.keyring.issue_workstation(create_request(key, DESK), DESK)
        self.key, self.certificate = self.folder / "desk.key", self.folder / "desk.pem"
        self.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.certificate.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Logs"]:
        self.catalogue = await opened_catalogue(self.folder / "catalogue.db")
        settings = {"listen": Address("127.0.0.1", 0), "disk_free_min": Size(0), **self.config}
        self.service = LogsService(
            LogsConfig(**settings),
            self.folder / "logs",
            disk=self.disk,
            keyring=self.keyring,
            catalogue=self.catalogue,
            clock=SystemClock(),
            own=self.own,
        )
        task = asyncio.create_task(self.service.run())
        listening = asyncio.create_task(self.service.listening.wait())
        try:
            await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield self
        finally:
            for one in (task, listening):
                one.cancel()
            await asyncio.gather(task, listening, return_exceptions=True)
            await self.catalogue.close()

    async def dial(
        self, *, tls: bool = False, proven: bool = False
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = None
        if tls or proven:
            files = (self.certificate, self.key) if proven else (None, None)
            context = client_context(self.keyring.authority.certificate, *files, alpn="")
        return await asyncio.open_connection("127.0.0.1", self.service.port, ssl=context)

    async def until(self, count: int, query: LogQuery | None = None) -> list[LogLine]:
        """The lines, in true order, once there are so many; waits for them."""
        query = query or LogQuery()
        with self.service.follow(query) as follower:
            while True:
                page = await self.service.find(query, limit=1000)
                if len(page.lines) >= count:
                    assert len(page.lines) == count, [line.text for line in page.lines]
                    return list(reversed(page.lines))
                await follower.next(30)
