"""The web ports: what is right, and what proxies and others do to them."""

import asyncio
import contextlib
import hashlib
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from environment.doctor.faults import (
    codes,
    foreign_tls,
    free_port,
    greet,
    impatient,
    mute,
    only,
    relay,
    serving,
    target,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError
from playhead.environment.doctor.checks import web as checks
from playhead.environment.doctor.checks.web import SENT, Web, look_at_tokens, look_at_web
from playhead.environment.ports import Service
from playhead.net.http import echo
from playhead.net.http.certificates import own_certificate
from playhead.net.http.echo import Echoes
from playhead.net.http.errors import error_response
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.hosts import AllowedHosts
from playhead.net.http.server import HttpServer
from playhead.net.listener import listen


async def health(_request: Request):
    return JSONResponse({"status": "ok", "version": "1", "problems": []})


async def token(_request: Request):
    return error_response(RefusedError("session.none", "You are not signed in."))


@contextlib.asynccontextmanager
async def portal(folder, *, secure=False, hosts=None):
    """What the portal's and the token service's ports are made of; port and certificate."""
    app = Starlette(routes=[Route("/healthz", health), Route("/token", token, methods=["POST"]), Echoes().route])
    guard = Guard(
        service="portal", clock=SystemClock(), policy=SecurityPolicy(page=True), hosts=hosts or AllowedHosts()
    )
    folder.mkdir(exist_ok=True)
    tls = own_certificate(folder, (), SystemClock()) if secure else None
    server = HttpServer(guarded(app, guard), listen("127.0.0.1", 0), clock=SystemClock(), tls=tls, grace_s=0.1)
    running = asyncio.create_task(server.run())
    shown = b""
    if tls is not None:
        loaded = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
        shown = hashlib.sha256(loaded.public_bytes(Encoding.DER)).digest()
    try:
        yield server.port, shown
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def web(port, service=Service.PORTAL, certificate=b"", *, is_told=True, host="127.0.0.1"):
    return Web(target(port, service, host), certificate, is_told=is_told)


async def tokens_at(at):
    return await look_at_tokens(at, clock=SystemClock())


async def look(at):
    return await look_at_web(at, clock=SystemClock())


async def test_the_portal_in_plain_and_over_tls(tmp_path):
    async with portal(tmp_path) as (port, _):
        assert codes(await look(web(port))) == ["web.reached"]
    async with portal(tmp_path, secure=True) as (port, certificate):
        found = await look(web(port, Service.HTTPS, certificate))
    assert sorted(codes(found)) == ["web.reached", "web.untrusted"]  # an authority of its own, that nobody installed
    assert "playhead premises web-authority" in only(found, "web.untrusted").mend


async def test_a_name_that_the_portal_does_not_know(tmp_path):
    async with portal(tmp_path) as (port, _):
        assert codes(await look(web(port, host="recorder.example"))) == ["web.host_unknown"]
        at = web(port, Service.TOKENS, host="recorder.example")
        assert codes(await tokens_at(at)) == ["web.host_unknown"]


async def test_tokens(tmp_path):
    async with portal(tmp_path) as (port, _):
        assert codes(await tokens_at(web(port, Service.TOKENS))) == ["port.reached"]
        assert codes(await tokens_at(web(port, Service.TOKENS, is_told=False))) == ["port.reached"]
    async with portal(tmp_path, secure=True) as (port, certificate):
        found = await tokens_at(web(port, Service.TOKENS, certificate))
    assert "port.reached" in codes(found)


async def test_tls_that_somebody_opens_on_the_way(tmp_path):
    inspector = foreign_tls(tmp_path / "inspector")
    async with portal(tmp_path / "portal") as (port, _), serving(relay(port), inspector) as intercepted:
        found = await look(web(intercepted, Service.HTTPS, certificate=b"c" * 32))
        assert only(found, "tls.intercepted").evidence["issuer"] == "CN=Inspector of the Network"
        tokens = await tokens_at(web(intercepted, Service.TOKENS, certificate=b"c" * 32))
        assert "tls.intercepted" in codes(tokens)


async def test_a_proxy_that_holds_answers_back(tmp_path, monkeypatch):
    monkeypatch.setattr(echo, "SEEN_S", 0.3)

    async def proxy(reader, writer):
        """Takes the whole answer before it passes anything on."""
        head = await reader.readuntil(b"\r\n\r\n")
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        there_writer.write(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        writer.write(await there_reader.read())
        await writer.drain()
        there_writer.close()

    async with portal(tmp_path) as (port, _), serving(proxy) as proxied:
        held = only(await look(web(proxied)), "web.buffered")
    assert "proxy_buffering off" in held.mend


async def test_a_proxy_that_takes_headers_away(tmp_path):
    def without(*names):
        async def change(data):
            head, end, body = data.partition(b"\r\n\r\n")
            if not head.startswith((b"GET ", b"HTTP/")):
                return data
            lines = head.split(b"\r\n")
            kept = [line for line in lines if line.partition(b":")[0].lower() not in names]
            return b"\r\n".join([*kept, b"via: 1.1 middle"]) + end + body

        return change

    async with portal(tmp_path) as (port, _):
        talk = relay(port, up=without(b"range", b"authorization"), down=without(b"etag", b"content-security-policy"))
        async with serving(talk) as proxied:
            found = await look(web(proxied))
    stripped = only(found, "web.headers_stripped")
    assert stripped.evidence["lost"] == "authorization, range, content-security-policy, etag"
    assert "1.1 middle" in only(found, "web.proxied").message


async def test_who_is_there_instead(monkeypatch):
    impatient(monkeypatch)
    monkeypatch.setattr("playhead.environment.doctor.checks.web.ANSWER_S", 1.0)

    async def other(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-length: 2\r\n\r\nhi")
        await writer.drain()

    async with serving(other) as port:
        (found,) = await look(web(port))
        assert (found.code, found.evidence["said"]) == ("port.foreign", "nginx")
        (found,) = await tokens_at(web(port, Service.TOKENS))
        assert (found.code, found.evidence["said"]) == ("port.foreign", "nginx")
    async with serving(greet) as port:
        assert codes(await look(web(port))) == ["port.foreign"]
        assert codes(await look(web(port, Service.HTTPS))) == ["port.foreign"]
    assert codes(await look(web(free_port()))) == ["port.refused"]


async def test_a_port_that_says_nothing(monkeypatch):
    impatient(monkeypatch)
    monkeypatch.setattr("playhead.environment.doctor.checks.web.ANSWER_S", 0.3)
    async with serving(mute) as port:
        assert codes(await look(web(port))) == ["port.silent"]
        assert codes(await look(web(port, Service.HTTPS))) == ["port.silent"]
        assert codes(await tokens_at(web(port, Service.TOKENS))) == ["port.silent"]


async def test_a_server_whose_clock_is_wrong(tmp_path):
    async def yesterday(data):
        lines = data.split(b"\r\n")
        return b"\r\n".join(
            b"date: Mon, 01 Jan 2024 00:00:00 GMT" if line.lower().startswith(b"date:") else line for line in lines
        )

    async with portal(tmp_path) as (port, _), serving(relay(port, down=yesterday)) as late:
        found = await look(web(late))
    assert "days ahead of the server's" in only(found, "clock.skew").message


async def test_an_answer_without_end_is_not_read_to_it():
    async def endless(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(4096))
            await writer.drain()

    async with serving(endless) as port:
        assert codes(await look(web(port))) == ["port.foreign"]
    assert SENT["authorization"] == "Bearer none"  # nothing secret is ever sent to strangers


class InYears(SystemClock):
    """Of a time when every certificate here has ended."""

    def wall_us(self):
        return super().wall_us() + 10 * 365 * 86_400_000_000


async def test_a_certificate_that_has_ended(tmp_path):
    async with portal(tmp_path, secure=True) as (port, certificate):
        at = web(port, Service.HTTPS, certificate)
        ended = only(await look_at_web(at, clock=InYears()), "certificate.ended")
    assert ended.subject == f"certificate of {port} https → 127.0.0.1"


async def test_a_server_that_is_slow_over_tls_is_no_other_program(tmp_path, monkeypatch):
    async def stuck(_reader, _writer):
        await asyncio.Event().wait()

    tls = own_certificate(tmp_path, (), SystemClock())
    shown = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    certificate = hashlib.sha256(shown.public_bytes(Encoding.DER)).digest()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    monkeypatch.setattr(checks, "ANSWER_S", 0.3)
    async with serving(stuck, context) as port:
        for service, look_at in ((Service.HTTPS, look), (Service.TOKENS, tokens_at)):
            found = await look_at(web(port, service, certificate))
            assert "port.silent" in codes(found)
            assert "port.foreign" not in codes(found)
