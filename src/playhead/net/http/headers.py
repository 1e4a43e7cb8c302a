"""Headers that tell a browser to trust and to keep nothing it was not told to (CSP level 3, Fetch, HTML)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SESSION_COOKIE: Final = "playhead_session"
"""By which a browser shows that it is signed in. The portal gives it; browsers send it to the token service, too, for
cookies belong to a host and not to a port (RFC 6265 §8.5)."""

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

    There is no ``Strict-Transport-Security`` (RFC 6797): it holds for a host and not for a port, and would cut off
    other programs on a site's server.

    Args:
        page: whether there are pages with scripts and media, or only data.
    """

    page: bool

    def headers(self, connect: Sequence[str] = ()) -> dict[str, str]:
        """Header fields by name in lower case.

        Args:
            connect: origins beside its own that a page may talk to.
        """
        found = dict(_ALWAYS)
        found["content-security-policy"] = _page_policy(connect) if self.page else _NOTHING
        return found


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
