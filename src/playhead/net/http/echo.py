"""What a doctor asks a web port: which headers arrive, and whether an answer comes piece by piece.

``GET /echo`` answers with two server-sent events. The first names the headers that arrived, never their values, and a
number; the second comes once ``GET /echo?seen=NUMBER`` has said that the first was seen, or after `SEEN_S` without.
So a proxy that holds answers back until they are whole is told from a slow machine without a look at a clock.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from playhead.base.errors import UnavailableError

PATH: Final = "/echo"
SEEN_S: Final = 3.0
"""How long the first event may take to be seen."""
ECHOES_MAX: Final = 32
"""At a time, of all callers: each is over within `SEEN_S`. Further ones are refused."""
WATCHED: Final = (
    "accept",
    "authorization",
    "cookie",
    "forwarded",
    "if-none-match",
    "range",
    "via",
    "x-csrf-token",
    "x-forwarded-for",
    "x-playhead-page",
)
"""What pages and players of ours send, and what proxies add."""
MARK: Final = '"echo"'
"""Entity tag of the answer, so that it is noticed where one is taken away."""


class Arrived(msgspec.Struct, frozen=True):
    """The first event."""

    number: str
    headers: tuple[str, ...]
    """Those of `WATCHED` that arrived."""


class Seen(msgspec.Struct, frozen=True):
    """The second event."""

    seen: bool


class Echoes:
    """Those that are under way at one port."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}

    @property
    def route(self) -> Route:
        """What an application mounts."""
        return Route(PATH, self._answer, methods=["GET"], include_in_schema=False)

    async def _answer(self, request: Request) -> Response:
        number = request.query_params.get("seen")
        if number is not None:
            waiting = self._waiting.get(number)
            if waiting is not None:
                waiting.set()
            return Response(status_code=204)
        if len(self._waiting) >= ECHOES_MAX:
            raise UnavailableError("echo.busy", "Too many are asking.", hint="Ask again in some seconds.")
        arrived = tuple(name for name in WATCHED if name in request.headers)
        headers = {"etag": MARK, "x-accel-buffering": "no"}
        number = secrets.token_urlsafe(12)
        event = self._waiting[number] = asyncio.Event()
        answer = _Echo(_events(Arrived(number, arrived), event), media_type="text/event-stream", headers=headers)
        answer.on_end = lambda: self._waiting.pop(number, None)
        return answer


class _Echo(StreamingResponse):
    """Says when it is over, whichever way it ended, and however early."""

    on_end: Callable[[], object]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.on_end()


async def _events(arrived: Arrived, seen: asyncio.Event) -> AsyncIterator[bytes]:
    yield _event(arrived)
    try:
        async with asyncio.timeout(SEEN_S):
            await seen.wait()
    except TimeoutError:
        yield _event(Seen(seen=False))
    else:
        yield _event(Seen(seen=True))


def _event(told: Arrived | Seen) -> bytes:
    return b"data: " + msgspec.json.encode(told) + b"\n\n"
