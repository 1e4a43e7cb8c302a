"""``/api/recordings``: the library."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from playhead.base.errors import NotFoundError
from playhead.base.ids import GroupId, RecordingId
from playhead.domain.access import Action, OfAgent, sight
from playhead.domain.library import Place
from playhead.domain.recordings import Recording
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import HoldItem, LibraryQuery, hold_item
from playhead.portal.api.models import RecordingItem, RecordingPage
from playhead.portal.api.permissions import needs
from playhead.portal.api.recordings_worked import worked_page
from playhead.portal.callers import Caller, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import recordings
from playhead.store.catalogue.groups import members_of
from playhead.store.catalogue.holds import find_hold

router = APIRouter(prefix="/api/recordings", tags=["recordings"], responses=ERRORS)


@router.get("", operation_id="listRecordings", openapi_extra=needs(Action.VIEW))
async def list_recordings(request: Request, caller: Reading, asked: Annotated[LibraryQuery, Query()]) -> RecordingPage:
    """A page of the recordings that the caller may see. Nothing counts them: ask for the next page instead."""
    parts = parts_of(request)
    members = None
    if asked.group is not None:
        async with parts.catalogue.reading() as connection:
            members = await members_of(connection, GroupId(asked.group))
    question = asked.question(sight(caller.who, Action.VIEW), members)
    after = None if asked.before is None else Place.decode(asked.before, asked.order)
    if (sought := asked.sought) is None:
        page = await parts.library.page(question, asked.order, after=after, limit=asked.limit)
    else:
        page = await worked_page(parts, caller, question, sought, order=asked.order, after=after, limit=asked.limit)
    items = [parts.feed.item(one) for one in page.items]
    return RecordingPage(items=items, next=None if page.next is None else page.next.encode(asked.order))


@router.get("/{recording}", operation_id="getRecording", openapi_extra=needs(Action.VIEW))
async def get_recording(request: Request, caller: Reading, recording: str) -> RecordingItem:
    """One recording."""
    parts = parts_of(request)
    return parts.feed.item(await visible_recording(parts, caller, RecordingId.parse(recording)))


@router.get("/{recording}/hold", operation_id="getHold", openapi_extra=needs(Action.VIEW))
async def get_hold(request: Request, caller: Reading, recording: str) -> HoldItem:
    """Why a recording must not be deleted."""
    parts = parts_of(request)
    found = await visible_recording(parts, caller, RecordingId.parse(recording))
    async with parts.catalogue.reading() as connection:
        hold = await find_hold(connection, found.id)
    if hold is None:
        raise NotFoundError("hold.none", "This recording is not held.")
    return hold_item(hold)


async def visible_recording(
    parts: Parts, caller: Caller, identifier: RecordingId, action: Action = Action.VIEW
) -> Recording:
    """A recording that the caller may see, or do more to.

    Raises:
        NotFoundError: ``recording.not_found``.
        RefusedError: ``access.refused``, which is noted in the audit log.
    """
    async with parts.catalogue.reading() as connection:
        found = await recordings.get_recording(connection, identifier)
    await caller.require(parts, action, OfAgent(found.agent, found.started_at_us), str(identifier))
    return found
