"""What stands on the way and means well: it holds bytes back, or takes out what it does not know. Over real sockets."""

import asyncio
import hashlib
import secrets
from contextlib import asynccontextmanager

from net.pool.site import Authority, accepting, dialing, refuse

from playhead.base.addresses import Address
from playhead.net.network import SystemNetwork
from playhead.net.pool import Dialing, PoolEnd
from playhead.wire.pool import Role, Urgency

HELD_BYTES = 200_000
HELD_S = 0.03
TOTAL = 8_000_000
HOP_BY_HOP = (b"connection:", b"upgrade:")


class Held:
    """One way through a proxy that sends on nothing before it has much, or nothing came for a moment."""

    def __init__(self, writer):
        self.writer, self.held, self.timer, self.portions = writer, bytearray(), None, []

    def take(self, data):
        self.held += data
        if self.timer is not None:
            self.timer.cancel()
        if len(self.held) >= HELD_BYTES:
            self.send()
        else:
            self.timer = asyncio.get_running_loop().call_later(HELD_S, self.send)

    def send(self):
        self.timer = None
        if not self.writer.is_closing():
            self.portions.append(len(self.held))
            self.writer.write(bytes(self.held))
        self.held.clear()


async def pass_on(reader, way):
    try:
        while data := await reader.read(65536):
            way.take(data)
            await way.writer.drain()
    except ConnectionError:
        pass
    finally:
        if way.timer is not None:
            way.timer.cancel()
            way.send()
        way.writer.close()


@asynccontextmanager
async def through(make):
    """Listen, and treat each connection so."""
    server = await asyncio.start_server(make, "127.0.0.1", 0)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def test_a_proxy_that_buffers_delays_and_breaks_nothing(tmp_path):
    authority, ways = Authority(tmp_path), []

    async def serve(_end, _caller, stream):
        digest = hashlib.sha256()
        while data := await stream.read():
            digest.update(data)
        await stream.write(digest.digest())

    async with accepting(authority.accepting(), serve) as (_, address):

        async def hold(reader, writer):
            onward = await asyncio.open_connection(address.host, address.port)
            ways.extend((Held(onward[1]), Held(writer)))
            await asyncio.gather(pass_on(reader, ways[-2]), pass_on(onward[0], ways[-1]))

        async with through(hold) as by, dialing(by, authority.dialing()) as end:
            piece = secrets.token_bytes(100_000)
            upload = end.open("upload", urgency=Urgency.BULK, resumable=True)
            expected = hashlib.sha256()
            for number in range(TOTAL // len(piece)):
                await upload.write(piece)
                expected.update(piece)
                if number % 20 == 0:
                    question = end.open("ask", data=b"?", end=True)
                    assert await question.read() == hashlib.sha256(b"?").digest()
            upload.end()
            assert await upload.read() == expected.digest()
            assert end.links == 2
            figures = end.figures()
            assert figures.retained_bytes < TOTAL
            assert all(traffic.broken == 0 for traffic in figures.traffic.values())
    assert max(portion for way in ways for portion in way.portions) > 65536  # it did hold back


async def test_a_proxy_that_strips_the_upgrade_is_named_and_once_it_is_mended_the_link_is_there():
    strips = True

    async with accepting() as (pools, address):

        async def strip(reader, writer):
            """As RFC 9110 §7.6.1 has it of a proxy that knows no upgrade."""
            onward = await asyncio.open_connection(address.host, address.port)
            head = await reader.readuntil(b"\r\n\r\n")
            if strips:
                lines = head.split(b"\r\n")
                head = b"\r\n".join(line for line in lines if not line.lower().startswith(HOP_BY_HOP))
            onward[1].write(head)
            there, back = Held(onward[1]), Held(writer)
            await asyncio.gather(pass_on(reader, there), pass_on(onward[0], back))

        async with through(strip) as by:
            end = PoolEnd(Role.DIALER, bytes(16), refuse)
            dialled = Dialing(end, by, None, SystemNetwork(), secrets.SystemRandom(), links=1)
            keeping = asyncio.create_task(dialled.run())
            try:
                async with asyncio.timeout(20):
                    while dialled.trouble is None:  # noqa: ASYNC110 - it tells nobody
                        await asyncio.sleep(0.01)
                    assert dialled.trouble.code == "pool.refused"
                    assert "proxy" in dialled.trouble.hint
                    assert not pools.pools
                    strips = False
                    while not end.links:
                        end.changed.clear()
                        await end.changed.wait()
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                await end.close()
