"""The web ports as a browser on this machine sees them: who answers, over which TLS, and what is between."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import httpx2
import msgspec
from cryptography import x509

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.instants import wall_us
from playhead.environment.doctor.checks.link import look_at_clock, shown_certificate
from playhead.environment.doctor.checks.reaching import Failure, Reached, Shaken, hear, reach, shake
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.findings import Finding
from playhead.environment.ports import Service
from playhead.net.http.echo import MARK, PATH, SEEN_S, Arrived, Seen

ANSWER_S: Final = 2.0
ANSWER_BYTES_MAX: Final = 16 * 1024
LINE_CHARS_MAX: Final = 1024
DATE_US: Final = 1_500_000
"""A ``Date`` header is of whole seconds (RFC 9110 §5.6.7), and half a second for the way."""
OURS: Final = "playhead"
"""``Server`` of every answer of ours."""
OK: Final = 200
MOVED: Final = 308

SENT: Final = {
    "accept": "text/event-stream",
    "authorization": "Bearer none",
    "cookie": "playhead_doctor=1",
    "if-none-match": '"none"',
    "range": "bytes=0-",
    "x-csrf-token": "none",
    "x-playhead-page": "doctor",
}
"""The headers that pages and players of ours rely on; nothing of it opens anything."""
WANTED: Final = ("cache-control", "content-security-policy", "x-content-type-options", "x-frame-options")
"""Of every answer of the portal; and its entity tag."""
ADDED: Final = ("via", "forwarded", "x-forwarded-for")


@dataclass(frozen=True, slots=True)
class Web:
    """A web port."""

    target: Target
    certificate: bytes
    """SHA-256 of the one that the server says it shows; empty where that is not known, or it speaks plain."""
    is_told: bool
    """Whether the server itself said so, over the enrolled link."""

    @property
    def host(self) -> str:
        """``Host`` header (RFC 9110 §7.2)."""
        return str(Address(self.target.host, self.target.port))

    def url(self, path: str, *, secure: bool) -> str:
        """By number, so that no name is looked up again."""
        return f"{'https' if secure else 'http'}://{self.target.numeric}{path}"


async def look_at_web(web: Web, *, clock: Clock) -> Sequence[Finding]:
    """The portal's port: answers over the right transport, and everything between lets pages work."""
    target = web.target
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)
    secure = target.service is Service.HTTPS
    found = await _tls(web, reached, clock) if secure else []
    if not secure:
        reached.close()
    if any(one.code.startswith(("port.", "tls.failed")) for one in found):
        return found
    try:
        async with _client(web) as client:
            return [*found, *await _pages(web, client, clock, secure=secure)]
    except (httpx2.HTTPError, ValueError, TimeoutError, OSError) as error:
        return [*found, await _foreign(web, error)]


async def look_at_tokens(web: Web, *, clock: Clock) -> Sequence[Finding]:
    """The token service's port: refuses a stranger in our words."""
    target = web.target
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)
    secure = bool(web.certificate)
    found: list[Finding] = []
    if secure:
        found = await _tls(web, reached, clock)
    elif not web.is_told:
        shaken = await shake(reached.connection, _trusting())
        secure = bool(shaken.certificate)
    reached.close()
    if any(one.code.startswith(("port.", "tls.failed")) for one in found):
        return found
    try:
        async with _client(web) as client, asyncio.timeout(ANSWER_S):
            answer = await _ask(client, "POST", web.url("/token", secure=secure), b"{}")
    except (httpx2.HTTPError, ValueError, TimeoutError, OSError) as error:
        return [*found, await _foreign(web, error)]
    if answer.code == "http.host":
        return [*found, target.find("web.host_unknown", f"The token service does not know the name {target.host}.")]
    if answer.code != "session.none":
        text = f"It answers {answer.status} as {answer.server or 'nobody'}, and not as ours."
        return [*found, target.find("port.foreign", text, said=answer.server)]
    return [*found, target.find("port.reached", "The token service answers, and gives strangers nothing.")]


