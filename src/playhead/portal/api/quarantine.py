"""``/api/quarantine``: what could not be taken in or made, for those who operate the server."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request

from playhead.base.errors import NotFoundError
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.quarantine_models import (
    DropOrder,
    QuarantineItem,
    QuarantineList,
    QuarantineOutcome,
    aside_item,
    quarantine_item,
    quarantine_order,
)
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.needs import Quarantine
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.quarantine import PAGE_ITEMS_MAX, get_quarantined, list_quarantined

_ID_MAX: Final = (1 << 63) - 1

router = APIRouter(prefix="/api/quarantine", tags=["quarantine"], responses=ERRORS)


async def _operating(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.OPERATE, Installation(), "quarantine")
    return caller


async def _operating_change(request: Request, caller: Changing) -> Caller:
    return await _operating(request, caller)


Item = Annotated[int, Path(ge=1, le=_ID_MAX)]

Operating = Annotated[Caller, Depends(_operating)]
OperatingChange = Annotated[Caller, Depends(_operating_change)]


@router.get("", operation_id="listQuarantine", openapi_extra=needs(Action.OPERATE))
async def list_quarantine(
    request: Request,
    _caller: Operating,
    *,
    before: Annotated[int | None, Query(ge=1, le=_ID_MAX, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = 50,
) -> QuarantineList:
    """A page of what waits, newest first; and which workstations keep segments that were refused."""
    parts = parts_of(request)
    async with parts.catalogue.reading() as connection:
        found = await list_quarantined(connection, before=before, limit=limit)
    aside = [aside_item(live) for live in parts.control.workstations() if live.aside_segments]
    following = str(found[-1].id) if len(found) == limit else None
    return QuarantineList(items=[quarantine_item(one) for one in found], next=following, aside=aside)


@router.get("/{item}", operation_id="getQuarantined", openapi_extra=needs(Action.OPERATE))
async def get_one(request: Request, _caller: Operating, item: Item) -> QuarantineItem:
    """One thing that waits."""
    async with parts_of(request).catalogue.reading() as connection:
        return quarantine_item(await get_quarantined(connection, item))


@router.post("/{item}/retry", operation_id="retryQuarantined", openapi_extra=needs(Action.OPERATE))
async def retry(request: Request, caller: OperatingChange, item: Item) -> QuarantineOutcome:
    """Try it again; where it is well now, it is off the list. A refused segment is offered again by its workstation."""
    parts = parts_of(request)
    found = await _acting(parts).retry(item)
    details = {"kind": found.kind, "code": found.code}
    await parts.audit.note(str(caller.who.user), "quarantine.retried", found.subject, caller.address, details)
    return QuarantineOutcome(order=quarantine_order(found.order))


@router.post("/{item}/drop", operation_id="dropQuarantined", openapi_extra=needs(Action.OPERATE))
async def drop(request: Request, caller: OperatingChange, item: Item, order: DropOrder) -> QuarantineOutcome:
    """Give it up for good: what there is of it is removed, on the server or by the workstation that keeps it."""
    parts = parts_of(request)
    found = await _acting(parts).drop(item)
    details = {"kind": found.kind, "code": found.code, "bytes": found.bytes, "reason": order.reason.strip()}
    await parts.audit.note(str(caller.who.user), "quarantine.dropped", found.subject, caller.address, details)
    return QuarantineOutcome(order=quarantine_order(found.order))


def _acting(parts: Parts) -> Quarantine:
    if parts.quarantine is None:
        raise NotFoundError("quarantine.not_found", "Nothing is kept in quarantine here.")
    return parts.quarantine
