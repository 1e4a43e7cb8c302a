"""A renewed certificate is shown without a restart, and drops no connection."""

import asyncio
import contextlib
import ssl

import pytest

from playhead.base.clock import SystemClock
from playhead.net.http import server as server_module
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import HttpServer, TlsFiles
from playhead.net.listener import listen

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class App:
    """Answers; a stream goes on until it is told to end."""

    def __init__(self):
        self.streaming = asyncio.Event()
        self.end = asyncio.Event()

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/stream":
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
            self.streaming.set()
            await self.end.wait()
        await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
def files(tmp_path):
    """The certificate that is shown, and two to show."""
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made.append(own_certificate(tmp_path / name, [], SystemClock()).certificate.read_bytes())
    shown = tmp_path / "shown.pem"
    shown.write_bytes(made[0])
    return TlsFiles(shown, shown), made


async def connect(server):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return await asyncio.open_connection(server.host, server.port, ssl=context, server_hostname="localhost")


async def shown_by(server):
    _, writer = await connect(server)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return shown


def first_of(pem):
    return ssl.PEM_cert_to_DER_cert(
        pem.decode()[pem.decode().index("-----BEGIN CERT") :].split("-----END CERT")[0] + "-----END CERTIFICATE-----\n"
    )


@contextlib.asynccontextmanager
async def serving(app, files, **options):
    server = HttpServer(app, listen("127.0.0.1", 0), clock=SystemClock(), tls=files, **options)
    task = asyncio.create_task(server.run())
    try:
        yield server, task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_shown(server, wanted):
    async with asyncio.timeout(20):
        while await shown_by(server) != wanted:  # each handshake gives the server its turn
            pass


async def until_looked_at(server, seen):
    async with asyncio.timeout(20):
        while server._stamp == seen:
            await shown_by(server)
    return server._stamp


async def test_it_is_shown_and_what_is_under_way_goes_on(files, monkeypatch):
    monkeypatch.setattr(server_module, "LOOK_S", 0.02)
    shown, (first, second) = files
    app = App()
    async with serving(app, shown) as (server, task):
        assert await shown_by(server) == first_of(first)
        reader, writer = await connect(server)
        writer.write(GET.replace(b"/ ", b"/stream "))
        await app.streaming.wait()
        shown.certificate.write_bytes(second)
        await until_shown(server, first_of(second))
        app.end.set()
        assert b"done" in await asyncio.wait_for(reader.readuntil(b"done"), 10)
        writer.close()
        reader, writer = await connect(server)
        writer.write(GET)
        assert b"done" in await asyncio.wait_for(reader.readuntil(b"done"), 10)
        writer.close()
        assert not task.done()
    with pytest.raises(ConnectionRefusedError):
        await connect(server)


async def test_one_that_cannot_be_used_changes_nothing_until_it_is_mended(files, monkeypatch):
    monkeypatch.setattr(server_module, "LOOK_S", 0.02)
    shown, (first, second) = files
    async with serving(App(), shown) as (server, _):
        assert await shown_by(server) == first_of(first)
        seen = server._stamp
        for bad in (b"nonsense", b""):
            shown.certificate.write_bytes(bad)
            seen = await until_looked_at(server, seen)
            assert await shown_by(server) == first_of(first)
        shown.certificate.unlink()
        await until_looked_at(server, seen)
        assert await shown_by(server) == first_of(first)
        shown.certificate.write_bytes(second)
        await until_shown(server, first_of(second))
