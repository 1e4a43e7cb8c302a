"""Both web ports of a premises server over real sockets: what a player does, and what strangers send."""

import asyncio
import contextlib
import io
import json
import os
from dataclasses import dataclass

import av
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.domain.live import RecordingChanged
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import MANAGER
from playhead.net.http import guard
from playhead.net.http.headers import SESSION_COOKIE as COOKIE
from playhead.net.listener import listen
from playhead.portal.config import PortalConfig
from playhead.portal.service import PortalService
from playhead.premises.player import metrics
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.tokens.service import TokensService
from playhead.testing.pictures import number_of
from playhead.testing.site import PASSWORD, opened_site
from playhead.testing.vid import VidFixture, make_header, make_vid, signing_key
from playhead.wire import fmp4, vid
from playhead.wire.vid import Flag, Kind


@dataclass
class Server:
    """A site with its web services running."""

    site: object
    portal: PortalService
    tokens: TokensService
    stop: object

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.portal.port}"

    @property
    def ports(self):
        return (self.portal.port, self.tokens.port)


@contextlib.asynccontextmanager
async def serving(folder):
    async with opened_site(folder) as site:
        await site.add_user("sue", MANAGER)
        player = site.player()
        tokens_listener = listen("127.0.0.1", 0)
        portal = PortalService(
            PortalConfig(),
            listen("127.0.0.1", 0),
            tls=None,
            catalogue=site.catalogue,
            keyring=site.keyring,
            control=site.control,
            audit=site.audit,
            clock=site.clock,
            token_port=tokens_listener.getsockname()[1],
            mounted=player.routes,
            passwords=site.passwords,
        )
        tokens = TokensService(
            TokensConfig(),
            tokens_listener,
            tls=None,
            catalogue=site.catalogue,
            keyring=site.keyring,
            signed_in=portal.sessions,
            audit=site.audit,
            clock=site.clock,
            portal_port=portal.port,
        )
        tasks = [asyncio.create_task(service.run()) for service in (player, portal, tokens)]

        async def stop():
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        try:
            yield Server(site, portal, tokens, stop)
        finally:
            await stop()


@pytest.fixture
async def server(tmp_path):
    async with serving(tmp_path) as running:
        yield running


@contextlib.asynccontextmanager
async def signed_in(server):
    """A browser on the portal's page, and what it was told at sign-in."""
    async with httpx.AsyncClient(base_url=server.origin, headers={"origin": server.origin}, timeout=20) as client:
        answer = await client.post("/api/session", json={"user": "sue", "password": PASSWORD})
        assert answer.status_code == 200
        client.headers["x-csrf-token"] = answer.json()["csrfToken"]
        client.session = answer.json()
        yield client


async def leave_for(client, recording):
    """The Authorization header for a recording's media."""
    wish = {"recording": str(recording), "actions": ["play", "live"]}
    answer = await client.post(client.session["tokenUrl"], json=wish)
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_sign_in_token_index_and_pictures(server):
    fixture = make_vid(seconds=5, site_private_key=server.site.keyring.recording_key)
    await server.site.add_fixture(fixture)
    async with signed_in(server) as client:
        (item,) = (await client.get("/api/recordings")).json()["items"]
        leave = await leave_for(client, item["id"])
        base = f"/media/{item['id']}"
        answer = await client.get(f"{base}/index", headers=leave)
        assert answer.headers["content-encoding"] == "gzip"
        (segment,) = answer.json()["segments"]
        init = await client.get(f"{base}/{segment['id']}/init?track=1&epoch=0", headers=leave)
        records = segment["pieces"]["1"]["record"]
        path = f"{base}/{segment['id']}/pieces?track=1&from={records[0]}&to={records[-1]}"
        pieces = await client.get(path, headers=leave)
        with av.open(io.BytesIO(init.content + pieces.content)) as container:
            pictures = [(frame.pts, number_of(frame)) for frame in container.decode(video=0)]
        assert pictures == [(picture.at_us, picture.number) for picture in fixture.pictures]
        server.site.clock.advance(66_000_000)
        expired = await client.get(f"{base}/index", headers=leave)
        assert (expired.status_code, expired.json()["error"]["code"]) == (401, "token.expired")
        assert (await client.get(f"{base}/index", headers=await leave_for(client, item["id"]))).status_code == 200


class LiveReader:
    """Takes a live stream apart."""

    def __init__(self, answer):
        self._chunks = answer.aiter_bytes()
        self._held = b""

    async def _take(self, size):
        while len(self._held) < size:
            self._held += await anext(self._chunks)
        data, self._held = self._held[:size], self._held[size:]
        return data

    async def next(self):
        head = await self._take(5)
        payload = await self._take(int.from_bytes(head[1:], "big"))
        return json.loads(payload) if head[0] == 1 else payload

    async def until(self, kind):
        async with asyncio.timeout(10):
            while True:
                message = await self.next()
                if isinstance(message, dict) and message["kind"] == kind:
                    return message


async def test_live_over_a_real_connection_and_the_workstation_knows(server):
    fixture = make_vid(seconds=5, site_private_key=server.site.keyring.recording_key)
    pieces = fixture.of_kind(Kind.PIECE)
    segment = await server.site.add_fixture(fixture, size=pieces[2].offset)
    recording = fixture.header.recording
    async with signed_in(server) as client:
        leave = await leave_for(client, recording)
        path = f"/media/{recording}/live?after={fixture.header.segment}:{pieces[1].header.sequence}"
        async with client.stream("GET", path, headers=leave) as answer:
            assert answer.headers["content-type"] == "application/octet-stream"
            reader = LiveReader(answer)
            assert (await reader.next())["kind"] == "progress"
            await server.site.grow(segment, fixture.data[pieces[2].offset :])
            assert (await reader.until("piece"))["record"] == pieces[2].header.sequence
            assert fmp4.parse_fragment(await reader.next()).base_time_us == pieces[2].header.media_time_us
            assert ("pc-1", "live_on", "") in server.site.control.asked
            await server.site.set_state(recording, RecordingState.COMPLETE, 1)
            server.site.control.publish(RecordingChanged(recording))
            while (await reader.until("state"))["state"] != "complete":
                pass
            with pytest.raises(StopAsyncIteration):
                await reader.next()


def large_fixture(site, pieces, size):
    """A segment of incompressible pictures: bytes that a slow viewer would have to wait for."""
    header, key = make_header("large", site_private_key=site.keyring.recording_key)
    small = make_vid("small", seconds=1)
    scanned = small.of_kind(Kind.INIT)[0]
    init = vid.open_at(small.read_at, small.data_key, scanned)
    writer = vid.Writer(header, key, signing_key())
    data = writer.start()
    data += writer.record(Kind.INIT, track=1, epoch=0, media_time_us=0, wall_time_us=0, body=init)
    for number in range(pieces):
        sample = fmp4.Sample(os.urandom(size), fmp4.HOLD_US, key=True)
        body = fmp4.fragment(sequence=number + 1, base_time_us=number * 1000, samples=[sample])
        times = {"media_time_us": number * 1000, "wall_time_us": 0}
        data += writer.record(Kind.PIECE, track=1, epoch=0, flags=Flag.KEY, body=body, **times)
    records = tuple(vid.Scanner().feed(data))
    return VidFixture(data, header, key, Ed25519PrivateKey.generate(), None, records, (), writer.covered_us)


async def test_a_viewer_that_does_not_read_costs_no_memory_and_goes_on_at_the_newest_key_frame(server):
    fixture = large_fixture(server.site, 120, 400_000)
    pieces = fixture.of_kind(Kind.PIECE)
    segment = await server.site.add_fixture(fixture, size=pieces[1].offset)
    recording = fixture.header.recording
    async with signed_in(server) as client:
        leave = await leave_for(client, recording)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.portal.port, limit=1 << 16)
    path = f"/media/{recording}/live?after={fixture.header.segment}:0"
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {leave['authorization']}\r\n\r\n"
    writer.write(request.encode())
    await reader.readuntil(b"progress")
    reader._transport.pause_reading()
    sent = metrics.MEDIA_BYTES.labels("live")
    before, growth = sent._value.get(), 4_000_000
    for at in range(pieces[1].offset, len(fixture.data), growth):
        await server.site.grow(segment, fixture.data[at : at + growth])
    assert sent._value.get() - before < 16_000_000  # of 48 MB: what lay in the buffers of the kernel and of HTTP
    reader._transport.resume_reading()
    async with asyncio.timeout(20):
        seen = b""
        while f'"record":{pieces[-1].header.sequence}'.encode() not in seen:
            seen = seen[-200:] + await reader.read(1 << 20)
    writer.close()
    assert metrics.RESYNCS._value.get() >= 1


async def test_changes_over_a_real_connection(server):
    async with signed_in(server) as client, client.stream("GET", "/api/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        fixture = make_vid(seconds=1)
        await server.site.add_fixture(fixture)
        server.site.control.publish(RecordingChanged(fixture.header.recording))
        async with asyncio.timeout(10):
            while not (line := await anext(lines)).startswith("event:"):
                pass
            assert line == "event: recordings"
            item = json.loads((await anext(lines)).removeprefix("data: "))
        assert item["id"] == str(fixture.header.recording)


async def test_open_streams_do_not_hold_up_a_stop(server):
    fixture = make_vid(seconds=1, sealed=False, site_private_key=server.site.keyring.recording_key)
    await server.site.add_fixture(fixture)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(signed_in(server))
        leave = await leave_for(client, fixture.header.recording)
        path = f"/media/{fixture.header.recording}/live"
        live = await stack.enter_async_context(client.stream("GET", path, headers=leave))
        changes = await stack.enter_async_context(client.stream("GET", "/api/events"))
        assert (live.status_code, changes.status_code) == (200, 200)
        await asyncio.wait_for(server.stop(), 4)
        for port in server.ports:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)


async def say(port, data, *, end=False):
    """Everything a port answers until it closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(data)
        if end:
            writer.write_eof()
        async with asyncio.timeout(3.0):
            while portion := await reader.read(1 << 16):
                answer += portion
                head, found, body = answer.partition(b"\r\n\r\n")
                if found and f"content-length: {len(body)}".encode() in head.lower():
                    break
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        writer.close()
    return answer


SILENCE = (0, "")
"""The connection was closed without a word."""


def status_and_code(answer):
    if not answer:
        return SILENCE
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    return status, json.loads(body)["error"]["code"] if body else ""


def get(path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(path, body, *headers):
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


ZEROS = "00000000-0000-0000-0000-000000000000"
BAD = [
    (b"\x00" * 100, {(400, "")}),
    (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x11" * 150, {(400, "")}),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {SILENCE}),
    (get("/" + "a" * 1100), {(414, "http.uri_length")}),
    (get("/?" + "a" * 2100), {(414, "http.uri_length")}),
    (get("/", "X: " + "a" * 17_000), {(431, "http.header_length")}),
    (get("/", "X: " + "a" * 300_000), {(431, "")}),
    (get("/", *(f"X{n}: a" for n in range(200))), {(431, "")}),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {(421, "http.host")}),
    (b"GET / HTTP/1.1\r\n\r\n", {(421, "http.host")}),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", {(421, "http.host"), (400, "")}),
    (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", {(421, "http.host")}),
    (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", {(405, "http.method"), (400, "http.path")}),
    (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", {(405, "http.method"), (404, "http.path")}),
    (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", {(400, "http.path")}),
    (get("/../../etc/passwd"), {(400, "http.path")}),
    (get("/%2e%2e/%2e%2e/etc/passwd"), {(400, "http.path")}),
    (get("/assets/..%2f..%2fservice.py"), {(400, "http.path")}),
    (get("/assets/%2e%2e%5c%2e%2e%5cservice.py"), {(400, "http.path")}),
    (get("/a%00b"), {(400, "http.path")}),
    (get("/%ff%fe"), {(400, "http.path")}),
    (get("//evil.example/"), {(400, "http.path")}),
    (get("/a%0d%0aSet-Cookie:%20x=1"), {(400, "http.path")}),
    (post("/x", b"a" * 33_000, "Content-Length: 33000"), {(413, "http.body_length")}),
    (post("/x", b"", "Content-Length: 99999999999999"), {(413, "http.body_length")}),
    (post("/x", b"", "Content-Length: -1"), {(400, "")}),
    (post("/x", b"", "Content-Length: 18446744073709551616"), {(400, "")}),
    (post("/x", b"zz\r\n", "Transfer-Encoding: chunked"), {(400, ""), (400, "http.cut"), SILENCE}),
    (post("/x", b"8400\r\n" + b"a" * 0x8400, "Transfer-Encoding: chunked"), {(413, "http.body_length")}),
]


@pytest.mark.parametrize(("data", "expected"), [pytest.param(*row, id=repr(row[0][:40])) for row in BAD])
async def test_what_strangers_send_is_refused_plainly_and_harms_nobody(server, data, expected):
    async with signed_in(server) as client:
        for port in server.ports:
            answer = await say(port, data)
            assert status_and_code(answer) in expected
            for word in (b"Traceback", b"playhead/", b".py", b"granian", b"Exception"):
                assert word not in answer
        assert (await client.get("/api/session")).status_code == 200


async def test_bodies_that_do_not_come_are_given_up(server, monkeypatch):
    monkeypatch.setattr(guard, "BODY_TIMEOUT_S", 0.1)
    for port, path in zip(server.ports, ("/api/session", "/token"), strict=True):
        answer = await say(port, post(path, b'{"user":', "Content-Length: 100"))
        assert status_and_code(answer) == (408, "http.slow")
        cut = await say(port, post(path, b'{"user":', "Content-Length: 100"), end=True)
        assert cut == b"" or status_and_code(cut)[0] == 400


async def test_tokens_and_cookies_that_are_nonsense(server):
    portal, tokens = server.ports
    for authorization in ("Bearer x.y.z", "Bearer " + "A" * 3000, "Bearer \xff\xfe", "Bearer eyJhbGciOiJub25lIn0.e30."):
        answer = await say(portal, get(f"/media/{ZEROS}/index", f"Authorization: {authorization}"))
        status, code = status_and_code(answer)
        assert (status, code.partition(".")[0]) == (401, "token")
        answer = await say(portal, get("/api/recordings", f"Authorization: {authorization}"))
        assert status_and_code(answer)[0] == 401
    for cookie in ("x", "x" * 43, "x" * 9000, "\xff" * 43, '"; drop table users; --'):
        body = json.dumps({"recording": ZEROS, "actions": ["play"]}).encode()
        request = post("/token", body, f"Content-Length: {len(body)}", f"Cookie: {COOKIE}={cookie}")
        assert status_and_code(await say(tokens, request)) == (401, "session.none")


async def test_a_crowd_of_connections_that_say_nothing_keeps_nobody_out(server):
    crowd = [await asyncio.open_connection("127.0.0.1", port) for port in server.ports for _ in range(100)]
    async with signed_in(server) as client:
        assert (await client.get("/healthz")).status_code == 200
    for _, writer in crowd:
        writer.close()
