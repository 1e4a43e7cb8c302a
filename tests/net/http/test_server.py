"""The embedded server over real sockets: limits, slow and silent peers, and the graceful stop."""

import asyncio
import contextlib
import ssl

import httpx
import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.net.http import server as server_module
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import HttpServer, TlsFiles
from playhead.net.listener import listen


class App:
    """Answers `/`; holds `/held` until released; streams `/stream` until the peer is gone."""

    def __init__(self):
        self.release = asyncio.Event()
        self.held = asyncio.Event()
        self.streaming = asyncio.Event()
        self.stream_ended = asyncio.Event()

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"playhead")]})
        if scope["path"] == "/held":
            self.held.set()
            await self.release.wait()
        if scope["path"] == "/stream":
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
            self.streaming.set()
            message = await receive()
            assert message["type"] == "http.disconnect"
            self.stream_ended.set()
        await send({"type": "http.response.body", "body": b"done"})


@contextlib.asynccontextmanager
async def serving(app, **settings):
    server = HttpServer(app, listen("127.0.0.1", 0), clock=SystemClock(), **settings)
    task = asyncio.create_task(server.run())
    try:
        yield server, task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def say(server, data, *, until_closed=True):
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(data)
        async with asyncio.timeout(10):
            return await (reader.read() if until_closed else reader.readuntil(b"\r\n\r\n"))
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_serves_on_the_port_the_system_chose():
    async with serving(App()) as (server, _), httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{server.port}/")
    assert answer.text == "done"
    assert answer.headers["server"] == "playhead"


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (GET + b"X: a\0b\r\n\r\n", b"400"),
        (GET + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc", b"400"),
        (GET + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (GET + b"X: " + b"a" * 4 * server_module.HEADER_BYTES_MAX + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * 4 * server_module.HEADER_BYTES_MAX + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"431"),
        (GET + b"".join(b"X%d: a\r\n" % n for n in range(150)) + b"\r\n", b"431"),
    ],
)
async def test_what_is_not_http_or_too_large_is_refused_and_others_go_on(data, status):
    app = App()
    async with serving(app) as (server, _):
        answer = await say(server, data)
        assert answer == b"" or answer.split()[1] in {status, b"200"}
        if not data.endswith(b"zz\r\n"):
            assert answer.split()[1] == status
        assert b"Traceback" not in answer
        assert b"200 OK" in await say(server, GET + b"\r\n", until_closed=False)


async def test_silent_slow_and_idle_connections_are_cut_off_and_take_no_place(monkeypatch):
    monkeypatch.setattr(server_module, "HEADER_TIMEOUT_MS", 300)
    monkeypatch.setattr(server_module, "CONNECTIONS_MAX", 8)
    async with serving(App()) as (server, _):
        silent = [await asyncio.open_connection(server.host, server.port) for _ in range(16)]
        assert await say(server, b"GET / HT") == b""
        assert b"200 OK" in await say(server, GET + b"\r\n")  # read to the end: closed when idle
        for reader, writer in silent:
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def test_a_stop_lets_a_request_under_way_end():
    app = App()
    async with serving(app) as (server, task):
        answer = asyncio.create_task(say(server, b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n"))
        await app.held.wait()
        task.cancel()
        app.release.set()
        assert b"done" in await answer
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(server.host, server.port)


async def test_a_stop_ends_streams_that_would_never_end():
    app = App()
    async with serving(app) as (server, task):
        answer = asyncio.create_task(say(server, b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"))
        await app.streaming.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 4)
        assert app.stream_ended.is_set()
        assert b"begun" in await answer


async def test_a_stop_does_not_wait_for_ever():
    app = App()
    async with serving(app, grace_s=0.2) as (server, task):
        answer = asyncio.create_task(say(server, b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n"))
        await app.held.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 4)
        assert b"done" not in await answer


async def test_a_peer_that_goes_away_ends_its_stream():
    app = App()
    async with serving(app) as (server, _):
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        await app.streaming.wait()
        writer.transport.abort()
        await asyncio.wait_for(app.stream_ended.wait(), 5)


async def test_tls(tmp_path):
    files = own_certificate(tmp_path, ["recorder.example", "192.0.2.7"], SystemClock())
    assert files.key.stat().st_mode & 0o777 == 0o600
    context = ssl.create_default_context(cafile=files.certificate)
    async with serving(App(), tls=files) as (server, _), httpx.AsyncClient(verify=context) as client:
        answer = await client.get(f"https://localhost:{server.port}/")
        assert answer.text == "done"
        assert b"done" not in await say(server, GET + b"\r\n")


async def test_files_that_are_no_certificate_are_said_plainly(tmp_path):
    (tmp_path / "a").write_text("nonsense")
    with listen("127.0.0.1", 0) as listener, pytest.raises(InvalidInputError) as caught:
        HttpServer(App(), listener, clock=SystemClock(), tls=TlsFiles(tmp_path / "a", tmp_path / "a"))
    assert caught.value.code == "net.tls_files"
    with listen("127.0.0.1", 0) as listener, pytest.raises(InvalidInputError):
        HttpServer(App(), listener, clock=SystemClock(), tls=TlsFiles(tmp_path / "b", tmp_path / "b"))
