"""``/oidc``: leaving for the organisation's own sign-in, and coming back. For browsers, not for programs."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from playhead.base.errors import NotFoundError, PlayheadError
from playhead.net.http.hosts import client_address
from playhead.portal.admission import Admission
from playhead.portal.api.permissions import needs
from playhead.portal.api.sessions import give_cookie
from playhead.portal.oidc import Oidc
from playhead.portal.oidc_rules import local_path
from playhead.portal.parts import Parts, is_secure, parts_of

_COOKIE: Final = "playhead_oidc"
_COOKIE_S: Final = 600

router = APIRouter(prefix="/oidc", include_in_schema=False)


@router.get("/start", openapi_extra=needs("nothing"))
async def start(request: Request, next_path: Annotated[str, Query(alias="next", max_length=2048)] = "/") -> Response:
    """Go to the provider."""
    oidc = _oidc_of(parts_of(request))
    try:
        leaving = await oidc.leave(_redirect_uri(request), next_path)
    except PlayheadError as error:
        return _back_to_sign_in(error, next_path)
    answer = _see_other(leaving.url)
    # Lax: it has to come along when the provider sends the browser back (RFC 6265bis §5.2).
    answer.set_cookie(
        _cookie_name(request),
        leaving.cookie,
        max_age=_COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/",
    )
    return answer


@router.get("/callback", openapi_extra=needs("nothing"))
async def callback(request: Request) -> Response:
    """Come back from the provider, signed in or not."""
    parts = parts_of(request)
    oidc = _oidc_of(parts)
    address, name = client_address(request.scope), _cookie_name(request)
    try:
        try:
            outsider, next_path = await oidc.come_back(dict(request.query_params), request.cookies.get(name, ""))
        except PlayheadError as error:
            details = {"how": "oidc", "code": error.code}
            await parts.audit.refuse("unknown", "sign_in.refused", "", address, details)
            raise
        admission = Admission(parts.catalogue, parts.sign_in, parts.audit, parts.clock, oidc.config.create_users)
        session = await admission.admit(outsider, address, request.headers.get("user-agent", ""))
    except PlayheadError as error:
        answer = _back_to_sign_in(error, "/")
    else:
        answer = _see_other(next_path)
        give_cookie(request, answer, session)
    answer.delete_cookie(name, httponly=True, samesite="lax", secure=is_secure(request), path="/")
    return answer


def _oidc_of(parts: Parts) -> Oidc:
    if parts.oidc is None:
        raise NotFoundError("http.path", "There is no such path.")
    return parts.oidc


def _redirect_uri(request: Request) -> str:
    """Ours, by the name that the browser called us by: the guard has looked at it, and the provider does again."""
    return f"{request.scope['scheme']}://{request.headers['host']}/oidc/callback"


def _cookie_name(request: Request) -> str:
    return f"__Host-{_COOKIE}" if is_secure(request) else _COOKIE


def _see_other(address: str) -> Response:
    return Response(status_code=303, headers={"location": address})


def _back_to_sign_in(error: PlayheadError, next_path: str) -> Response:
    """The page says in words what the code means."""
    return _see_other(f"/sign-in?{urlencode({'refused': error.code, 'next': local_path(next_path)})}")
