"""Headers that tell a browser to trust and to keep nothing it was not told to (CSP level 3, Fetch, HTML)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SESSION_COOKIE: Final = "playhead_session"
"""By which a browser shows that it is signed in. The portal gives it; browsers send it to the token service, too, for
cookies belong to a host and not to a port (RFC 6265 §8.5)."""

SECURE_SESSION_COOKIE: Final = "__Host-playhead_session"
"""The same over TLS: a browser takes it from this host alone, over TLS alone (RFC 6265bis §4.1.3.2). So a plain page of
the host can neither read it nor put another in its place."""

_FEATURES_OFF: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "usb",
)

_ALWAYS: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES_OFF),
    "referrer-policy": "no-referrer",
    "server": "playhead",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class SecurityPolicy:
    """What the answers of one application allow a browser.

    Args:
        page: whether there are pages with scripts and media, or only data.
        strict_s: how long a browser is to call this host over TLS alone (``Strict-Transport-Security``, RFC 6797);
            it holds for every port of the host. None does not ask for it.
    """

    page: bool
    strict_s: int | None = None

    def headers(self, connect: Sequence[str] = ()) -> dict[str, str]:
        """Header fields by name in lower case.

        Args:
            connect: origins beside its own that a page may talk to.
        """
        found = dict(_ALWAYS)
        found["content-security-policy"] = _page_policy(connect) if self.page else _NOTHING
        if self.strict_s is not None:
            found["strict-transport-security"] = f"max-age={self.strict_s}"
        return found


def session_cookie(scheme: str) -> str:
    """The name of the session's cookie for requests that come by ``http`` or ``https``."""
    return SECURE_SESSION_COOKIE if scheme == "https" else SESSION_COOKIE


def _page_policy(connect: Sequence[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "font-src 'self'",
            "worker-src 'self' blob:",
            " ".join(("connect-src 'self'", *connect)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )
