"""``/api/sessions``: where somebody is signed in, and ending that. One's own; all for those who may administer."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from playhead.base.errors import InvalidInputError, NotFoundError
from playhead.base.ids import UserId
from playhead.domain.access import Action, Installation
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.people_models import LoginSessionPage, login_session_item
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Caller, Changing, Reading
from playhead.portal.changes import changing
from playhead.portal.parts import Parts, parts_of
from playhead.portal.rules import key_hash
from playhead.store.catalogue import login_sessions
from playhead.store.catalogue.login_sessions import PAGE_ITEMS_MAX

router = APIRouter(prefix="/api/sessions", tags=["people"], responses=ERRORS)
_OWN_OR_ADMINISTER: Final = needs("own", Action.ADMINISTER)
_OWN = "me"

_User = Annotated[str | None, Query(max_length=63, description="Only theirs; `me` for one's own.")]


@router.get("", operation_id="listSessions", openapi_extra=_OWN_OR_ADMINISTER)
async def list_sessions(
    request: Request,
    caller: Reading,
    *,
    user: _User = None,
    before: Annotated[str | None, Query(max_length=64, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ITEMS_MAX)] = 100,
) -> LoginSessionPage:
    """A page of login sessions, the last used first: of everybody for those who may administer, otherwise one's own."""
    parts = parts_of(request)
    whose = await _whose(parts, caller, user)
    place = None if before is None else _place(before)
    async with parts.catalogue.reading() as connection:
        now_us = parts.clock.wall_us()
        found = await login_sessions.list_login_sessions(connection, now_us, user=whose, before=place, limit=limit)
    current = "" if caller.session is None else caller.session.public_id
    following = f"{found[-1].seen_at_us}-{found[-1].public_id}" if len(found) == limit else None
    return LoginSessionPage(items=[login_session_item(one, current) for one in found], next=following)


@router.delete("/{session}", operation_id="endSession", status_code=204, openapi_extra=_OWN_OR_ADMINISTER)
async def end_session(request: Request, caller: Changing, session: str) -> Response:
    """Sign somebody out in one browser."""
    parts = parts_of(request)
    async with parts.catalogue.reading() as connection:
        found = await login_sessions.find_by_public_id(connection, session, parts.clock.wall_us())
    if found is None or found.user != caller.who.user:
        # Before it is told whether there is one: the ids of others' sessions are nobody's business.
        await caller.require(parts, Action.ADMINISTER, Installation(), request.url.path)
    if found is None:
        raise NotFoundError("session.not_found", "There is no such session, or it has ended.")
    async with changing(parts, caller, str(found.user)) as change:
        await login_sessions.delete_login_session(change.connection, found.key_hash)
        await change.note("session.ended", str(found.user), {"session": session, "browser": found.agent})
    return Response(status_code=204)


@router.delete("", operation_id="endSessions", status_code=204, openapi_extra=_OWN_OR_ADMINISTER)
async def end_sessions(request: Request, caller: Changing, *, user: _User = None) -> Response:
    """Sign somebody out everywhere, but for the session that asks; without ``user`` oneself."""
    parts = parts_of(request)
    whose = await _whose(parts, caller, user or _OWN)
    assert whose is not None  # noqa: S101 - somebody is named
    kept = None if caller.session is None else key_hash(caller.session.secret)
    async with changing(parts, caller, str(whose)) as change:
        ended = await login_sessions.delete_login_sessions_of(change.connection, whose, except_key_hash=kept)
        await change.note("session.ended", str(whose), {"sessions": ended})
    return Response(status_code=204)


async def _whose(parts: Parts, caller: Caller, user: str | None) -> UserId | None:
    """Whose sessions are meant; None for everybody's.

    Raises:
        RefusedError: ``access.refused``.
    """
    if user == _OWN or (user is None and not caller.may(Action.ADMINISTER, Installation())):
        return caller.who.user
    whose = None if user is None else UserId(user)
    if whose != caller.who.user:
        await caller.require(parts, Action.ADMINISTER, Installation(), "sessions" if user is None else user)
    return whose


def _place(before: str) -> tuple[int, str]:
    seen_at_us, _, identifier = before.partition("-")
    if not seen_at_us.isascii() or not seen_at_us.isdecimal() or not identifier:
        raise InvalidInputError("list.cursor", "This is not a cursor that the list has given out.")
    return min(int(seen_at_us), (1 << 63) - 1), identifier
