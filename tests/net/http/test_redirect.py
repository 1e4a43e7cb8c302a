"""The port that only redirects: to plain callers and to those who come by TLS already."""

import asyncio
import contextlib
import ssl

import pytest

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError
from playhead.net.http import redirect as redirect_module
from playhead.net.http.certificates import own_certificate
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.redirect import Redirection, RedirectServer
from playhead.net.http.server import TlsFiles
from playhead.net.listener import listen

HOSTS = AllowedHosts(frozenset({"recorder.example"}))


def head(line="GET /recordings?agent=jo HTTP/1.1", *headers, host="recorder.example:2020"):
    return "\r\n".join([line, f"Host: {host}", *headers, "", ""]).encode()


@pytest.mark.parametrize(
    ("port", "host", "origin"),
    [
        (443, "recorder.example:2020", "https://recorder.example"),
        (443, "RECORDER.example", "https://recorder.example"),
        (8443, "recorder.example:2020", "https://recorder.example:8443"),
        (443, "192.0.2.1:2020", "https://192.0.2.1"),
        (443, "[2001:db8::1]:2020", "https://[2001:db8::1]"),
    ],
)
def test_a_page_is_found_at_the_same_path_over_https(port, host, origin):
    answer = Redirection(HOSTS, port).answer(head(host=host)).decode()
    assert answer.startswith("HTTP/1.1 308 ")
    assert f"\r\nlocation: {origin}/recordings?agent=jo\r\n" in answer


@pytest.mark.parametrize(
    ("request_head", "status", "code"),
    [
        (head(host="evil.example"), 421, "http.host"),
        (head(host="evil.example/recorder.example"), 421, "http.host"),
        (head("POST /api/session HTTP/1.1"), 403, "http.plain"),
        (head("GET http://evil.example/ HTTP/1.1"), 400, "http.request"),
        (head("GET / HTTP/1.1", "Host: recorder.example"), 400, "http.request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "http.request"),
        (head("GET /\u00e4 HTTP/1.1"), 400, "http.request"),
        (b"\0\0\0\r\n\r\n", 400, "http.request"),
    ],
)
def test_nothing_else_is_sent_anywhere(request_head, status, code):
    answer = Redirection(HOSTS, 443).answer(request_head).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert code in answer
    assert "location" not in answer


def test_a_path_of_two_slashes_stays_on_this_host():
    answer = Redirection(HOSTS, 443).answer(head("GET //evil.example/ HTTP/1.1")).decode()
    assert "location: https://recorder.example//evil.example/\r\n" in answer


@pytest.fixture
async def server(tmp_path):
    files = own_certificate(tmp_path, [], SystemClock())
    made = RedirectServer(listen("127.0.0.1", 0), tls=files, port=443, hosts=HOSTS)
    made.trust = ssl.create_default_context(cafile=files.certificate)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def say(server, data, *, tls):
    reader, writer = await asyncio.open_connection("localhost", server.port, ssl=server.trust if tls else None)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("tls", [False, True])
async def test_plain_callers_and_those_with_tls_are_answered_alike(server, tls):
    assert b"location: https://localhost/x\r\n" in await say(server, head("GET /x HTTP/1.1", host="localhost"), tls=tls)


async def test_the_slow_the_long_and_the_odd_get_nothing_and_take_no_place(server, monkeypatch):
    monkeypatch.setattr(redirect_module, "WITHIN_S", 0.2)
    monkeypatch.setattr(redirect_module, "CONNECTIONS_MAX", 2)
    for data in (b"", b"GET / HT", b"\x16\x03\x01", b"GET /" + b"a" * 2 * redirect_module.HEAD_BYTES_MAX):
        assert await say(server, data, tls=False) == b""
    silent = [await asyncio.open_connection("localhost", server.port) for _ in range(4)]
    for reader, writer in silent:
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.transport.abort()
    assert b"308" in await say(server, head(host="localhost"), tls=False)


async def test_a_renewed_certificate_is_shown_and_one_that_cannot_be_used_is_not(server, tmp_path):
    (tmp_path / "other").mkdir()
    renewed = own_certificate(tmp_path / "other", [], SystemClock()).certificate
    request = head(host="localhost")
    shown = server._files.certificate
    shown.write_bytes(b"nonsense")
    assert b"308" in await say(server, request, tls=True)
    shown.write_bytes(renewed.read_bytes())
    server.trust = ssl.create_default_context(cafile=renewed)
    assert b"308" in await say(server, request, tls=True)


def test_files_that_are_no_certificate_are_said_plainly(tmp_path):
    (tmp_path / "a").write_text("nonsense")
    with listen("127.0.0.1", 0) as listener, pytest.raises(InvalidInputError) as caught:
        RedirectServer(listener, tls=TlsFiles(tmp_path / "a", tmp_path / "a"), port=443, hosts=HOSTS)
    assert caught.value.code == "net.tls_files"
