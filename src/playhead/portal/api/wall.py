"""``/api/wall``: who is being recorded at this moment, with small pictures. Nothing of it reaches a workstation."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response

from playhead.base.errors import NotFoundError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.instants import utc
from playhead.domain.access import Action, OfAgent, may
from playhead.domain.live import LiveWorkstation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.wall_models import WallItem, WallList
from playhead.portal.callers import Reading
from playhead.portal.needs import Picture
from playhead.portal.parts import parts_of
from playhead.store.catalogue import recordings

NOTED_US: Final = 3_600_000_000
"""That somebody saw pictures of a recording on the wall is noted once in so long: a wall of 200 is 200 entries an
hour."""

router = APIRouter(prefix="/api/wall", tags=["wall"], responses=ERRORS)

_JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        "description": "At most 320 × 180 pixels.",
        "headers": {"ETag": {"schema": {"type": "string"}, "description": "For `If-None-Match`."}},
    },
    304: {"description": "Still the one that is known."},
}


@router.get("", operation_id="listWall", openapi_extra=needs(Action.LIVE))
async def list_wall(request: Request, caller: Reading) -> WallList:
    """The workstations that are being recorded and that you may watch live."""
    parts = parts_of(request)
    shown = {
        live.recording: live
        for live in parts.control.workstations()
        if live.recording is not None and live.connected and may(caller.who, Action.LIVE, OfAgent(live.agent))
    }
    async with parts.catalogue.reading() as connection:
        started = await recordings.starts_of(connection, list(shown))
    shown = {
        recording: live
        for recording, live in shown.items()
        if may(caller.who, Action.LIVE, OfAgent(live.agent, started.get(recording)))
    }
    pictures: Mapping[RecordingId, Picture] = {}
    if parts.pictures is not None:
        pictures = await parts.pictures.find(list(shown))
    items = [
        WallItem(
            **parts.feed.workstation_item(live).model_dump(),
            recording_started_at=utc(started[recording]) if recording in started else None,
            thumbnail_at=utc(pictures[recording].at_us) if recording in pictures else None,
        )
        for recording, live in shown.items()
    ]
    return WallList(items=sorted(items, key=lambda item: item.id))


@router.get(
    "/{workstation}/thumbnail",
    operation_id="getWallThumbnail",
    openapi_extra=needs(Action.LIVE),
    response_class=Response,
    responses=_JPEG,
)
async def get_thumbnail(
    request: Request,
    caller: Reading,
    workstation: str,
    *,
    at: Annotated[
        str | None, Query(max_length=40, description="`thumbnailAt`, so that each has an address of its own. Not read.")
    ] = None,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The newest picture of what a workstation records."""
    del at
    parts = parts_of(request)
    identifier = WorkstationId(workstation)
    live = next((one for one in parts.control.workstations() if one.id == identifier), None)
    await caller.require(parts, Action.LIVE, OfAgent("" if live is None else live.agent), workstation)
    recording = _recorded(live)
    if parts.pictures is None or recording is None:
        raise _none()
    known = (await parts.pictures.find([recording])).get(recording)
    if known is None:
        raise _none()
    if if_none_match == f'"{known.tag}"':
        return Response(status_code=304, headers={"etag": f'"{known.tag}"'})
    user = str(caller.who.user)
    await parts.audit.note_all_once(user, "wall.watched", [str(recording)], caller.address, repeat_us=NOTED_US)
    tag, jpeg = await parts.pictures.open(recording)
    return Response(jpeg, media_type="image/jpeg", headers={"etag": f'"{tag}"'})


def _recorded(live: LiveWorkstation | None) -> RecordingId | None:
    return live.recording if live is not None and live.connected else None


def _none() -> NotFoundError:
    return NotFoundError("thumbnail.none", "There is no picture yet.")
