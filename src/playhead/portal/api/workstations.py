"""``/api/workstations``: what they do now, and having them do something."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, Request

from playhead.base.errors import ConflictError, NotFoundError, PlayheadError, UnavailableError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.access import Action, OfAgent, may
from playhead.domain.commands import OFFLINE
from playhead.domain.live import LiveWorkstation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.models import (
    BlackoutOrder,
    Empty,
    RecordAnswer,
    RecordOrder,
    WorkstationList,
    absent_item,
)
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import workstations
from playhead.wire.screen.blackouts import BY_API
from playhead.wire.screen.blackouts import BlackoutOrder as WireOrder
from playhead.wire.screen.messages import CommandName, Result

router = APIRouter(prefix="/api/workstations", tags=["workstations"], responses=ERRORS)

MINUTE_MS: Final = 60_000


@router.get("", operation_id="listWorkstations", openapi_extra=needs(Action.VIEW))
async def list_workstations(request: Request, caller: Reading) -> WorkstationList:
    """All workstations, by name, as they were last heard of."""
    parts = parts_of(request)
    items = {str(live.id): parts.feed.workstation_item(live) for live in parts.control.workstations()}
    async with parts.catalogue.reading() as connection:
        for known in await workstations.list_workstations(connection):
            if known.revoked_at_us is None:
                items.setdefault(str(known.id), absent_item(known))
    visible = [item for _, item in sorted(items.items()) if may(caller.who, Action.VIEW, OfAgent(item.agent))]
    return WorkstationList(items=visible)


@router.post("/{workstation}/record", operation_id="record", openapi_extra=needs(Action.RECORD))
async def record(request: Request, caller: Changing, workstation: str, order: RecordOrder) -> RecordAnswer:
    """Start or stop recording. It begins within a second, with what was captured just before."""
    parts = parts_of(request)
    identifier = WorkstationId(workstation)
    await caller.require(parts, Action.RECORD, _thing(parts, identifier), workstation)
    wanted = RecordingId.new(parts.clock) if order.action == "start" else None
    details = {"detail": str(wanted)} if wanted else {}
    async with _noted(parts, caller, f"recording.{order.action}", identifier, details):
        result = await _command(parts, identifier, order.action, recording=wanted)
        recording = str(RecordingId.parse(result.recording.hex())) if result.recording else None
        details.update({"detail": recording} if recording else {})
    return RecordAnswer(recording=recording)


@router.post(
    "/{workstation}/blackout", operation_id="blackout", openapi_extra=needs(Action.BLACKOUT_ON, Action.BLACKOUT_OFF)
)
async def blackout(request: Request, caller: Changing, workstation: str, order: BlackoutOrder) -> Empty:
    """Stop capturing what is shown, or go on. The span is part of the recording: who asked, why and until when.

    Who may end blackouts ends all that are in force there, but what a decision source says; anybody else who may begin
    one ends their own.
    """
    parts = parts_of(request)
    identifier, thing = WorkstationId(workstation), _thing(parts, WorkstationId(workstation))
    ends_any = not order.on and may(caller.who, Action.BLACKOUT_OFF, thing)
    if not ends_any:
        await caller.require(parts, Action.BLACKOUT_ON, thing, workstation)
    asked = WireOrder("api", by=str(caller.who.user), length_ms=(order.minutes or 0) * MINUTE_MS, any=ends_any)
    details = {"detail": order.reason} if order.reason else {}
    details |= {"minutes": str(order.minutes)} if order.on and order.minutes else {}
    async with _noted(parts, caller, f"blackout.{'on' if order.on else 'off'}", identifier, details):
        name: CommandName = "blackout_on" if order.on else "blackout_off"
        await _command(parts, identifier, name, reason=order.reason, blackout=asked)
    return Empty()


def _thing(parts: Parts, workstation: WorkstationId) -> OfAgent:
    live = _live(parts, workstation)
    return OfAgent("" if live is None else live.agent)


def _live(parts: Parts, workstation: WorkstationId) -> LiveWorkstation | None:
    return next((live for live in parts.control.workstations() if live.id == workstation), None)


async def _command(
    parts: Parts,
    workstation: WorkstationId,
    name: CommandName,
    *,
    recording: RecordingId | None = None,
    reason: str = "",
    blackout: WireOrder = BY_API,
) -> Result:
    async with parts.catalogue.reading() as connection:
        await workstations.get_workstation(connection, workstation)
    try:
        result = await parts.control.command(workstation, name, recording=recording, reason=reason, blackout=blackout)
    except UnavailableError as error:
        hint = "It is switched off, or cannot reach this server."
        raise UnavailableError(OFFLINE.get(error.code, error.code), error.message, hint=error.hint or hint) from error
    if not result.ok:
        raise ConflictError(result.code or "workstation.refused", result.message or "The workstation refused.")
    return result


@asynccontextmanager
async def _noted(
    parts: Parts, caller: Caller, action: str, workstation: WorkstationId, details: Mapping[str, str]
) -> AsyncGenerator[None]:
    """An order, in the audit log however it ends: one that failed may have been carried out.

    Noted afterwards, so that no blackout waits for the log.
    """
    try:
        yield
    except NotFoundError:
        raise
    except PlayheadError as error:
        failed = {**details, "outcome": error.code}
        await parts.audit.note(str(caller.who.user), action, str(workstation), caller.address, failed)
        raise
    await parts.audit.note(str(caller.who.user), action, str(workstation), caller.address, details)
