"""``/api/recordings``: the library."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.access import Action, OfAgent, may
from playhead.domain.recordings import Recording, RecordingState
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.models import RecordingItem, RecordingPage
from playhead.portal.callers import Caller, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import recordings
from playhead.store.catalogue.recordings import PAGE_ITEMS_MAX, RecordingCursor

PAGES_LOOKED_AT_MAX: Final = 5
"""Pages of the catalogue that one request goes through for someone who may see only some of it. Past it the answer
may hold less than was asked for; its cursor goes on from there."""

router = APIRouter(prefix="/api/recordings", tags=["recordings"], responses=ERRORS)


@router.get("", operation_id="listRecordings")
async def list_recordings(
    request: Request,
    caller: Reading,
    *,
    before: Annotated[str | None, Query(max_length=64, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = 50,
    workstation: Annotated[str | None, Query(max_length=63)] = None,
    state: RecordingState | None = None,
) -> RecordingPage:
    """A page of recordings, newest first."""
    parts = parts_of(request)
    only = None if workstation is None else WorkstationId(workstation)
    cursor = None if before is None else RecordingCursor.decode(before)
    found: list[Recording] = []
    for _ in range(PAGES_LOOKED_AT_MAX):
        async with parts.catalogue.reading() as connection:
            page = await recordings.list_recordings(
                connection, before=cursor, limit=limit, workstation=only, state=state
            )
        found += [one for one in page.items if _visible(caller, one)]
        cursor = page.next
        if cursor is None or len(found) >= limit:
            break
    if len(found) > limit:
        found = found[:limit]
        cursor = RecordingCursor(found[-1].started_at_us, found[-1].id)
    items = [parts.feed.item(one) for one in found]
    return RecordingPage(items=items, next=None if cursor is None else cursor.encode())


@router.get("/{recording}", operation_id="getRecording")
async def get_recording(request: Request, caller: Reading, recording: str) -> RecordingItem:
    """One recording."""
    parts = parts_of(request)
    return parts.feed.item(await _visible_recording(parts, caller, RecordingId.parse(recording)))


async def _visible_recording(parts: Parts, caller: Caller, identifier: RecordingId) -> Recording:
    async with parts.catalogue.reading() as connection:
        found = await recordings.get_recording(connection, identifier)
    await caller.require(parts, Action.VIEW, OfAgent(found.agent, found.started_at_us), str(identifier))
    return found


def _visible(caller: Caller, recording: Recording) -> bool:
    return may(caller.who, Action.VIEW, OfAgent(recording.agent, recording.started_at_us))
