"""Who is asking: the person behind a cookie, or a program of the operator's with a token."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from playhead.base.errors import RefusedError
from playhead.domain.access import Action, Grant, Object, Scope, Who, decide, may
from playhead.domain.roles import ADMINISTRATOR, built_in_grants
from playhead.net.http.headers import SESSION_COOKIE, session_cookie
from playhead.net.http.hosts import client_address
from playhead.net.http.vouched import Vouched, vouched_of
from playhead.portal.parts import Parts, is_secure, parts_of
from playhead.portal.rules import csrf_matches, origin_matches
from playhead.portal.sessions import SignedIn
from playhead.store.token_keys import verifying_keys
from playhead.wire.tokens import Audience, verify

_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    scheme_name="session",
    auto_error=False,
    description="Given by `POST /api/session`. Over TLS its name is `__Host-playhead_session`.",
)
_bearer = HTTPBearer(
    scheme_name="operator",
    bearerFormat="JWT",
    auto_error=False,
    description="Audience `api`; made by the command line on the server.",
)
_csrf = APIKeyHeader(
    name="X-CSRF-Token",
    scheme_name="csrf",
    auto_error=False,
    description="With the cookie, for requests that change something: `csrf` of `GET /api/session`.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who may ask, and from where."""

    who: Who
    address: str
    session: SignedIn | None
    """None for a program with a token."""

    def may(self, action: Action, thing: Object) -> bool:
        """Whether this may be done: for showing what may be, not for doing it."""
        return may(self.who, action, thing)

    async def require(self, parts: Parts, action: Action, thing: Object, subject: str) -> None:
        """Go on only if this may be done.

        Raises:
            RefusedError: ``access.refused``, which is noted in the audit log.
        """
        decision = decide(self.who, action, thing)
        if not decision.allowed:
            details = {"action": str(action)}
            await parts.audit.refuse(str(self.who.user), "access.refused", subject, self.address, details)
            raise RefusedError("access.refused", "You may not do this.", hint=" ".join(decision.why))


async def _caller(
    request: Request,
    _described: Annotated[str | None, Depends(_cookie)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    return await _identified(request, bearer)


async def identify(request: Request) -> Caller:
    """Who sends a request that FastAPI does not look into.

    Raises:
        RefusedError: ``session.none``, ``token.*``.
    """
    return await _identified(request, await _bearer(request))


async def _identified(request: Request, bearer: HTTPAuthorizationCredentials | None) -> Caller:
    vouched = vouched_of(request.scope)
    if vouched is not None:
        return _let_in(vouched)
    parts = parts_of(request)
    address = client_address(request.scope)
    if bearer is not None:
        now_s = parts.clock.wall_us() // 1_000_000
        keys = verifying_keys(parts.keyring)
        try:
            claims = verify(bearer.credentials, keys, audience=Audience.API, issuer=parts.keyring.site, now_s=now_s)
        except RefusedError as error:
            await parts.audit.refuse("unknown", "token.refused", request.url.path, address, {"code": error.code})
            raise
        return Caller(Who(claims.user, grants=built_in_grants(ADMINISTRATOR)), address, None)
    session = await parts.sessions.find(request.cookies.get(session_cookie(request.scope["scheme"])))
    if session is None:
        raise RefusedError("session.none", "You are not signed in.", hint="Sign in first.")
    return Caller(session.who, address, session)


def _let_in(vouched: Vouched) -> Caller:
    grants = tuple(Grant(Action(one), Scope.ALL) for one in sorted(vouched.actions))
    return Caller(Who(vouched.user, grants=grants), vouched.address, None)


async def _changing_caller(
    request: Request,
    caller: Annotated[Caller, Depends(_caller)],
    token: Annotated[str | None, Depends(_csrf)],
) -> Caller:
    check_origin(request)
    if caller.session is not None and not csrf_matches(caller.session.secret, token or ""):
        await parts_of(request).audit.refuse(str(caller.who.user), "csrf.refused", request.url.path, caller.address)
        raise RefusedError("csrf.refused", "The request lacks the token of your page.", hint="Load the page again.")
    return caller


def check_origin(request: Request) -> None:
    """Refuse what a page of another origin sends.

    Raises:
        RefusedError: ``csrf.origin``.
    """
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    secure = is_secure(request)
    if not origin_matches(origin, host, secure=secure):
        proxied = not secure and origin_matches(origin, host, secure=True)
        hint = "A proxy that adds TLS is not supported: give its certificate to the portal." if proxied else ""
        raise RefusedError("csrf.origin", "The request comes from a page of another origin.", hint=hint)


Reading = Annotated[Caller, Depends(_caller)]
"""A dependency: someone signed in."""

Changing = Annotated[Caller, Depends(_changing_caller)]
"""A dependency: someone signed in, on a page of ours, who wants to change something."""
