"""The ASGI application on port 2020: API, pages, health, metrics, and what the site mounts beside them (media)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from playhead import __version__
from playhead.base.errors import InvalidInputError, NotFoundError, PlayheadError, UnavailableError
from playhead.domain.access import Action, Installation
from playhead.net.http.echo import Echoes
from playhead.net.http.errors import error_response, tell_unserved
from playhead.net.http.from_page import page_of
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.hosts import AllowedHosts, HostHeader, client_address, is_loopback
from playhead.net.http.server import AsgiApp
from playhead.portal.api import (
    access,
    account,
    analytics,
    analytics_export,
    analytics_rules,
    audit,
    bookmarks,
    bulk,
    coverage,
    environment,
    events,
    exports,
    facets,
    groups,
    health,
    keeping,
    link,
    log_levels,
    login_sessions,
    logs,
    mine,
    oidc,
    quarantine,
    recordings,
    roles,
    sessions,
    sites,
    users,
    views,
    wall,
    workstations,
)
from playhead.portal.callers import identify
from playhead.portal.openapi import describe
from playhead.portal.pages import Pages
from playhead.portal.parts import Parts, parts_of
from playhead.portal.sign_in import WaitError
from playhead.store.audit_trail import done_from

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A request with one of these comes through a proxy, so its address is the proxy's (RFC 7239)."""

_BUSY_S: Final = 3
"""When to come back after "not right now"."""

_DESCRIPTION: Final = """The recordings of a site, and what its workstations do.

Sign in with `POST /api/session`; or, as a program on the server, send a bearer token that the command line makes.
Every error has one shape: `{"error": {"code", "message", "hint"}}`."""


def create_application(
    parts: Parts,
    *,
    hosts: AllowedHosts,
    mounted: Sequence[BaseRoute] = (),
    pages: Pages | None = None,
    strict_s: int | None = None,
    described: Sequence[Mapping[str, Any]] = (),
    near: Callable[[], Sequence[str]] = tuple,
) -> AsgiApp:
    """The application, behind its guard.

    Args:
        parts: what requests need.
        hosts: the names it may be called by.
        mounted: routes of other services at this port, such as the player's media.
        pages: None for those of the web build.
        strict_s: as `playhead.net.http.SecurityPolicy`'s.
        described: what OpenAPI has to say of ``mounted``.
        near: origins that pages may play from directly.
    """
    app = FastAPI(
        title="Playhead",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.add_exception_handler(PlayheadError, _tell)
    app.add_exception_handler(HTTPException, tell_unserved)
    app.add_exception_handler(RequestValidationError, _tell_malformed)
    people = (users, groups, roles, login_sessions, access)
    library = (facets, bulk, coverage, recordings, views, bookmarks)
    records = (mine, audit, quarantine, health, keeping, environment, link, log_levels, logs, sites)
    analysing = (analytics_rules, analytics_export, analytics)
    for module in (
        sessions,
        account,
        oidc,
        *library,
        *analysing,
        workstations,
        events,
        *people,
        wall,
        exports,
        *records,
    ):
        # As they are: including a router makes all of its routes anew for each application.
        app.routes.extend(module.router.routes)
    describe(app, described)
    app.routes.extend(mounted)
    app.add_route("/metrics", _metrics, include_in_schema=False)
    app.add_route("/healthz", _health, include_in_schema=False)
    app.routes.append(Echoes().route)
    app.router.default = _page_route(pages or Pages())

    def connect(host: HostHeader) -> Sequence[str]:
        return (*parts.token_origins(host.name), *near())

    policy = SecurityPolicy(page=True, strict_s=strict_s)
    guard = Guard(service="portal", clock=parts.clock, policy=policy, hosts=hosts, connect=connect)
    return guarded(_telling_pages(cast("AsgiApp", app)), guard)


def _telling_pages(app: AsgiApp) -> AsgiApp:
    """``app``, which notes in the audit log from which page each thing was done."""

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        with done_from(page_of(scope)):
            await app(scope, receive, send)

    return telling


def _page_route(pages: Pages) -> AsgiApp:
    """What answers where no route has the path."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path.startswith(("/api/", "/media/")):
            raise NotFoundError("http.path", "There is no such path.")
        if request.method not in {"GET", "HEAD"}:
            answer = error_response(InvalidInputError("http.method", "This method is not served here."))
            answer.headers["allow"] = "GET, HEAD"
        else:
            answer = pages.answer(request)
        await answer(scope, receive, send)

    return page


async def _health(request: Request) -> Response:
    """For whatever watches over the server. It serves, so the answer is 200; what is wrong is in it, in codes alone."""
    problems = [one.code for one in parts_of(request).control.problems()]
    return JSONResponse({"status": "degraded" if problems else "ok", "version": __version__, "problems": problems})


async def _metrics(request: Request) -> Response:
    """For whoever is on this machine, and for programs with the operator's token."""
    local = is_loopback(client_address(request.scope)) and not any(name in request.headers for name in _FORWARDED)
    if not local:
        caller = await identify(request)
        await caller.require(parts_of(request), Action.OPERATE, Installation(), "metrics")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _tell(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PlayheadError)  # noqa: S101 - registered for it
    return error_response(error, retry_after_s=_retry_after_s(error))


def _retry_after_s(error: PlayheadError) -> int | None:
    if isinstance(error, WaitError):
        return error.wait_s
    return _BUSY_S if isinstance(error, UnavailableError) else None


async def _tell_malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    first = error.errors()[0]
    # Where and what is wrong, and never the value: it may be a password.
    place = ".".join(str(part) for part in first["loc"])
    return error_response(InvalidInputError("http.request", f"{place}: {first['msg']}."))
