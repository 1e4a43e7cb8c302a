"""What each route asks of its caller: said beside the route and in the API's document, and enforced in the route.

The tests go through every route: one without a declaration fails, and so does one that lets in whom it should not.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request

from playhead.domain.access import Action, Installation
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.parts import parts_of

EXTENSION: Final = "x-needs"
"""In the API's document, of each operation: who may ask, any one of which is enough."""

Need = Action | Literal["nothing", "signed_in", "own"]
"""An action that must be allowed for the object; or nobody need be signed in, anybody who is, or whose own it is."""


def needs(*any_of: Need) -> dict[str, Any]:
    """``openapi_extra`` of a route."""
    return {EXTENSION: [str(one) for one in any_of]}


async def _administering(request: Request, caller: Reading) -> Caller:
    await caller.require(parts_of(request), Action.ADMINISTER, Installation(), request.url.path)
    return caller


async def _administering_change(request: Request, caller: Changing) -> Caller:
    return await _administering(request, caller)


Administering = Annotated[Caller, Depends(_administering)]
"""A dependency: someone who may administer."""

AdministeringChange = Annotated[Caller, Depends(_administering_change)]
"""A dependency: someone who may administer, on a page of ours, who wants to change something."""
