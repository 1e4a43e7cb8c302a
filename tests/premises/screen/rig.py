"""A premises with a real listener, and a workstation that does exactly what a test tells it to."""

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId, SegmentId, SiteId, WorkstationId
from playhead.base.quantities import Duration
from playhead.net.enrolment import enrol
from playhead.net.screen import ScreenPeer, connect
from playhead.net.tls import client_context
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.service import ScreenService
from playhead.store.catalogue.enrolment_codes import add_code
from playhead.store.catalogue.recordings import find_recording, get_recording
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.segments import MadeSegment, make_segment
from playhead.wire.pki import create_request
from playhead.wire.screen.messages import Enrolled, Goodbye, Hello, Offer, Records, Welcome

SITE = SiteId("site-1")
_serial = itertools.count(1)


def unique(kind):
    return kind(UUID(int=(7 << 76) + next(_serial)))


@dataclass
class Premises:
    """Catalogue, keys, store and service in one folder; `running` is one life of them."""

    folder: Path
    disk: SystemDisk = field(default_factory=SystemDisk)
    commit_s: float = 0.01
    config: dict = field(default_factory=dict)
    server: bytes = b""

    @contextlib.asynccontextmanager
    async def running(self):
        clock = SystemClock()
        self.keyring = Keyring.open(self.folder / "keys", SITE, clock)
        self.catalogue = await opened_catalogue(self.folder / "catalogue.db")
        self.store = SegmentStore(
            self.folder / "segments",
            disk=self.disk,
            ledger=CatalogueLedger(self.catalogue, clock),
            clock=clock,
            interval_s=self.commit_s,
            reserve_bytes=0,
        )
        settings = {"listen": Address("127.0.0.1", 0), "drain_timeout": Duration(2_000_000), **self.config}
        self.service = ScreenService(
            ScreenConfig(**settings),
            catalogue=self.catalogue,
            segments=self.store,
            keyring=self.keyring,
            clock=clock,
            server=self.server,
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

    @property
    def address(self):
        return Address("127.0.0.1", self.service.port)

    async def code(self, workstation=None, *, lasts_us=3_600_000_000):
        code = self.keyring.create_code()
        now_us = SystemClock().wall_us()
        async with self.catalogue.writing() as connection:
            await add_code(
                connection,
                code_hash=code.secret_hash,
                workstation=workstation,
                created_at_us=now_us,
                expires_at_us=now_us + lasts_us,
            )
        return code

    async def desk(self, name="desk-1"):
        """An enrolled workstation."""
        desk = Desk(self, WorkstationId(name))
        await desk.enrol(await self.code())
        return desk

    async def recording(self, recording):
        async with self.catalogue.reading() as connection:
            return await get_recording(connection, recording)

    async def known(self, recording):
        """The same, or None where there is no such recording."""
        async with self.catalogue.reading() as connection:
            return await find_recording(connection, recording)

    async def until(self, condition):
        """Wait for something that a change announces; looks again with every event."""
        with self.service.subscribe() as events:
            while not await condition():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(anext(aiter(events)), 0.05)

    def file(self, location):
        return (self.folder / "segments" / location).read_bytes()


@dataclass
class Desk:
    """A workstation."""

    premises: Premises
    name: WorkstationId
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    enrolled: Enrolled | None = None

    async def enrol(self, code):
        request = create_request(self.key, self.name)
        self.enrolled = await enrol(self.premises.address, code, self.name, request, clock=SystemClock())

    def context(self):
        """Its TLS context, from files that it writes into the premises' folder for want of its own."""
        certificate = self.premises.folder / f"{self.name}.crt"
        key = self.premises.folder / f"{self.name}.key"
        certificate.write_text(_pem(self.enrolled.certificate))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return client_context(self.enrolled.authority, certificate, key)

    def made(self, recording=None, **arguments) -> MadeSegment:
        recording = recording or unique(RecordingId)
        arguments = {"workstation": str(self.name), "site": str(SITE), **arguments}
        return make_segment(recording=recording, segment=unique(SegmentId), signer=self.key, **arguments)

    @contextlib.asynccontextmanager
    async def connected(self, *, user="alex", examines=False, aside=False, levels=False):
        """Connected and welcomed."""
        peer = await connect(self.premises.address, tls=self.context(), clock=SystemClock(), site=SITE)
        try:
            hello = Hello((1,), str(self.name), "test 1", user, examines=examines, aside=aside, levels=levels)
            await peer.send(hello)
            conversation = Conversation(peer)
            answer = await conversation.next()
            if isinstance(answer, Goodbye):
                raise RefusedError(answer.code, answer.message)
            assert isinstance(answer, Welcome)
            yield conversation
        finally:
            peer.abort()
            await peer.wait_closed()


@dataclass
class Conversation:
    """What a workstation says and hears in one connection."""

    peer: ScreenPeer
    channel: int = 0

    async def next(self, kind=None):
        """The next message, or the next one of a kind."""
        async for message in self.peer:
            if kind is None or isinstance(message, kind):
                return message
        raise ConnectionError(self.peer.end)

    async def offer(self, made: MadeSegment, **changes):
        """Offer a segment; returns the answer."""
        self.channel += 1
        header = made.header
        values = {"recording": header.recording.bytes, "segment": header.segment.bytes, "header": made.start, **changes}
        await self.peer.send(Offer(self.channel, **values))
        return await self.next()

    async def send(self, data, offset, *, channel=None, portion=5000):
        for start in range(0, len(data), portion):
            part = data[start : start + portion]
            await self.peer.send(Records(channel or self.channel, offset + start, part))

    async def acknowledged(self, offset):
        """Wait for an acknowledgement of at least ``offset``."""
        while True:
            message = await self.next()
            assert type(message).__name__ == "Ack", message
            if message.offset >= offset:
                return message


def _pem(certificate):
    from ssl import DER_cert_to_PEM_cert  # noqa: PLC0415 # used here alone

    return DER_cert_to_PEM_cert(certificate)
