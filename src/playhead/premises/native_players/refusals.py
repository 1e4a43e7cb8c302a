"""Which status a refusal has, and what comes with it: pure."""

from typing import Final

from playhead.base.errors import (
    CorruptError,
    InvalidInputError,
    LimitError,
    NotFoundError,
    PlayheadError,
    RefusedError,
    UnavailableError,
)
from playhead.wire import rtsp

_BY_CODE: Final = {
    "recording.erased": 410,
    "rtsp.session": 454,
    "rtsp.range_outside": 457,
    "rtsp.aggregate": 460,
    "rtsp.backwards": 456,
    "access.refused": 403,
    "access.plain": 403,
    "signin.code_needed": 403,
    "signin.passwords_off": 403,
    "password.expired": 403,
}
_BY_KIND: Final = {
    NotFoundError: 404,
    RefusedError: 401,
    InvalidInputError: 400,
    LimitError: 503,
    UnavailableError: 503,
    CorruptError: 500,
}


def refusal(error: PlayheadError, *, version: rtsp.Version, private: bool) -> tuple[int, dict[str, str]]:
    """The status, and headers that belong to it.

    A password is asked for only where nobody can read it on the way; elsewhere what is asked for is a token.
    """
    if error.code == "rtsp.range_unit":  # RFC 2326 §12.29, RFC 7826 §18.40
        return 456 if version == rtsp.V2 else 501, {"Accept-Ranges": rtsp.ACCEPTED}
    status = _BY_CODE.get(error.code) or next(
        (number for kind, number in _BY_KIND.items() if isinstance(error, kind)), 500
    )
    if status == 401:  # noqa: PLR2004 - Unauthorized
        scheme = 'Basic realm="Playhead", charset="UTF-8"' if private else 'Bearer realm="Playhead"'
        return status, {"WWW-Authenticate": scheme}
    return status, {}
