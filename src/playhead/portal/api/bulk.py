"""``/api/recordings/bulk``: tags and holds, of many recordings at once."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request

from playhead.base.ids import RecordingId
from playhead.domain.access import Action, OfAgent
from playhead.domain.annotations import Annotation, checked
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import BulkAnswer, BulkOrder, Refused
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.recordings import find_recordings

LOOKED_UP_AT_ONCE: Final = 50
"""Recordings of one query."""

router = APIRouter(prefix="/api/recordings/bulk", tags=["recordings"], responses=ERRORS)


@router.post("", operation_id="changeRecordings", openapi_extra=needs(Action.ANNOTATE, Action.HOLD))
async def change_recordings(request: Request, caller: Changing, order: BulkOrder) -> BulkAnswer:
    """Tag, untag, hold or release up to 500 recordings. Each is decided, done and noted by itself.

    In the cloud it is done at the site of each recording; one whose site cannot be reached is refused as `site.away`.
    """
    parts = parts_of(request)
    wanted = checked(Annotation(order.action, order.tag, order.reason))
    recordings = list(dict.fromkeys(RecordingId.parse(text) for text in order.recordings))
    refused: dict[RecordingId, str] = {}
    for begin in range(0, len(recordings), LOOKED_UP_AT_ONCE):
        refused |= await _refused(parts, caller, recordings[begin : begin + LOOKED_UP_AT_ONCE], Action(wanted.needs))
    permitted = [one for one in recordings if one not in refused]
    outcome = await parts.annotating.annotate(wanted, permitted, caller.who.user, caller.address)
    await parts.feed.changed(outcome.changed)
    refused |= outcome.refused
    told = [Refused(id=str(one), code=refused[one]) for one in recordings if one in refused]
    return BulkAnswer(done=len(recordings) - len(told), refused=told)


async def _refused(parts: Parts, caller: Caller, some: Sequence[RecordingId], action: Action) -> dict[RecordingId, str]:
    """Those of some recordings that the caller may not do it to, and why."""
    async with parts.catalogue.reading() as connection:
        found = {one.id: one for one in await find_recordings(connection, some)}
    refused: dict[RecordingId, str] = {}
    for identifier in some:
        one = found.get(identifier)
        thing = None if one is None else OfAgent(one.agent, one.started_at_us)
        if thing is None or not caller.may(Action.VIEW, thing):
            refused[identifier] = "recording.not_found"
        elif not caller.may(action, thing):
            refused[identifier] = "access.refused"
            who, details = str(caller.who.user), {"action": str(action)}
            await parts.audit.refuse(who, "access.refused", str(identifier), caller.address, details)
    return refused
