"""A service of desktop analytics with a real listener, and workstations' certificates."""

import asyncio
import contextlib
import http.client
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, WorkstationId
from playhead.base.quantities import Size
from playhead.domain.analytics.events import Answer, DesktopEvent, Kind, encoded
from playhead.domain.spans import Span
from playhead.net.tls import client_context
from playhead.premises.analytics.acting import Acting
from playhead.premises.analytics.config import AnalyticsConfig
from playhead.premises.analytics.service import AnalyticsService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.wire.pki import create_request, signer_of

DESK = WorkstationId("desk-1")


@dataclass
class Said:
    """What the server answered."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def answer(self) -> Answer:
        assert self.status == 200, self.body
        return msgspec.json.decode(self.body, type=Answer)

    @property
    def code(self) -> str:
        return msgspec.json.decode(self.body)["error"]["code"]


@dataclass
class Analytics:
    """Keys, catalogue and service in one folder."""

    folder: Path
    config: dict[str, Any] = field(default_factory=dict)
    clock: SystemClock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        self.keyring = Keyring.open(self.folder / "keys", SiteId("site-1"), self.clock)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Analytics"]:
        self.catalogue = await Catalogue.open(self.folder / "catalogue.db")
        settings = {"enabled": True, "listen": Address("127.0.0.1", 0), "disk_free_min": Size(0), **self.config}
        self.service = AnalyticsService(
            AnalyticsConfig(**settings),
            self.folder / "analytics",
            disk=SystemDisk(),
            keyring=self.keyring,
            catalogue=self.catalogue,
            acting=Acting(self.catalogue, AuditTrail(self.catalogue, self.clock), self.clock),
            clock=self.clock,
        )
        task = asyncio.create_task(self.service.run())
        ready = asyncio.create_task(self.service.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            yield self
        finally:
            for one in (task, ready):
                one.cancel()
            await asyncio.gather(task, ready, return_exceptions=True)
            await self.catalogue.close()

    async def enrol(self, name: WorkstationId = DESK, *, known: bool = True) -> ssl.SSLContext:
        """What such a workstation connects with."""
        key = Ed25519PrivateKey.generate()
        der = self.keyring.issue_workstation(create_request(key, name), name)
        files = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        files[0].write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if known:
            async with self.catalogue.writing() as connection:
                await enrol_workstation(
                    connection,
                    workstation=name,
                    signer=signer_of(der),
                    certificate_hash=b"0" * 32,
                    now_us=self.clock.wall_us(),
                )
        return client_context(self.keyring.authority.certificate, *files, alpn="")

    async def ask(
        self, method: str, path: str, body: bytes = b"", *, tls: ssl.SSLContext | None, **headers: str
    ) -> Said:
        """One request by Python's own client, in a thread."""

        def asked() -> Said:
            if tls is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
            else:
                connection = http.client.HTTPSConnection("127.0.0.1", self.service.port, timeout=30, context=tls)
            with contextlib.closing(connection):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was taken
                    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
                answer = connection.getresponse()
                return Said(answer.status, answer.read(), dict(answer.headers))

        return await asyncio.to_thread(asked)

    async def send(
        self, events: list[DesktopEvent], *, tls: ssl.SSLContext | None, desk: str = str(DESK), spool: str = "s"
    ) -> Said:
        """A batch."""
        return await self.ask("POST", "/v1/events", encoded(desk, spool, events), tls=tls)

    def event(self, sequence: int, ago_s: float = 60, **more: Any) -> DesktopEvent:
        """A stretch of ten seconds that began so long ago."""
        values = {"kind": Kind.ACTIVE, "lasts_us": 10_000_000, "application": "crm", "agent": "CORP\\Anna", **more}
        return DesktopEvent(sequence=sequence, from_us=self.clock.wall_us() - round(ago_s * 1e6), **values)

    async def stored(self) -> list[tuple[str, str, int, str]]:
        """Which events are there."""
        always = Span(0, self.clock.wall_us() + 86_400_000_000)
        return sorted(
            await self.service.ask(
                lambda session: session.rows(
                    f"SELECT workstation, spool, sequence, agent FROM ({session.events(always)})"  # noqa: S608
                )
            )
        )
