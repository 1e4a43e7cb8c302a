"""From which of the portal's pages a request comes, as the page itself says, for the audit log."""

import re
from typing import Final
from urllib.parse import unquote

from playhead.net.http.server import Scope

HEADER: Final = "X-Playhead-Page"

PAGE_CHARS_MAX: Final = 200
"""Of a page's address; the rest is cut off."""

_BAD: Final = re.compile(r"[\x00-\x1f\x7f]")


def page_of(scope: Scope) -> str:
    """What a request says, or empty. It is an address of ours: what is none is not told."""
    wanted = HEADER.lower().encode()
    said = next((value for name, value in scope["headers"] if name == wanted), b"")
    text = unquote(said.decode("latin-1"), errors="replace")
    return _BAD.sub("", text)[:PAGE_CHARS_MAX] if text.startswith("/") else ""
