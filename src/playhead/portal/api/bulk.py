"""``/api/recordings/bulk``: tags and holds, of many recordings at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, OfAgent
from playhead.domain.words import tag_of
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import BulkAnswer, BulkOrder, Refused
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.recordings import find_recordings, starts_of
from playhead.store.catalogue.tags import add_tag, remove_tag

AT_ONCE: Final = 50
"""Recordings changed in one transaction, so that nobody else who writes waits long."""

_NOTED: Final = {
    "tag": "recording.tagged",
    "untag": "recording.untagged",
    "hold": "recording.held",
    "release": "recording.released",
}

router = APIRouter(prefix="/api/recordings/bulk", tags=["recordings"], responses=ERRORS)


@router.post("", operation_id="changeRecordings", openapi_extra=needs(Action.ANNOTATE, Action.HOLD))
async def change_recordings(request: Request, caller: Changing, order: BulkOrder) -> BulkAnswer:
    """Tag, untag, hold or release up to 500 recordings. Each is decided, done and noted by itself."""
    parts = parts_of(request)
    bulk = _Bulk(parts, caller, _checked(order))
    wanted = list(dict.fromkeys(RecordingId.parse(text) for text in order.recordings))
    for begin in range(0, len(wanted), AT_ONCE):
        permitted = await bulk.permitted(wanted[begin : begin + AT_ONCE])
        async with parts.catalogue.writing() as connection:
            there = await starts_of(connection, permitted)  # one may have been erased meanwhile
            for recording in permitted:
                await bulk.carry_out(connection, recording, is_there=recording in there)
    await parts.feed.changed(bulk.changed)
    return BulkAnswer(done=bulk.done, refused=bulk.refused)


def _checked(order: BulkOrder) -> BulkOrder:
    """The order with its tag as it is kept.

    Raises:
        InvalidInputError: ``tag.malformed``, ``hold.reason``.
    """
    if order.action in {"tag", "untag"}:
        return order.model_copy(update={"tag": tag_of(order.tag)})
    if order.action == "hold" and not order.reason.strip():
        raise InvalidInputError("hold.reason", "A hold needs a reason.", hint="Such as a case number.")
    return order


@dataclass(slots=True)
class _Bulk:
    """An order under way."""

    parts: Parts
    caller: Caller
    order: BulkOrder
    done: int = 0
    changed: list[RecordingId] = field(default_factory=list[RecordingId])
    refused: list[Refused] = field(default_factory=list[Refused])

    async def permitted(self, wanted: Sequence[RecordingId]) -> list[RecordingId]:
        """Those of some recordings that the caller may do it to."""
        action = Action.ANNOTATE if self.order.action in {"tag", "untag"} else Action.HOLD
        async with self.parts.catalogue.reading() as connection:
            found = {one.id: one for one in await find_recordings(connection, wanted)}
        permitted: list[RecordingId] = []
        for identifier in wanted:
            one = found.get(identifier)
            thing = None if one is None else OfAgent(one.agent, one.started_at_us)
            if thing is None or not self.caller.may(Action.VIEW, thing):
                self._refuse(identifier, "recording.not_found")
            elif not self.caller.may(action, thing):
                self._refuse(identifier, "access.refused")
                who, address = str(self.caller.who.user), self.caller.address
                await self.parts.audit.refuse(who, "access.refused", str(identifier), address, {"action": str(action)})
            else:
                permitted.append(identifier)
        return permitted

    async def carry_out(self, connection: AsyncConnection, recording: RecordingId, *, is_there: bool) -> None:
        """Do it to one, and note it."""
        if not is_there:
            self._refuse(recording, "recording.not_found")
            return
        try:
            is_new = await self._change(connection, recording)
        except LimitError as error:
            self._refuse(recording, error.code)
            return
        self.done += 1
        if is_new:
            self.changed.append(recording)
            said = self.order.tag or self.order.reason.strip()
            who, action = str(self.caller.who.user), _NOTED[self.order.action]
            entry = self.parts.audit.entry(
                who, action, str(recording), self.caller.address, {"detail": said} if said else {}
            )
            await add_audit_entry(connection, entry)

    async def _change(self, connection: AsyncConnection, recording: RecordingId) -> bool:
        order, user, now_us = self.order, self.caller.who.user, self.parts.clock.wall_us()
        match order.action:
            case "tag":
                return await add_tag(connection, recording, order.tag, by_user=user, now_us=now_us)
            case "untag":
                return await remove_tag(connection, recording, order.tag)
            case "hold":
                return await add_hold(connection, Hold(recording, order.reason, user, now_us))
            case "release":
                return await release_hold(connection, recording)

    def _refuse(self, recording: RecordingId, code: str) -> None:
        self.refused.append(Refused(id=str(recording), code=code))
