"""HTTP/2 over TLS (RFC 9113), by other people's clients and by peers that mean no good."""

import asyncio
import contextlib
import shutil
import ssl

import h2.config
import h2.connection
import h2.events
import pytest

from playhead.base.clock import SystemClock
from playhead.net.http import server as server_module
from playhead.net.http import watch as watch_module
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import HttpServer
from playhead.net.listener import listen

BIG = 4 << 20


class App:
    """Answers `/`, sends a long body at `/big`, and holds `/held`."""

    def __init__(self):
        self.ended = asyncio.Event()
        self.failed: BaseException | None = None
        self.under_way = 0

    async def __call__(self, scope, receive, send):
        self.under_way += 1
        try:
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            if scope["path"] == "/held":
                await asyncio.Event().wait()
            body = b"x" * BIG if scope["path"] == "/big" else f"{scope['http_version']} {scope['scheme']}".encode()
            await send({"type": "http.response.body", "body": body})
        except BaseException as error:
            self.failed = error
            raise
        finally:
            self.under_way -= 1
            self.ended.set()


@contextlib.asynccontextmanager
async def serving(app, folder):
    files = own_certificate(folder, [], SystemClock())
    server = HttpServer(app, listen("127.0.0.1", 0), clock=SystemClock(), tls=files)
    server.trust = ssl.create_default_context(cafile=files.certificate)
    server.trust.set_alpn_protocols(["h2"])
    server.authority_file = files.certificate
    task = asyncio.create_task(server.run())
    try:
        yield server
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Peer:
    """A client that does what a test says and no more."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.http2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.http2.initiate_connection()
        self.received = []

    @classmethod
    async def connect(cls, server):
        made = cls(*await asyncio.open_connection("localhost", server.port, ssl=server.trust))
        assert made.writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
        return made

    def flush(self):
        self.writer.write(self.http2.data_to_send())

    def ask(self, path, *, stream=1):
        head = [(":method", "GET"), (":path", path), (":scheme", "https"), (":authority", "localhost")]
        self.http2.send_headers(stream, head, end_stream=True)
        self.flush()

    async def events(self):
        """Until the connection is closed."""
        while data := await asyncio.wait_for(self.reader.read(65536), 10):
            for event in self.http2.receive_data(data):
                self.received.append(event)
                yield event
            self.flush()

    async def until(self, kind):
        async for event in self.events():
            if isinstance(event, kind):
                return event
        raise ConnectionError("closed")

    async def until_closed(self):
        with contextlib.suppress(ConnectionResetError):
            async for _ in self.events():
                pass

    async def close(self):
        self.writer.transport.abort()


@pytest.fixture
async def app():
    return App()


@pytest.fixture
async def server(app, tmp_path):
    async with serving(app, tmp_path) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("option", "version"), [("--http2", "2"), ("--http1.1", "1.1")])
async def test_curl_speaks_what_it_likes(server, option, version):
    url = f"https://localhost:{server.port}/"
    options = [
        "-sS",
        option,
        "--cacert",
        str(server.authority_file),
        "-w",
        " %{http_version} %{ssl_verify_result}",
        url,
    ]
    curl = await asyncio.create_subprocess_exec("curl", *options, stdout=asyncio.subprocess.PIPE)
    out, _ = await curl.communicate()
    assert out.decode() == f"{version} https {version} 0"


async def test_many_requests_share_a_connection_up_to_a_limit(server, app, monkeypatch):
    peer = await Peer.connect(server)
    peer.flush()
    settings = await peer.until(h2.events.RemoteSettingsChanged)
    limits = {code.name: change.new_value for code, change in settings.changed_settings.items()}
    assert limits["MAX_CONCURRENT_STREAMS"] == server_module.STREAMS_MAX
    assert limits["MAX_HEADER_LIST_SIZE"] == server_module.HEADER_BYTES_MAX
    monkeypatch.setattr(server_module, "REQUESTS_MAX", 3)
    for number in range(4):
        peer.ask("/held", stream=2 * number + 1)
    async for event in peer.events():
        if isinstance(event, h2.events.ResponseReceived) and dict(event.headers)[":status"] == "503":
            break
    assert app.under_way == 3
    await peer.close()


@pytest.mark.parametrize(
    "head", [b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)]
)
async def test_who_never_asks_is_cut_off(server, head, monkeypatch):
    monkeypatch.setattr(watch_module, "LOOK_S", 0.02)
    monkeypatch.setattr(watch_module, "SILENT_US_MAX", 100_000)
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(server._watch.run())
        reader, writer = await asyncio.open_connection("localhost", server.port, ssl=server.trust)
        writer.write(head)
        with contextlib.suppress(ConnectionResetError):
            while await asyncio.wait_for(reader.read(1000), 10):
                pass
        writer.close()
        looking.cancel()


async def test_headers_that_drip_and_pings_do_not_keep_an_idle_connection(server, monkeypatch):
    monkeypatch.setattr(watch_module, "LOOK_S", 0.02)
    monkeypatch.setattr(watch_module, "IDLE_US_MAX", 200_000)
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(server._watch.run())
        peer = await Peer.connect(server)
        peer.ask("/")
        await peer.until(h2.events.StreamEnded)
        # HEADERS of stream 3 without END_HEADERS, and CONTINUATION after CONTINUATION (RFC 9113 §6.10).
        peer.writer.write(b"\0\0\1\1\1\0\0\0\3\x82")

        async def drip():
            while True:
                peer.writer.write(b"\0\0\1\x09\0\0\0\0\3\x84")
                await asyncio.sleep(0.02)

        dripping = tasks.create_task(drip())
        with contextlib.suppress(ConnectionResetError):
            while await asyncio.wait_for(peer.reader.read(1000), 10):
                pass
        dripping.cancel()
        looking.cancel()
        await peer.close()


async def test_a_peer_that_takes_nothing_of_an_answer_is_given_up(server, app, monkeypatch):
    monkeypatch.setattr(server_module, "STALL_S", 0.3)
    peer = await Peer.connect(server)
    peer.ask("/big")  # and never a WINDOW_UPDATE, though everything that comes is read (RFC 9113 §6.9)
    reading = asyncio.create_task(peer.until_closed())
    await asyncio.wait_for(app.ended.wait(), 10)
    assert getattr(app.failed, "code", "") == "net.http_stalled"
    await peer.close()
    await reading


async def test_a_long_answer_arrives_whole(server):
    peer = await Peer.connect(server)
    peer.ask("/big")
    length = 0
    async for event in peer.events():
        if isinstance(event, h2.events.DataReceived):
            length += len(event.data)
            peer.http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if isinstance(event, h2.events.StreamEnded):
            break
    assert length == BIG
    await peer.close()


async def test_headers_past_the_limit_are_refused(server, app):
    peer = await Peer.connect(server)
    head = [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", "localhost")]
    peer.http2.send_headers(1, [*head, *((f"x{n}", "a" * 1000) for n in range(40))], end_stream=True)
    peer.flush()
    async for event in peer.events():
        if isinstance(event, h2.events.ResponseReceived):
            assert dict(event.headers)[":status"] == "431"
            break
        if isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
            break
    assert app.under_way == 0
    await peer.close()


async def test_requests_taken_back_at_once_do_not_take_the_server(server):
    """Rapid reset (CVE-2023-44487)."""
    peer = await Peer.connect(server)
    with contextlib.suppress(ConnectionError):
        for number in range(2000):
            peer.ask("/held", stream=2 * number + 1)
            peer.http2.reset_stream(2 * number + 1)
        peer.flush()
        await asyncio.wait_for(peer.writer.drain(), 10)
    other = await Peer.connect(server)
    other.ask("/")
    await other.until(h2.events.StreamEnded)
    await other.close()
    await peer.close()
