"""What stands before each of our ASGI applications: it refuses what no application should see.

Unknown hosts, odd paths, methods nobody serves, bodies too long or too slow end here. Every answer gets the security
headers, every error the one shape, and no stack trace leaves the process.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, PlayheadError, RefusedError, UnavailableError
from playhead.net.http.errors import METHODS, error_response
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.hosts import AllowedHosts, HostHeader
from playhead.net.http.metrics import REQUESTS, SECONDS_TO_ANSWER
from playhead.net.http.server import AsgiApp, Message, Receive, Scope, Send

PATH_CHARS_MAX: Final = 1_024
"""Our longest path has two UUIDs and some words: under 150."""

QUERY_BYTES_MAX: Final = 2_048
"""Our longest query is a question to the library with all its filters; a kept one has up to 2,000."""

HEADER_BYTES_MAX: Final = 16 * 1024
"""Names and values of a request's headers; a browser's take 1 to 2 KiB, with cookies of other programs some more."""

BODY_BYTES_MAX: Final = 32 * 1024
"""The longest body we take names 500 recordings: under 20 KiB. It is held in memory, whole."""

BODY_TIMEOUT_S: Final = 10.0
"""From the headers to the last byte of the body."""

_BAD_IN_PATH: Final = re.compile(r"[\x00-\x1f\x7f\\\ufffd]|(?:^|/)\.{1,2}(?:/|$)|//")

_log = structlog.get_logger()


def _nowhere(_host: HostHeader) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How one application is guarded."""

    service: str
    """Its name in metrics and logs."""
    clock: Clock
    policy: SecurityPolicy
    hosts: AllowedHosts = field(default_factory=AllowedHosts.of_this_machine)
    connect: Callable[[HostHeader], Sequence[str]] = _nowhere
    """Origins that a page may talk to beside its own, told from the name it was called by."""


def guarded(app: AsgiApp, guard: Guard) -> AsgiApp:
    """``app`` behind its guard."""

    async def behind_guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = _Answer(scope, send, guard)
        try:
            host = _checked(scope, guard.hosts)
            answer.headers = guard.policy.headers(guard.connect(host))
            body = await _whole_body(scope, receive)
            await app(scope, _replayed(body, receive), answer.send)
        except PlayheadError as error:
            await answer.refuse(error)
        except Exception as error:  # noqa: BLE001 - the border: whatever went wrong, the peer sees one shape
            _log.error("request failed", service=guard.service, path=scope["path"], exc_info=error)
            await answer.refuse(UnavailableError("internal.error", "Something went wrong here, and was noted."))

    return behind_guard


class _Answer:
    """Adds the headers to an answer, and knows whether it has begun and ended."""

    def __init__(self, scope: Scope, send: Send, guard: Guard) -> None:
        self._scope = scope
        self._send = send
        self._guard = guard
        self._asked_at_us = guard.clock.monotonic_us()
        self._begun = False
        self._ended = False
        self.headers = SecurityPolicy(page=False).headers()

    async def send(self, message: Message) -> None:
        """ASGI ``send``."""
        if message["type"] == "http.response.start":
            self._begun = True
            own: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            named = {name.lower() for name, _ in own}
            rest = ((name.encode(), value.encode()) for name, value in self.headers.items())
            message = {**message, "headers": own + [pair for pair in rest if pair[0] not in named]}
            self._count(message["status"])
        elif message["type"] == "http.response.body":
            self._ended = not message.get("more_body", False)
        await self._send(message)

    async def refuse(self, error: PlayheadError) -> None:
        """Answer with an error; where an answer is under way, break it off."""
        if self._ended:
            return
        if self._begun:
            raise error
        await error_response(error)(self._scope, _nothing_received, self.send)

    def _count(self, status: int) -> None:
        method = self._scope["method"] if self._scope["method"] in METHODS else "other"
        seconds = (self._guard.clock.monotonic_us() - self._asked_at_us) / 1e6
        REQUESTS.labels(self._guard.service, method, str(status)).inc()
        SECONDS_TO_ANSWER.labels(self._guard.service).observe(seconds)
        path = self._scope["path"][:PATH_CHARS_MAX]
        _log.debug("request", service=self._guard.service, method=method, path=path, status=status, seconds=seconds)


async def _nothing_received() -> Message:
    return {"type": "http.disconnect"}


def _checked(scope: Scope, hosts: AllowedHosts) -> HostHeader:
    if scope["method"] not in METHODS:
        raise InvalidInputError("http.method", "This method is not served here.")
    if len(scope["path"]) > PATH_CHARS_MAX or len(scope["query_string"]) > QUERY_BYTES_MAX:
        raise LimitError("http.uri_length", "The address is too long.")
    if not scope["path"].startswith("/") or _BAD_IN_PATH.search(scope["path"]):
        raise InvalidInputError("http.path", "There is no such path.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES_MAX:
        raise LimitError("http.header_length", f"Headers take at most {HEADER_BYTES_MAX} bytes.")
    named = [value for name, value in scope["headers"] if name == b"host"]
    host = hosts.allow(named[0].decode("latin-1")) if len(named) == 1 else None
    if host is None:
        hint = "Use its address, or add the name to the configuration (portal.names)."
        raise RefusedError("http.host", "This server is not known by that name.", hint=hint)
    return host


async def _whole_body(scope: Scope, receive: Receive) -> bytes:
    """The request's body, within its limits of length and time.

    Raises:
        LimitError: ``http.body_length``.
        InvalidInputError: ``http.slow``, ``http.cut``.
    """
    too_long = LimitError("http.body_length", f"A request body takes at most {BODY_BYTES_MAX} bytes.")
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > BODY_BYTES_MAX):
            raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise InvalidInputError("http.cut", "The request broke off.")
                body += message.get("body", b"")
                if len(body) > BODY_BYTES_MAX:
                    raise too_long
                more = message.get("more_body", False)
    except TimeoutError:
        raise InvalidInputError("http.slow", f"The request did not arrive within {BODY_TIMEOUT_S:.0f} s.") from None
    return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return receive_again