async def look_at_front(web: Web, *, clock: Clock) -> Sequence[Finding]:
    """A port that shows each of many portals to whoever calls it by its name: that it is ours, and its TLS."""
    target = web.target
    reached = await reach(target.numeric)
    if reached.connection is None:
        return target.unreached(reached)
    secure = bool(web.certificate)
    found = await _tls(web, reached, clock) if secure else []
    reached.close()
    if any(one.code.startswith(("port.", "tls.failed")) for one in found):
        return found
    try:
        async with _client(web) as client, asyncio.timeout(ANSWER_S):
            answer = await _ask(client, "GET", web.url("/healthz", secure=secure))
    except (httpx2.HTTPError, ValueError, TimeoutError, OSError) as error:
        return [*found, await _foreign(web, error)]
    if not secure and not answer.code and "problems" not in answer.told:  # over TLS the certificate has proven it
        text = f"It answers {answer.status} as {answer.server or 'nobody'}, and not as ours."
        return [*found, target.find("port.foreign", text, said=answer.server)]
    return [*found, target.find("port.reached", "The portals answer.")]


def _client(web: Web) -> httpx2.AsyncClient:
    headers = {"host": web.host, "user-agent": "playhead-doctor"}
    return httpx2.AsyncClient(verify=_trusting(), trust_env=False, headers=headers, timeout=ANSWER_S)


def _trusting() -> ssl.SSLContext:
    """Trusts everybody: whose certificate it is has its own finding, and nothing secret is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _tls(web: Web, reached: Reached, clock: Clock) -> list[Finding]:
    """Who is at the other end of TLS; consumes the connection."""
    target = web.target
    assert reached.connection is not None  # noqa: S101 - the caller has looked
    shaken = await shake(reached.connection, _trusting(), name=_name(target.host))
    if shaken.failure is not None:
        return [await _no_tls(target, shaken)]
    shown = x509.load_der_x509_certificate(shaken.certificate)
    issuer = shown.issuer.rfc4514_string()
    if web.certificate and hashlib.sha256(shaken.certificate).digest() != web.certificate:
        text = f"The certificate shown is issued by {issuer}, and is not the one that the server has."
        return [target.find("tls.intercepted", text, issuer=issuer)]
    found = list(shown_certificate(target, shaken.certificate, clock))
    if not found and not await _is_trusted(target):
        text = f"This machine does not trust the certificate of {issuer} for {target.host}."
        found.append(target.find("web.untrusted", text, issuer=issuer))
    return found


async def _no_tls(target: Target, shaken: Shaken) -> Finding:
    if shaken.failure is Failure.SILENT:
        return target.find("port.silent", f"It takes the connection, and does not answer TLS ({shaken.reason}).")
    said = await hear(target.numeric)
    if said:
        return target.find("port.foreign", f"It speaks no TLS, and says {said!r}.", said=said)
    return target.find("tls.failed", f"The TLS handshake fails: {shaken.reason}.")


async def _is_trusted(target: Target) -> bool:
    """Whether this machine's own list of authorities, and the name, make a browser that uses it content."""
    context = ssl.create_default_context()
    reached = await reach(target.numeric)
    if reached.connection is None:
        return True  # it was there a moment ago: nothing to say
    shaken = await shake(reached.connection, context, name=target.host)
    return "VERIFY FAILED" not in shaken.reason.upper()


async def _pages(web: Web, client: httpx2.AsyncClient, clock: Clock, *, secure: bool) -> Sequence[Finding]:
    target = web.target
    async with asyncio.timeout(ANSWER_S):
        answer = await _ask(client, "GET", web.url("/healthz", secure=secure))
    if answer.code == "http.host":
        return [target.find("web.host_unknown", f"The portal does not know the name {target.host}.")]
    if not secure and answer.status == MOVED and answer.server == OURS:
        return [target.find("port.reached", f"It leads to {answer.headers.get('location', '')[:200]}.")]
    if not {"status", "version", "problems"} <= set(answer.told):
        text = f"It answers {answer.status} as {answer.server or 'nobody'}, and not as the portal."
        return [target.find("port.foreign", text, said=answer.server)]
    return [*_clock(target, answer.headers, clock), *await _between(web, client, secure=secure)]


def _clock(target: Target, headers: Mapping[str, str], clock: Clock) -> Sequence[Finding]:
    """The clock, as far as a header tells it; worth saying only where it is wrong."""
    try:
        told_us = wall_us(parsedate_to_datetime(headers["date"]))
    except (KeyError, ValueError, TypeError):
        return []
    found = look_at_clock(target, told_us - clock.wall_us(), within_us=DATE_US)
    return [found] if found.code == "clock.skew" else []


