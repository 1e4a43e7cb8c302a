"""``/api/logs``: the lines of every machine, for those who operate the server."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from playhead.base.errors import NotFoundError
from playhead.base.instants import rfc3339, wall_us
from playhead.domain.access import Action, Installation, may
from playhead.domain.logs import NAME_CHARS_MAX, QUESTION_CHARS_MAX, Cursor, Level, LogQuery
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.events import CHECK_US, HEARTBEAT_S
from playhead.portal.api.logs_models import LogList, log_item, log_list
from playhead.portal.api.permissions import needs
from playhead.portal.api.shapes import Instant
from playhead.portal.callers import Caller, Reading
from playhead.portal.needs import LogFollower, Logs
from playhead.portal.parts import Parts, parts_of

PAGE_ITEMS_MAX: Final = 1000
_CURSOR_CHARS_MAX: Final = 64

router = APIRouter(prefix="/api/logs", tags=["logs"], responses=ERRORS)

_Name = Annotated[str | None, Query(max_length=NAME_CHARS_MAX)]


async def _operating(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.OPERATE, Installation(), "logs")
    return caller


async def _wanted(
    *,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Before this instant.")] = None,
    workstation: Annotated[
        str | None, Query(max_length=NAME_CHARS_MAX, description="Empty for the premises server itself.")
    ] = None,
    service: _Name = None,
    level: Annotated[str, Query(max_length=16, description="This or worse.")] = "debug",
    q: Annotated[
        str, Query(max_length=QUESTION_CHARS_MAX, description="Text anywhere in a line and its values, in any case.")
    ] = "",
    interaction: Annotated[
        str, Query(max_length=NAME_CHARS_MAX, description="An interaction or recording: its lines from everywhere.")
    ] = "",
) -> LogQuery:
    return LogQuery(
        since=_instant(since),
        until=_instant(until),
        workstation=workstation,
        service=service,
        level=Level.named(level),
        text=q,
        interaction=interaction,
    )


Operating = Annotated[Caller, Depends(_operating)]
Wanted = Annotated[LogQuery, Depends(_wanted)]

_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
        "description": (
            "Events `line`, whose data is a `LogItem`, and `lost`, whose data is how many lines were left out because "
            "they came faster than they were fetched. Comments as heartbeats."
        ),
    }
}


@router.get("", operation_id="listLogs", openapi_extra=needs(Action.OPERATE))
async def list_logs(
    request: Request,
    _caller: Operating,
    wanted: Wanted,
    *,
    before: Annotated[
        str | None, Query(max_length=_CURSOR_CHARS_MAX, description="`next` of the page before, or a line's `id`.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = 100,
) -> LogList:
    """A page of the lines of all machines, newest first, in true order."""
    cursor = None if before is None else Cursor.parse(before)
    return log_list(await _kept(parts_of(request)).find(wanted, before=cursor, limit=limit))


@router.get(
    "/tail",
    operation_id="followLogs",
    openapi_extra=needs(Action.OPERATE),
    response_class=StreamingResponse,
    responses=_STREAM,
)
async def follow_logs(request: Request, caller: Operating, wanted: Wanted) -> StreamingResponse:
    """Lines as they come, from now on, as server-sent events."""
    parts = parts_of(request)
    follower = _kept(parts).follow(wanted)
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_events(parts, caller, follower), media_type="text/event-stream", headers=headers)


async def _events(parts: Parts, caller: Caller, follower: LogFollower) -> AsyncIterator[str]:
    checked_at_us = parts.clock.monotonic_us()
    with follower:
        yield "retry: 2000\n: follow\n\n"
        while True:
            lines, lost = await follower.next(HEARTBEAT_S)
            now_us = parts.clock.monotonic_us()
            if now_us - checked_at_us >= CHECK_US:
                checked_at_us = now_us
                if not await _holds(parts, caller):
                    return
            if lost:
                yield f"event: lost\ndata: {lost}\n\n"
            yield "".join(f"event: line\ndata: {log_item(line).model_dump_json(by_alias=True)}\n\n" for line in lines)
            if not lines:
                yield ": alive\n\n"


async def _holds(parts: Parts, caller: Caller) -> bool:
    """Whether the sign-in still holds, and its user may still see this. An open page alone is no use of it."""
    if caller.session is None:
        return True
    found = await parts.sessions.find(caller.session.secret, used=False)
    return found is not None and may(found.who, Action.OPERATE, Installation())


def _kept(parts: Parts) -> Logs:
    if parts.logs is None:
        raise NotFoundError("logs.not_kept", "No logs are kept here.")
    return parts.logs


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else rfc3339(wall_us(instant))
