"""``/api/link``: the link to the cloud, for who operates the server."""

from fastapi import APIRouter, Request

from playhead.base.errors import UnavailableError
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.link_models import LinkItem, link_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Reading
from playhead.portal.parts import parts_of

router = APIRouter(prefix="/api/link", tags=["operation"], responses=ERRORS)


@router.get("", operation_id="getLink", openapi_extra=needs(Action.OPERATE))
async def get_link(request: Request, caller: Reading) -> LinkItem:
    """How the link is: its connections, what they carry by class, what waits, and why one is not there."""
    parts = parts_of(request)
    await caller.require(parts, Action.OPERATE, Installation(), "link")
    if parts.link is None:
        raise UnavailableError("link.none", "There is no link to a cloud here.")
    return link_item(parts.link.state())
