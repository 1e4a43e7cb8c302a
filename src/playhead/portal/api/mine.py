"""``/api/mine``: what was recorded about whoever asks, why, and who saw it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from playhead.domain.access import Action, OfAgent, agent_key, may
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.mine_models import MineItem, MineList, watched_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Reading
from playhead.portal.parts import parts_of
from playhead.store.catalogue import recordings, watched
from playhead.store.catalogue.recordings import RecordingCursor

router = APIRouter(prefix="/api/mine", tags=["mine"], responses=ERRORS)


@router.get("", operation_id="listMine", openapi_extra=needs(Action.VIEW))
async def list_mine(
    request: Request,
    caller: Reading,
    *,
    before: Annotated[str | None, Query(max_length=64, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> MineList:
    """A page of the recordings about you, newest first."""
    parts = parts_of(request)
    key = agent_key(str(caller.who.user))
    await caller.require(parts, Action.VIEW, OfAgent(key), "mine")
    cursor = None if before is None else RecordingCursor.decode(before)
    async with parts.catalogue.reading() as connection:
        page = await recordings.list_recordings_of(connection, key, before=cursor, limit=limit)
        visible = [one for one in page.items if may(caller.who, Action.VIEW, OfAgent(one.agent, one.started_at_us))]
        seen = await watched.watched_of(connection, [one.id for one in visible])
        ordered = await watched.ordered_of(connection, visible)
    items = [
        MineItem(
            **parts.feed.item(one).model_dump(),
            why=f"ordered by {ordered[one.id]}" if one.id in ordered else "continuous",
            watched=[watched_item(entry) for entry in seen.get(one.id, [])],
        )
        for one in visible
    ]
    return MineList(items=items, next=None if page.next is None else page.next.encode())
