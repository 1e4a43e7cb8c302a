"""``/api/logs/levels``: logs that say more for a while, for those who operate the server."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from playhead.base.errors import NotFoundError
from playhead.domain.access import Action, Installation
from playhead.domain.log_levels import Kind, raised
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.log_levels_models import NAME, LogLevelItem, LogLevelList, LogLevelOrder, log_level_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.needs import LogLevels
from playhead.portal.parts import Parts, parts_of

router = APIRouter(prefix="/api/logs/levels", tags=["logs"], responses=ERRORS)


async def _operating(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.OPERATE, Installation(), "logs")
    return caller


async def _operating_change(request: Request, caller: Changing) -> Caller:
    return await _operating(request, caller)


Operating = Annotated[Caller, Depends(_operating)]
OperatingChange = Annotated[Caller, Depends(_operating_change)]

_Kind = Annotated[Kind, Path(json_schema_extra={"pattern": "^(workstation|service)$"})]
_Name = Annotated[str, Path(pattern=NAME)]


@router.get("", operation_id="listLogLevels", openapi_extra=needs(Action.OPERATE))
async def list_levels(request: Request, _caller: Operating) -> LogLevelList:
    """What says more than it is configured to: who wanted it, and until when."""
    return LogLevelList(items=[log_level_item(one) for one in _levels(parts_of(request)).all()])


@router.post("", operation_id="raiseLogLevel", openapi_extra=needs(Action.OPERATE))
async def raise_level(request: Request, caller: OperatingChange, order: LogLevelOrder) -> LogLevelItem:
    """Have the log of a workstation or of a service say more for a while, in the place of what was wanted of it before.

    A workstation that is not connected is told when it comes. It falls back by itself.
    """
    parts = parts_of(request)
    by = str(caller.who.user)
    wanted = raised(
        order.kind,
        order.name,
        order.level,
        by=by,
        reason=order.reason,
        length_us=order.length_ms * 1000,
        now_us=parts.clock.wall_us(),
    )
    found = await _levels(parts).begin(wanted)
    details = {"level": wanted.level, "length_ms": order.length_ms, "reason": wanted.reason}
    await parts.audit.note(by, "logs.level_raised", wanted.name, caller.address, details)
    return log_level_item(found)


@router.delete("/{kind}/{name}", operation_id="endLogLevel", openapi_extra=needs(Action.OPERATE))
async def end_level(request: Request, caller: OperatingChange, kind: _Kind, name: _Name) -> LogLevelItem:
    """Have a log say what it is configured to before the time is over. The answer is what it was, or is until then."""
    parts = parts_of(request)
    found = await _levels(parts).end(kind, name)
    await parts.audit.note(str(caller.who.user), "logs.level_ended", name, caller.address)
    return log_level_item(found)


def _levels(parts: Parts) -> LogLevels:
    if parts.log_levels is None:
        raise NotFoundError("logs.not_kept", "No logs are kept here.")
    return parts.log_levels
