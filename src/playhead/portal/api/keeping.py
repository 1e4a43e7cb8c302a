"""``/api/retention`` and ``/api/erasures``: how long recordings are kept, and erasing them."""

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from playhead.base.errors import InvalidInputError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.keeping_models import (
    ConfirmOrder,
    DeleteOrder,
    ErasureItem,
    ErasureList,
    PolicyInput,
    PreviewItem,
    RetentionItem,
    erasure_item,
    preview_item,
    retention_item,
)
from playhead.portal.api.models import Empty
from playhead.portal.api.permissions import AdministeringChange, needs
from playhead.portal.api.recordings import visible_recording
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.changes import changing
from playhead.portal.needs import Keeping
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.erasures import get_erasure, list_erasures
from playhead.store.catalogue.retention import last_run, load_policy, save_policy
from playhead.store.erasure import Order

_ID_BYTES: Final = 6
_ID_MAX: Final = (1 << 63) - 1

_CERTIFICATE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/json": {"schema": {"type": "object", "required": ["certificate", "signature"]}}},
        "description": "The document as it was signed: docs/services/keeping.md.",
    }
}

router = APIRouter(prefix="/api", tags=["keeping"], responses=ERRORS)


@router.get("/retention", operation_id="getRetention", openapi_extra=needs(Action.ADMINISTER, Action.OPERATE))
async def get_retention(request: Request, caller: Reading) -> RetentionItem:
    """The policy in force, what its newest run did, and what the next one would take."""
    parts = parts_of(request)
    await _require_one(parts, caller, Action.OPERATE, Action.ADMINISTER)
    return await _retention(parts)


@router.put("/retention", operation_id="setRetention", openapi_extra=needs(Action.ADMINISTER))
async def set_retention(request: Request, caller: AdministeringChange, wanted: PolicyInput) -> RetentionItem:
    """Let another policy be in force, from the next run on, for what exists as well."""
    parts = parts_of(request)
    policy = wanted.policy(_new_id)
    async with changing(parts, caller, "retention") as change:
        before = await load_policy(change.connection)
        await save_policy(change.connection, policy)
        await change.note("retention.changed", "", {"before": before.told(), "after": policy.told()})
    return await _retention(parts)


@router.post("/retention/preview", operation_id="previewRetention", openapi_extra=needs(Action.ADMINISTER))
async def preview_retention(request: Request, _caller: AdministeringChange, wanted: PolicyInput) -> PreviewItem:
    """What a run would take now if another policy were in force. Changes nothing."""
    return preview_item(await _keeping(parts_of(request)).pending(wanted.policy(_new_id)))


@router.post("/retention/confirm", operation_id="confirmRetention", openapi_extra=needs(Action.OPERATE))
async def confirm_retention(request: Request, caller: Changing, order: ConfirmOrder) -> Empty:
    """Let one run take more than it may by itself: exactly as many as were shown. It begins at once."""
    parts = parts_of(request)
    await caller.require(parts, Action.OPERATE, Installation(), "retention")
    await _keeping(parts).confirm(order.recordings, str(caller.who.user), caller.address)
    return Empty()


@router.post("/retention/run", operation_id="runRetention", openapi_extra=needs(Action.OPERATE))
async def run_retention(request: Request, caller: Changing) -> Empty:
    """Begin a run now rather than at night. What it may take by itself stays limited."""
    parts = parts_of(request)
    await caller.require(parts, Action.OPERATE, Installation(), "retention")
    keeping = _keeping(parts)
    await parts.audit.note(str(caller.who.user), "retention.asked", "", caller.address)
    keeping.wake()
    return Empty()


@router.delete("/recordings/{recording}", operation_id="deleteRecording", openapi_extra=needs(Action.DELETE))
async def delete_recording(request: Request, caller: Changing, recording: str, order: DeleteOrder) -> ErasureItem:
    """Erase a recording, not to be undone: its keys are destroyed before the answer comes, its files soon after."""
    parts = parts_of(request)
    identifier = RecordingId.parse(recording)
    await visible_recording(parts, caller, identifier, Action.DELETE)
    if not order.reason.strip():
        raise InvalidInputError("erasure.reason", "An erasure needs a reason.", hint="It goes into the certificate.")
    if parts.erasing is None:
        raise UnavailableError("erasure.none", "Nothing is erased here.")
    erasure = await parts.erasing.erase(Order(identifier, str(caller.who.user), order.reason, address=caller.address))
    await parts.feed.changed([identifier])
    return erasure_item(erasure)


@router.get("/erasures", operation_id="listErasures", openapi_extra=needs(Action.AUDIT, Action.OPERATE))
async def get_erasures(
    request: Request,
    caller: Reading,
    *,
    before: Annotated[int | None, Query(ge=1, le=_ID_MAX, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ErasureList:
    """A page of what was erased, newest first."""
    parts = parts_of(request)
    await _require_one(parts, caller, Action.AUDIT, Action.OPERATE)
    async with parts.catalogue.reading() as connection:
        found = await list_erasures(connection, before=before, limit=limit)
    items = [erasure_item(one) for one in found]
    return ErasureList(items=items, next=str(found[-1].id) if len(found) == limit else None)


@router.get(
    "/erasures/{erasure}/certificate",
    operation_id="getCertificate",
    openapi_extra=needs(Action.AUDIT, Action.OPERATE),
    response_class=Response,
    responses=_CERTIFICATE,
)
async def get_certificate(
    request: Request, caller: Reading, erasure: Annotated[int, Path(ge=1, le=_ID_MAX)]
) -> Response:
    """The signed certificate of an erasure. `playhead erasure verify` verifies it, here and anywhere else."""
    parts = parts_of(request)
    await _require_one(parts, caller, Action.AUDIT, Action.OPERATE)
    async with parts.catalogue.reading() as connection:
        found = await get_erasure(connection, erasure)
    if not found.certificate:
        hint = "Its keys could not be destroyed yet; look at the server's log."
        raise NotFoundError("erasure.unfinished", "This erasure is not finished.", hint=hint)
    headers = {"content-disposition": f'attachment; filename="erasure-{found.recording}.json"'}
    return Response(found.certificate, headers=headers, media_type="application/json")


async def _retention(parts: Parts) -> RetentionItem:
    async with parts.catalogue.reading() as connection:
        policy, last = await load_policy(connection), await last_run(connection)
    return retention_item(policy, last, await _keeping(parts).pending())


async def _require_one(parts: Parts, caller: Caller, first: Action, second: Action) -> None:
    """Go on only if one of two actions on the installation may be done."""
    if not caller.may(second, Installation()):
        await caller.require(parts, first, Installation(), "retention")


def _keeping(parts: Parts) -> Keeping:
    if parts.keeping is None:
        raise UnavailableError("retention.none", "For how long recordings are kept is decided at their sites.")
    return parts.keeping


def _new_id() -> str:
    return secrets.token_hex(_ID_BYTES)
