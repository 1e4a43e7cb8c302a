"""``/api/exports``: recordings as files to take away."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId
from playhead.domain.access import Action, OfAgent
from playhead.domain.exports import ExportProgress, ExportWish
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.exports_models import ExportBegun, ExportItem, ExportOrder
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.needs import Exports
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue import recordings

router = APIRouter(prefix="/api/exports", tags=["exports"], responses=ERRORS)

_Id = Annotated[str, Path(max_length=128, pattern=r"^[A-Za-z0-9._~-]+$")]

_MP4: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        "description": "All of it.",
        "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
    },
    206: {
        "content": {"video/mp4": {"schema": {"type": "string", "format": "binary"}}},
        "description": "What `Range` asks for (RFC 9110 §14).",
    },
    416: {"description": "`Range` asks for what is not there."},
}


@router.post("", operation_id="beginExport", openapi_extra=needs(Action.EXPORT), status_code=202)
async def begin(request: Request, caller: Changing, order: ExportOrder) -> ExportBegun:
    """Begin a file. Nothing is encoded again; it is kept for an hour, and belongs to whoever asked for it."""
    parts = parts_of(request)
    exports = _exports(parts)
    recording = RecordingId.parse(order.recording)
    await _require(parts, caller, recording)
    wish = ExportWish(caller.who.user, recording, _us(order.from_ms), _us(order.to_ms))
    identifier = await exports.begin(wish)
    details = {name: ms for name, ms in (("from_ms", order.from_ms), ("to_ms", order.to_ms)) if ms is not None}
    await parts.audit.note(str(caller.who.user), "export.made", str(recording), caller.address, details)
    return ExportBegun(id=identifier)


@router.get("/{export}", operation_id="getExport", openapi_extra=needs("own"))
async def get_export(request: Request, caller: Reading, export: _Id) -> ExportItem:
    """How far a file is."""
    found = await _exports(parts_of(request)).look(caller.who.user, export)
    return _item(export, found)


@router.get(
    "/{export}/file",
    operation_id="downloadExport",
    openapi_extra=needs("own"),
    response_class=FileResponse,
    responses=_MP4,
)
async def download(request: Request, caller: Reading, export: _Id) -> Response:
    """The finished file, or a range of it."""
    parts = parts_of(request)
    exports = _exports(parts)
    recording = (await exports.look(caller.who.user, export)).recording
    await _require(parts, caller, recording)  # it may have been taken away since
    answer = await exports.answer(caller.who.user, export, request)
    await parts.audit.note_once(str(caller.who.user), "export.downloaded", str(recording), caller.address)
    return answer


@router.delete("/{export}", operation_id="dropExport", openapi_extra=needs("own"), status_code=204)
async def drop(request: Request, caller: Changing, export: _Id) -> Response:
    """Give a file up, finished or not."""
    await _exports(parts_of(request)).drop(caller.who.user, export)
    return Response(status_code=204)


async def _require(parts: Parts, caller: Caller, recording: RecordingId) -> None:
    async with parts.catalogue.reading() as connection:
        found = await recordings.get_recording(connection, recording)
    await caller.require(parts, Action.EXPORT, OfAgent(found.agent, found.started_at_us), str(recording))


def _exports(parts: Parts) -> Exports:
    if parts.exports is None:
        raise UnavailableError("export.none", "This server makes no files.")
    return parts.exports


def _item(export: str, found: ExportProgress) -> ExportItem:
    return ExportItem(
        recording=str(found.recording),
        state=found.state,
        done=found.done,
        bytes=found.size_bytes,
        code=found.code or None,
        url=f"/api/exports/{export}/file" if found.state == "ready" else None,
        faults=found.faults,
    )


def _us(ms: int | None) -> int | None:
    return None if ms is None else ms * 1000
