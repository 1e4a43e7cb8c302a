"""Every error of ours as an HTTP answer of one shape: ``{"error": {"code", "message", "hint"}}``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from playhead.base.errors import (
    ConflictError,
    CorruptError,
    InvalidInputError,
    LimitError,
    NotFoundError,
    PlayheadError,
    ProtocolError,
    RefusedError,
    UnavailableError,
)

_STATUS_BY_KIND: Final[Mapping[type[PlayheadError], int]] = {
    InvalidInputError: 400,
    ProtocolError: 400,
    RefusedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    LimitError: 413,
    CorruptError: 500,
    UnavailableError: 503,
}

_STATUS_BY_CODE: Final[Mapping[str, int]] = {
    "http.body_type": 415,
    "http.header_length": 431,
    "http.host": 421,
    "http.method": 405,
    "http.slow": 408,
    "http.uri_length": 414,
    "internal.error": 500,
    "list.limit": 400,
    "screen.commands": 429,
    "screen.subscribers": 503,
    "session.busy": 503,
    "session.none": 401,
    "session.locked": 429,
    "session.refused": 401,
    "signin.code": 401,
    "signin.code_needed": 401,
    "token.missing": 401,
}
"""Where HTTP has a better word than the error's kind (RFC 9110 §15)."""

METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
"""What may reach our applications (RFC 9110 §9). None serves TRACE, but only they know what to say that they serve."""


def status_of(error: PlayheadError) -> int:
    """The HTTP status of an error."""
    if error.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[error.code]
    if error.code.startswith("token."):
        return HTTPStatus.UNAUTHORIZED
    return next(status for kind, status in _STATUS_BY_KIND.items() if isinstance(error, kind))


def error_body(error: PlayheadError) -> bytes:
    """The JSON of an error."""
    return msgspec.json.encode({"error": {"code": error.code, "message": error.message, "hint": error.hint}})


def error_response(error: PlayheadError, *, retry_after_s: int | None = None) -> Response:
    """The answer that tells an error.

    Args:
        error: what went wrong.
        retry_after_s: when to come back (RFC 9110 §10.2.3).
    """
    status = status_of(error)
    headers: dict[str, str] = {}
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    if error.code.startswith("token."):
        headers["www-authenticate"] = "Bearer"  # RFC 6750 §3
    return Response(error_body(error), status, headers, media_type="application/json")


async def tell_unserved(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, no such method) in the one shape: an exception handler."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer = error_response(InvalidInputError("http.method", "This method is not served here."))
        answer.headers["allow"] = ", ".join(_served_methods(request))  # RFC 9110 §15.5.6
        return answer
    if error.status_code == HTTPStatus.NOT_FOUND:
        return error_response(NotFoundError("http.path", "There is no such path."))
    return error_response(InvalidInputError("http.request", "The request is malformed."))


def _served_methods(request: Request) -> list[str]:
    """Of all routes with the path of a request; Starlette tells of the first one alone."""
    routes: list[BaseRoute] = request.app.routes
    return [method for method in METHODS if _is_served(routes, {**request.scope, "method": method})]


def _is_served(routes: list[BaseRoute], scope: dict[str, Any]) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in routes)
