"""``/api/sites``: the servers of several sites, for who operates them. Each answers as at its own portal."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from playhead.base.errors import NotFoundError
from playhead.base.ids import SiteId
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.permissions import needs
from playhead.portal.api.sites_models import SiteList, site_item
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.needs_sites import Sites
from playhead.portal.parts import Parts, parts_of

NAME: Final = "^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$"
REST: Final = "^[a-z0-9._/-]+$"
REST_CHARS_MAX: Final = 200

router = APIRouter(prefix="/api/sites", tags=["operation"], responses=ERRORS)

_ANY: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"*/*": {}}, "description": "As at the site's portal."}
}


async def _operating(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.OPERATE, Installation(), "sites")
    return caller


async def _operating_change(request: Request, caller: Changing) -> Caller:
    return await _operating(request, caller)


Operating = Annotated[Caller, Depends(_operating)]
OperatingChange = Annotated[Caller, Depends(_operating_change)]
_Site = Annotated[str, Path(pattern=NAME)]
_Rest = Annotated[
    str,
    Path(
        max_length=REST_CHARS_MAX,
        pattern=REST,
        description="What follows `/api/` there: of `logs`, `environment` and `link`.",
    ),
]


@router.get("", operation_id="listSites", openapi_extra=needs(Action.OPERATE))
async def list_sites(request: Request, _caller: Operating) -> SiteList:
    """Every site, and whether it can be asked now."""
    found = await _sites(parts_of(request)).all()
    return SiteList(items=[site_item(site, reached) for site, reached in sorted(found.items())])


@router.get(
    "/{site}/{rest:path}",
    operation_id="lookAtSite",
    openapi_extra=needs(Action.OPERATE),
    response_class=Response,
    responses=_ANY,
)
async def look(request: Request, caller: Operating, site: _Site, rest: _Rest) -> Response:
    """What a site's own server answers to the same question."""
    return await _asked(request, caller, site, rest)


@router.post(
    "/{site}/{rest:path}",
    operation_id="operateSite",
    openapi_extra=needs(Action.OPERATE),
    response_class=Response,
    responses=_ANY,
)
async def operate(request: Request, caller: OperatingChange, site: _Site, rest: _Rest) -> Response:
    """Have a site's own server do something. It is in its audit log, and in this one."""
    return await _done(request, caller, site, rest)


@router.delete(
    "/{site}/{rest:path}",
    operation_id="endAtSite",
    openapi_extra=needs(Action.OPERATE),
    response_class=Response,
    responses=_ANY,
)
async def end(request: Request, caller: OperatingChange, site: _Site, rest: _Rest) -> Response:
    """Have a site's own server end something. It is in its audit log, and in this one."""
    return await _done(request, caller, site, rest)


async def _done(request: Request, caller: Caller, site: str, rest: str) -> Response:
    details = {"what": f"{request.method} {rest}"}
    await parts_of(request).audit.note(str(caller.who.user), "site.operated", site, caller.address, details)
    return await _asked(request, caller, site, rest)


async def _asked(request: Request, caller: Caller, site: str, rest: str) -> Response:
    sites = _sites(parts_of(request))
    return await sites.operate(SiteId(site), request, rest, caller.who.user, caller.address)


def _sites(parts: Parts) -> Sites:
    if parts.sites is None:
        raise NotFoundError("sites.none", "This is the portal of one site.")
    return parts.sites