async def _between(web: Web, client: httpx2.AsyncClient, *, secure: bool) -> Sequence[Finding]:
    """What becomes of headers and of an answer in pieces (`playhead.net.http.echo`)."""
    target, url = web.target, web.url(PATH, secure=secure)
    async with (
        asyncio.timeout(SEEN_S + ANSWER_S),
        client.stream("GET", url, headers=SENT, timeout=SEEN_S + 1) as answer,
    ):
        if answer.status_code != OK:
            return [target.find("port.reached", f"The portal answers; it did not echo ({answer.status_code}).")]
        events = _events(answer)
        arrived = msgspec.json.decode(await anext(events), type=Arrived)
        await client.get(url, params={"seen": arrived.number})
        seen = msgspec.json.decode(await anext(events), type=Seen)
        found = _headers(target, answer.headers, arrived)
    if not seen.seen:
        text = f"The first piece of an answer came only when the answer was whole, after {SEEN_S:g} s."
        found.append(target.find("web.buffered", text))
    if not any(one.code in {"web.buffered", "web.headers_stripped"} for one in found):
        found.append(target.find("web.reached", "Headers arrive whole, and answers piece by piece."))
    return found


async def _events(answer: httpx2.Response) -> AsyncIterator[str]:
    length = 0
    async for line in answer.aiter_lines():
        length += len(line)
        if length > LINE_CHARS_MAX:
            raise ValueError("The answer is longer than any of ours.")
        if line.startswith("data: "):
            yield line.removeprefix("data: ")
    raise ValueError("The answer broke off.")


def _headers(target: Target, headers: Mapping[str, str], arrived: Arrived) -> list[Finding]:
    lost_there = sorted(set(SENT) - set(arrived.headers))
    lost_here = [name for name in WANTED if name not in headers] + ([] if headers.get("etag") == MARK else ["etag"])
    found: list[Finding] = []
    if lost_there or lost_here:
        ways: list[str] = []
        if lost_there:
            ways.append(f"{', '.join(lost_there)} did not arrive at the server")
        if lost_here:
            ways.append(f"{', '.join(lost_here)} did not come back")
        lost = ", ".join([*lost_there, *lost_here])
        found.append(target.find("web.headers_stripped", f"Headers are lost: {'; '.join(ways)}.", lost=lost))
    added = [name for name in ADDED if name in arrived.headers or name in headers]
    if added:
        via = headers.get("via", "")[:120]
        words = f"A proxy is between{f' ({via})' if via else ''}: {', '.join(added)} was added."
        found.append(target.find("web.proxied", words, via=via))
    return found


async def _foreign(web: Web, error: Exception) -> Finding:
    """No HTTP, or none that ends."""
    said = await hear(web.target.numeric)
    if not said and isinstance(error, TimeoutError | httpx2.TimeoutException):
        return web.target.find("port.silent", f"It takes the connection, and does not answer within {ANSWER_S:g} s.")
    words = f"Another program answers: {said!r}." if said else f"What answers is not ours ({error})."
    return web.target.find("port.foreign", words[:500], said=said)


@dataclass(frozen=True, slots=True)
class _Answer:
    """To a short question."""

    status: int
    headers: Mapping[str, str]
    told: Mapping[str, Any]
    """Its JSON; empty where it is none."""

    @property
    def server(self) -> str:
        """What it calls itself."""
        return self.headers.get("server", "")[:120]

    @property
    def code(self) -> str:
        """Of an error in our shape; empty where it is none."""
        error = self.told.get("error")
        return str(cast("dict[str, object]", error).get("code", "")) if isinstance(error, dict) else ""


async def _ask(client: httpx2.AsyncClient, method: str, url: str, body: bytes = b"") -> _Answer:
    """Ask, and read no more of the answer than any of ours has."""
    headers = {"content-type": "application/json"} if body else {}
    async with client.stream(method, url, content=body, headers=headers) as answer:
        data = b""
        async for part in answer.aiter_bytes():
            data += part
            if len(data) > ANSWER_BYTES_MAX:
                break
        try:
            told: Any = msgspec.json.decode(data)
        except msgspec.MsgspecError:
            told = None
        known = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
        return _Answer(answer.status_code, dict(answer.headers), known)


def _name(host: str) -> str | None:
    """For the server name of TLS, which may be no address (RFC 6066 §3)."""
    return None if Address(host, 0).host.replace(".", "").isdigit() or ":" in host else host
