"""``/api/logs``: the lines of every machine, for those who operate the server."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import JsonValue

from playhead.base.errors import NotFoundError
from playhead.base.instants import rfc3339, wall_us
from playhead.domain.access import Action, Installation, may
from playhead.domain.logs import NAME_CHARS_MAX, QUESTION_CHARS_MAX, Cursor, Level, LogLine, LogQuery, line_text
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.logs_models import LogList, log_item, log_list
from playhead.portal.api.permissions import needs
from playhead.portal.api.shapes import Instant
from playhead.portal.api.streaming import described, event_stream, event_text
from playhead.portal.callers import Caller, Reading
from playhead.portal.needs import Logs
from playhead.portal.parts import Parts, parts_of

PAGE_ITEMS_MAX: Final = 1000
_CURSOR_CHARS_MAX: Final = 64
_LEVELS: Final[list[JsonValue]] = [level.name.lower() for level in Level]
_json: Final = msgspec.json.Encoder()

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
    level: Annotated[str, Query(description="This or worse.", json_schema_extra={"enum": _LEVELS})] = "debug",
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

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/jsonl": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}},
        "description": "One line after another, oldest first. Where it holds as many as it may, the last one says so.",
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


class FileForm(StrEnum):
    """What a file of lines is made of."""

    JSONL = "jsonl"
    """JSON lines, as they are stored."""
    TEXT = "text"


@router.get(
    "/export",
    operation_id="exportLogs",
    openapi_extra=needs(Action.OPERATE),
    response_class=StreamingResponse,
    responses=_FILE,
)
async def export_logs(
    request: Request, caller: Operating, wanted: Wanted, *, form: Annotated[FileForm, Query(alias="format")]
) -> StreamingResponse:
    """All such lines as a file, oldest first."""
    parts = parts_of(request)
    lines = _kept(parts).export(wanted)
    await parts.audit.note(str(caller.who.user), "logs.exported", "", caller.address, _noted(wanted, form))
    name, media_type = ("logs.txt", "text/plain") if form is FileForm.TEXT else ("logs.jsonl", "application/jsonl")
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_file(lines, form), media_type=f"{media_type}; charset=utf-8", headers=headers)


@router.get(
    "/tail",
    operation_id="followLogs",
    openapi_extra=needs(Action.OPERATE),
    response_class=StreamingResponse,
    responses=described(
        "Events `line`, whose data is a `LogItem`, and `lost`, whose data is how many lines were left out because they "
        "came faster than they were fetched."
    ),
)
async def follow_logs(request: Request, caller: Operating, wanted: Wanted) -> StreamingResponse:
    """Lines as they come, from now on, as server-sent events."""
    parts = parts_of(request)
    follower = _kept(parts).follow(wanted)

    async def told(timeout_s: float) -> str:
        lines, lost = await follower.next(timeout_s)
        events = [event_text("lost", str(lost))] if lost else []
        events += [event_text("line", log_item(line).model_dump_json(by_alias=True)) for line in lines]
        return "".join(events)

    return event_stream(parts, caller, follower, told, lambda who: may(who, Action.OPERATE, Installation()))


async def _file(batches: AsyncGenerator[Sequence[LogLine]], form: FileForm) -> AsyncIterator[bytes]:
    async with aclosing(batches):
        async for lines in batches:
            if form is FileForm.JSONL:
                yield _json.encode_lines(lines)
            else:
                yield "".join(f"{line_text(line, line.at)}\n" for line in lines).encode()


def _noted(query: LogQuery, form: FileForm) -> dict[str, str]:
    """What was asked for, for the audit log."""
    asked = {"from": query.since, "to": query.until, "q": query.text, "interaction": query.interaction}
    asked |= {"service": query.service or "", "level": "" if query.level is Level.DEBUG else query.level.name.lower()}
    if query.workstation is not None:
        asked["workstation"] = query.workstation or "(server)"
    return {"format": form.value} | {name: value for name, value in asked.items() if value}


def _kept(parts: Parts) -> Logs:
    if parts.logs is None:
        raise NotFoundError("logs.not_kept", "No logs are kept here.")
    return parts.logs


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else rfc3339(wall_us(instant))
