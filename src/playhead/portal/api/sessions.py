"""``/api/session``: signing in and out."""

from fastapi import APIRouter, Depends, Request, Response

from playhead.base.errors import RefusedError
from playhead.base.instants import utc
from playhead.net.http.headers import session_cookie
from playhead.net.http.hosts import client_address
from playhead.portal.api.account_models import Renewal
from playhead.portal.api.answers import ERRORS
from playhead.portal.api.models import Credentials, SessionItem, UserItem
from playhead.portal.api.permissions import needs
from playhead.portal.callers import Changing, Reading, check_origin
from playhead.portal.parts import is_secure, parts_of
from playhead.portal.rules import csrf_token, permissions
from playhead.portal.sessions import SignedIn
from playhead.portal.sign_in import Attempt

router = APIRouter(prefix="/api/session", tags=["session"], responses=ERRORS)


@router.post("", operation_id="signIn", openapi_extra=needs("nothing"), dependencies=[Depends(check_origin)])
async def sign_in(request: Request, response: Response, credentials: Credentials) -> SessionItem:
    """Sign in. The answer sets the session's cookie.

    Refused with `signin.code_needed` where a code of the second factor is needed, too; with `password.expired` where
    the password has to be replaced first, by `POST /api/session/password`.
    """
    parts = parts_of(request)
    session = await parts.sign_in.sign_in(attempt_of(request, credentials.user, credentials.password, credentials.code))
    give_cookie(request, response, session)
    return await session_item(request, session)


@router.get("", operation_id="getSession", openapi_extra=needs("signed_in"))
async def get_session(request: Request, caller: Reading) -> SessionItem:
    """Who is signed in, and the token that changes need."""
    return await session_item(request, _session_of(caller.session))


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


@router.post(
    "/password", operation_id="renewPassword", openapi_extra=needs("nothing"), dependencies=[Depends(check_origin)]
)
async def renew_password(request: Request, response: Response, renewal: Renewal) -> SessionItem:
    """Replace a password that has to be replaced, and sign in. All other sessions of the user end."""
    parts = parts_of(request)
    attempt = attempt_of(request, renewal.user, renewal.old, renewal.code)
    session = await parts.sign_in.renew(attempt, renewal.new)
    give_cookie(request, response, session)
    return await session_item(request, session)


def attempt_of(request: Request, user: str, password: str, code: str | None) -> Attempt:
    """What somebody gives to prove who they are."""
    return Attempt(user, password, code or "", client_address(request.scope), request.headers.get("user-agent", ""))


def give_cookie(request: Request, response: Response, session: SignedIn) -> None:
    """Have the browser keep a session, until it is closed."""
    name = session_cookie(request.scope["scheme"])
    response.set_cookie(name, session.secret, httponly=True, samesite="strict", secure=is_secure(request), path="/")


def _session_of(session: SignedIn | None) -> SignedIn:
    if session is None:
        raise RefusedError("session.none", "A token is not a session.")
    return session


async def session_item(request: Request, session: SignedIn) -> SessionItem:
    """A session for the wire."""
    parts = parts_of(request)
    who = session.who
    return SessionItem(
        user=UserItem(name=str(who.user), display_name=who.name, permissions=sorted(permissions(who))),
        csrf_token=csrf_token(session.secret),
        token_url=parts.token_url(request),
        site=str(parts.keyring.site),
        capabilities=parts.capabilities(),
        sites=None if parts.coverages is None else [str(one) for one in await parts.coverages.sites()],
        expires_at=utc(session.expires_at_us),
    )
