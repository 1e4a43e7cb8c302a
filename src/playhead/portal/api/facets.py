"""``/api/recordings/facets``: what there is to choose from in the library's filters."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from playhead.domain.access import Action, Sight, sight
from playhead.domain.words import TAG_CHARS_MAX
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import FacetsItem, GroupName
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Reading
from playhead.portal.parts import Parts, parts_of
from playhead.store.catalogue.groups import Group, list_groups
from playhead.store.library.facets import VALUES_MAX

router = APIRouter(prefix="/api/recordings/facets", tags=["recordings"], responses=ERRORS)


@router.get("", operation_id="getFacets", openapi_extra=needs(Action.VIEW))
async def get_facets(
    request: Request,
    caller: Reading,
    *,
    q: Annotated[str, Query(max_length=TAG_CHARS_MAX, description="What they begin with.")] = "",
) -> FacetsItem:
    """Agents, workstations, tags, sites and groups of the recordings that the caller may see, up to 200 each."""
    parts = parts_of(request)
    prefix = q.strip().casefold()
    shown = sight(caller.who, Action.VIEW)
    found = await parts.library.facets(shown, prefix)
    groups = [group for group in await _groups(parts, caller, shown) if group.name.casefold().startswith(prefix)]
    return FacetsItem(
        agents=list(found.agents),
        workstations=list(found.workstations),
        tags=list(found.tags),
        sites=list(found.sites),
        groups=[GroupName(id=str(group.id), name=group.name) for group in groups[:VALUES_MAX]],
    )


async def _groups(parts: Parts, caller: Caller, shown: Sight) -> list[Group]:
    """All, for those who see everybody's; otherwise the ones that the caller supervises."""
    async with parts.catalogue.reading() as connection:
        groups = await list_groups(connection)
    return [group for group in groups if shown.everyone or caller.who.user in group.supervisors]
