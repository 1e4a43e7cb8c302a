"""Server-sent events (HTML standard, "Server-sent events"), for as long as who reads them may."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, Final

from fastapi.responses import StreamingResponse

from playhead.domain.access import Who
from playhead.portal.callers import Caller
from playhead.portal.parts import Parts

HEARTBEAT_S: Final = 15.0
"""A comment is sent when there was nothing else for so long, so that both ends and all between see a live stream."""

CHECK_US: Final = 60_000_000
"""How often a stream asks whether its session still holds, and what its user may see."""

Told = Callable[[float], Awaitable[str]]
"""Events that have come, or nothing where none came for so many seconds."""


def event_text(event: str, data: str) -> str:
    """One event; ``data`` is of one line."""
    return f"event: {event}\ndata: {data}\n\n"


def event_stream(
    parts: Parts, caller: Caller, source: AbstractContextManager[object], told: Told, may: Callable[[Who], bool]
) -> StreamingResponse:
    """An answer that goes on until its reader leaves, or may read it no more.

    Args:
        parts: of the portal.
        caller: who reads.
        source: where the events come from; entered while they are read.
        told: waits for the next ones.
        may: whether a user may go on reading; asked each `CHECK_US` with what the user may do then.
    """
    events = _events(parts, caller, source, told, may)
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def described(what: str) -> dict[int | str, dict[str, Any]]:
    """``responses`` of such a route."""
    content = {"text/event-stream": {"schema": {"type": "string"}}}
    return {200: {"content": content, "description": f"{what} Comments as heartbeats."}}


async def _events(
    parts: Parts, caller: Caller, source: AbstractContextManager[object], told: Told, may: Callable[[Who], bool]
) -> AsyncIterator[str]:
    checked_at_us = parts.clock.monotonic_us()
    with source:
        yield "retry: 2000\n: follow\n\n"
        while True:
            events = await told(HEARTBEAT_S)
            now_us = parts.clock.monotonic_us()
            if now_us - checked_at_us >= CHECK_US:
                checked_at_us = now_us
                if not await _holds(parts, caller, may):
                    return
            yield events or ": alive\n\n"


async def _holds(parts: Parts, caller: Caller, may: Callable[[Who], bool]) -> bool:
    """Whether the sign-in still holds, and its user may still read. An open page alone is no use of it."""
    if caller.session is None:
        return True
    found = await parts.sessions.find(caller.session.secret, used=False)
    return found is not None and may(found.who)
