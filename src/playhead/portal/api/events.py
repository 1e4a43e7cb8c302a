"""``/api/events``: what changes, as server-sent events (HTML standard, "Server-sent events")."""

from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Reading
from playhead.portal.feed import Watcher
from playhead.portal.parts import Parts, parts_of

HEARTBEAT_S: Final = 15.0
"""A comment is sent when there was nothing else for so long, so that both ends and all between see a live stream."""

CHECK_US: Final = 60_000_000
"""How often a stream asks whether its session still holds, and what its user may see."""

router = APIRouter(prefix="/api/events", tags=["events"], responses=ERRORS)

_DOCUMENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
        "description": (
            "Events `recordings` and `workstations`, whose data is the changed item as in the lists, `coverage` "
            "(`PresentItem`), `health`, and `resync` (load the lists again). Comments as heartbeats."
        ),
    }
}


@router.get(
    "",
    operation_id="followChanges",
    openapi_extra=needs("signed_in"),
    response_class=StreamingResponse,
    responses=_DOCUMENT,
)
async def follow_changes(request: Request, caller: Reading) -> StreamingResponse:
    """Follow what changes, from now on."""
    parts = parts_of(request)
    watcher = parts.feed.watch(caller.who)
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_events(parts, caller, watcher), media_type="text/event-stream", headers=headers)


async def _events(parts: Parts, caller: Caller, watcher: Watcher) -> AsyncIterator[str]:
    checked_at_us = parts.clock.monotonic_us()
    with watcher:
        yield "retry: 2000\n: follow\n\n"
        while True:
            news = await watcher.next(HEARTBEAT_S)
            now_us = parts.clock.monotonic_us()
            if now_us - checked_at_us >= CHECK_US:
                checked_at_us = now_us
                if not await _holds(parts, caller, watcher):
                    return
            yield ": alive\n\n" if news is None else f"event: {news.event}\ndata: {news.data}\n\n"


async def _holds(parts: Parts, caller: Caller, watcher: Watcher) -> bool:
    """Whether the sign-in still holds, and what its user may see now. An open page alone is no use of it."""
    if caller.session is None:
        return True
    found = await parts.sessions.find(caller.session.secret, used=False)
    if found is not None:
        watcher.who = found.who
    return found is not None
