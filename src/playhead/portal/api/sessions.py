"""``/api/session``: signing in and out."""

from fastapi import APIRouter, Depends, Request, Response

from playhead.base.errors import RefusedError
from playhead.base.instants import utc
from playhead.net.http import client_address, session_cookie
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.models import Credentials, SessionItem, UserItem
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Changing, Reading, check_origin
from playhead.portal.parts import Parts, is_secure, parts_of
from playhead.portal.rules import csrf_token, permissions
from playhead.portal.sessions import SignedIn

router = APIRouter(prefix="/api/session", tags=["session"], responses=ERRORS)


@router.post("", operation_id="signIn", openapi_extra=needs("nothing"), dependencies=[Depends(check_origin)])
async def sign_in(request: Request, response: Response, credentials: Credentials) -> SessionItem:
    """Sign in. The answer sets the cookie `playhead_session`."""
    parts = parts_of(request)
    session = await parts.sign_in.sign_in(credentials.user, credentials.password, client_address(request.scope))
    give_cookie(request, response, session)
    return _item(request, parts, session)


@router.get("", operation_id="getSession", openapi_extra=needs("signed_in"))
async def get_session(request: Request, caller: Reading) -> SessionItem:
    """Who is signed in, and the token that changes need."""
    return _item(request, parts_of(request), _session_of(caller.session))


@router.delete("", operation_id="signOut", openapi_extra=needs("signed_in"), status_code=204)
async def sign_out(request: Request, caller: Changing) -> Response:
    """Sign out."""
    parts = parts_of(request)
    session = _session_of(caller.session)
    await parts.sessions.close(session.secret)
    await parts.audit.note(str(session.who.user), "sign_out.ok", "", caller.address)
    gone = Response(status_code=204)
    gone.delete_cookie(
        session_cookie(request.scope["scheme"]), httponly=True, samesite="strict", secure=is_secure(request), path="/"
    )
    return gone


def give_cookie(request: Request, response: Response, session: SignedIn) -> None:
    """Have the browser keep a session, until it is closed."""
    name = session_cookie(request.scope["scheme"])
    response.set_cookie(name, session.secret, httponly=True, samesite="strict", secure=is_secure(request), path="/")


def _session_of(session: SignedIn | None) -> SignedIn:
    if session is None:
        raise RefusedError("session.none", "A token is not a session.")
    return session


def _item(request: Request, parts: Parts, session: SignedIn) -> SessionItem:
    who = session.who
    return SessionItem(
        user=UserItem(name=str(who.user), display_name=who.name, permissions=sorted(permissions(who))),
        csrf_token=csrf_token(session.secret),
        token_url=parts.token_url(request),
        site=str(parts.keyring.site),
        expires_at=utc(session.expires_at_us),
    )
