"""``/api/views``: questions to the library that people keep."""

from fastapi import APIRouter, Request, Response

from playhead.base.errors import NotFoundError, RefusedError
from playhead.base.ids import UserId
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.library_models import ViewInput, ViewItem, ViewList, view_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.changes import changing
from playhead.portal.parts import parts_of
from playhead.store.catalogue import views
from playhead.store.catalogue.views import View

router = APIRouter(prefix="/api/views", tags=["views"], responses=ERRORS)


@router.get("", operation_id="listViews", openapi_extra=needs("signed_in"))
async def list_views(request: Request, caller: Reading) -> ViewList:
    """One's own views and those that others share, by name. What they show is decided when they are opened."""
    async with parts_of(request).catalogue.reading() as connection:
        found = await views.list_views(connection, caller.who.user)
    return ViewList(items=[view_item(one, mine=one.user == caller.who.user) for one in found])


@router.post("", operation_id="addView", status_code=201, openapi_extra=needs("signed_in"))
async def add_view(request: Request, caller: Changing, wanted: ViewInput) -> ViewItem:
    """Keep a question."""
    user = person(caller)
    view = _view(user, wanted)
    async with changing(parts_of(request), caller, "view") as change:
        view = _view(user, wanted, await views.add_view(change.connection, view))
        if view.shared:
            await change.note("view.added", str(view.id), {"detail": view.name})
    return view_item(view, mine=True)


@router.put("/{view}", operation_id="changeView", openapi_extra=needs("own"))
async def change_view(request: Request, caller: Changing, view: str, wanted: ViewInput) -> ViewItem:
    """Make one of one's own views what is given."""
    user = person(caller)
    async with changing(parts_of(request), caller, f"view {view}") as change:
        before = await views.get_view(change.connection, number(view, "view"), user)
        _check_own(before, user)
        after = _view(user, wanted, before.id)
        await views.change_view(change.connection, after)
        if before.shared or after.shared:
            await change.note("view.changed", str(after.id), {"detail": after.name})
    return view_item(after, mine=True)


@router.delete("/{view}", operation_id="deleteView", status_code=204, openapi_extra=needs("own"))
async def delete_view(request: Request, caller: Changing, view: str) -> Response:
    """Remove one of one's own views."""
    user = person(caller)
    async with changing(parts_of(request), caller, f"view {view}") as change:
        before = await views.get_view(change.connection, number(view, "view"), user)
        _check_own(before, user)
        await views.delete_view(change.connection, before.id)
        if before.shared:
            await change.note("view.deleted", str(before.id), {"detail": before.name})
    return Response(status_code=204)


def person(caller: Caller) -> UserId:
    """The user who asks.

    Raises:
        RefusedError: ``session.none``: it is a program with a token, which keeps nothing of its own.
    """
    if caller.session is None:
        raise RefusedError("session.none", "A token is not a session.", hint="Sign in first.")
    return caller.who.user


def number(text: str, kind: str) -> int:
    """What a view or a bookmark is called by.

    Raises:
        NotFoundError: ``view.not_found``, ``bookmark.not_found``.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - what a 64-bit integer holds
        raise NotFoundError(f"{kind}.not_found", f"There is no such {kind}.")
    return int(text)


def _check_own(view: View, user: UserId) -> None:
    if view.user != user:
        raise RefusedError("access.refused", "This view is somebody else's.", hint="Keep one of your own.")


def _view(user: UserId, wanted: ViewInput, identifier: int = 0) -> View:
    return View(user, wanted.name.strip(), wanted.query, wanted.shared, wanted.columns, identifier)
