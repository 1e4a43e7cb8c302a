"""TLS connections that say nothing, or nothing any more, are cut off, and nobody else is."""

import asyncio
import contextlib
import ssl

import httpx
import pytest

from playhead.base.clock import SystemClock
from playhead.net.http import watch as watch_module
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import HttpServer
from playhead.net.http.watch import IDLE_US_MAX, SILENT_US_MAX, ConnectionWatch, peer_of
from playhead.net.listener import listen
from playhead.testing.clock import SimClock


async def app(_scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
async def server(tmp_path):
    files = own_certificate(tmp_path, [], SystemClock())
    made = HttpServer(app, listen("127.0.0.1", 0), clock=SystemClock(), tls=files)
    made.trust = ssl.create_default_context(cafile=files.certificate)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def watch(server):
    """The same as the server's own, with a clock that a test moves."""
    clock = SimClock()
    made = ConnectionWatch(server.port, clock)
    made.clock = clock
    return made


async def silent(server, data=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(data)
    return reader, writer


async def accepted(watch, number):
    """Until the server has accepted so many connections."""
    async with asyncio.timeout(5):
        while True:
            with watch_module._connections(watch._port) as found:
                if len(found) == number:
                    return
            await asyncio.sleep(0)


async def test_they_are_cut_off_after_a_while_and_not_before(server, watch):
    peers = [await silent(server), await silent(server, b"\x16\x03\x01\x02\x00\x01")]
    await accepted(watch, 2)
    assert watch.look() == 0
    watch.clock.advance(SILENT_US_MAX - 1)
    assert watch.look() == 0
    watch.clock.advance(1)
    assert watch.look() == 2
    for reader, writer in peers:
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_who_has_asked_something_may_be_idle_for_longer_but_not_for_ever(server, watch):
    async with httpx.AsyncClient(verify=server.trust, base_url=f"https://localhost:{server.port}") as client:
        assert (await client.get("/")).text == "done"
        await accepted(watch, 1)
        ((peer, _),) = server._watch._speakers.items()
        watch.began(peer)
        watch.clock.advance(2 * IDLE_US_MAX)
        assert watch.look() == 0
        watch.ended(peer)
        watch.clock.advance(IDLE_US_MAX - 1)
        assert watch.look() == 0
        assert (await client.get("/")).text == "done"
        watch.clock.advance(1)
        assert watch.look() == 1
    await accepted(watch, 0)
    assert watch.look() == 0
    assert not watch._speakers


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1"])
def test_an_address_inside_another_is_the_same_peer(address):
    assert peer_of(address, 5) == ("192.0.2.1", 5)
    assert peer_of("fe80::1%eth0", 5) == ("fe80::1", 5)


async def test_their_number_is_limited(server, watch, monkeypatch):
    monkeypatch.setattr(watch_module, "SILENT_MAX", 3)
    first = await silent(server)
    await accepted(watch, 1)
    watch.look()
    watch.clock.advance(1)
    others = [await silent(server) for _ in range(3)]
    await accepted(watch, 4)
    assert watch.look() == 1
    assert await asyncio.wait_for(first[0].read(), 5) == b""
    for _, writer in (first, *others):
        writer.close()


async def test_it_goes_on_by_itself(server, monkeypatch):
    monkeypatch.setattr(watch_module, "LOOK_S", 0.01)
    monkeypatch.setattr(watch_module, "SILENT_US_MAX", 50_000)
    again = asyncio.create_task(server._watch.run())
    reader, writer = await silent(server)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    again.cancel()
