"""``/api/events``: what changes, as server-sent events."""

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from playhead.domain.access import Who
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.streaming import described, event_stream, event_text
from playhead.portal.callers import Reading
from playhead.portal.parts import parts_of

router = APIRouter(prefix="/api/events", tags=["events"], responses=ERRORS)


@router.get(
    "",
    operation_id="followChanges",
    openapi_extra=needs("signed_in"),
    response_class=StreamingResponse,
    responses=described(
        "Events `recordings` and `workstations`, whose data is the changed item as in the lists, `coverage` "
        "(`PresentItem`), `health`, and `resync` (load the lists again)."
    ),
)
async def follow_changes(request: Request, caller: Reading) -> StreamingResponse:
    """Follow what changes, from now on."""
    parts = parts_of(request)
    watcher = parts.feed.watch(caller.who)

    async def told(timeout_s: float) -> str:
        news = await watcher.next(timeout_s)
        return "" if news is None else event_text(news.event, news.data)

    def may_now(who: Who) -> bool:
        watcher.who = who
        return True

    return event_stream(parts, caller, watcher, told, may_now)
