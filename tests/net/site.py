"""A site with a listener on an ephemeral port, and workstations with certificates, for tests over real sockets."""

import asyncio
import ssl
from contextlib import asynccontextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId, WorkstationId
from playhead.net.screen import connect, listen
from playhead.net.tls import client_context, server_context
from playhead.store.keyring import Keyring
from playhead.wire.pki import create_request
from playhead.wire.screen import (
    Accept,
    Ack,
    Authority,
    End,
    Enrol,
    Enrolled,
    Hello,
    Inquire,
    Offer,
    Records,
    Status,
    Welcome,
    choose_version,
)

SITE = SiteId("site-1")


class Site:
    """Keys, a server that answers everything, and what it saw."""

    def __init__(self, folder, site=SITE, clock=None):
        self.clock = clock or SystemClock()
        self.folder = folder
        self.keyring = Keyring.open(folder / "keys", site, self.clock)
        self.codes = {}
        self.seen = []
        self.peers = []
        self.arrivals = asyncio.Queue()

    def server_tls(self):
        ring = self.keyring
        return server_context(ring.server_file, ring.server_file, ring.authority.certificate)

    def workstation_file(self, name="ws-1", clock_keyring=None):
        """Certificate and key of an enrolled workstation, in one PEM file."""
        key = Ed25519PrivateKey.generate()
        ring = clock_keyring or self.keyring
        certificate = ring.issue_workstation(create_request(key, WorkstationId(name)), WorkstationId(name))
        path = self.folder / f"{name}-{len(list(self.folder.iterdir()))}.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + ssl.DER_cert_to_PEM_cert(certificate).encode()
        )
        return path

    def client_tls(self, name="ws-1"):
        path = self.workstation_file(name) if name else None
        return client_context(self.keyring.authority.certificate, path, path)

    async def serve(self, peer):
        self.peers.append(peer)
        self.arrivals.put_nowait(peer)
        async for message in peer:
            self.seen.append(message)
            match message:
                case Inquire():
                    await peer.send(Authority(self.keyring.authority.certificate))
                case Enrol():
                    await self.enrol(peer, message)
                case Hello():
                    version = choose_version(message.versions)
                    site = str(self.keyring.site)
                    await peer.send(Welcome(version, site, self.keyring.site_key, self.clock.wall_us()))
                case Offer():
                    await peer.send(Accept(message.channel, 0))
                case Records():
                    await peer.send(Ack(message.channel, message.offset + len(message.data)))
                case End():
                    await peer.send(Ack(message.channel, message.size, final=True))
                case Status(reason="fail"):
                    raise ZeroDivisionError
                case _:
                    pass

    async def enrol(self, peer, message):
        name = WorkstationId(message.workstation)
        certificate = self.keyring.issue_workstation(message.request, name)
        authority = self.keyring.authority.certificate
        await peer.send(Enrolled(certificate, authority, str(self.keyring.site), self.keyring.site_key))

    @asynccontextmanager
    async def listening(self, *, tls=True, **options):
        listener = await listen(
            self.serve,
            Address("127.0.0.1", 0),
            tls=self.server_tls() if tls else None,
            clock=self.clock,
            **options,
        )
        try:
            yield listener
        finally:
            await listener.close()

    async def connect(self, listener, name="ws-1", tls=None):
        """A workstation past its handshake."""
        context = tls or self.client_tls(name)
        peer = await connect(listener.address, tls=context, clock=self.clock, site=self.keyring.site)
        await peer.send(Hello((1,), name, "test"))
        assert isinstance(await anext(peer), Welcome)
        return peer


async def ship(peer, channel, content):
    """Offer a segment, send it, and wait until the server has it for good."""
    await peer.send(Offer(channel, bytes(16), bytes(16), b"header"))
    assert await anext(peer) == Accept(channel, 0)
    for start in range(0, len(content), 65536):
        await peer.send(Records(channel, start, content[start : start + 65536]))
    await peer.send(End(channel, len(content), "sealed"))
    async for message in peer:
        if message == Ack(channel, len(content), final=True):
            return
    raise AssertionError(peer.end)


async def raw(listener, tls=None):
    """A plain stream to the listener, for what no workstation would say."""
    return await asyncio.open_connection(listener.address.host, listener.address.port, ssl=tls)
