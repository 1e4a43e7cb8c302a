"""``/api/health``: what is wrong with the server now."""

from fastapi import APIRouter, Request

from playhead.portal.api.answers import ERRORS
from playhead.portal.api.health_models import HealthItem, health_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Reading
from playhead.portal.parts import parts_of

router = APIRouter(prefix="/api/health", tags=["operation"], responses=ERRORS)


@router.get("", operation_id="getProblems", openapi_extra=needs("signed_in"))
async def get_health(request: Request, _caller: Reading) -> HealthItem:
    """What is wrong now. Pages that follow changes are told as an event of the name `health`, in the same form."""
    return health_item(parts_of(request).control.problems())
