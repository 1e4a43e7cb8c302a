"""The pages: what the web build left in ``static/``, held in memory, compressed once.

Names below ``assets/`` carry a hash of their content, so a browser keeps them for good; every other file is asked for
again each time. A path is looked up among the files that were there at the start, so none can lead elsewhere.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from playhead.base.errors import NotFoundError

STATIC: Final = Path(__file__).parent / "static"

_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Files of other kinds are not served."""

_COMPRESSED_ALREADY: Final = frozenset({".png", ".woff2", ".ico"})
_YEAR_S: Final = 31_536_000

_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Playhead</title>
<h1>The portal's pages are not built</h1>
<p>Run <code>script/setup</code>, or <code>npm ci</code> and <code>npm run build</code> in <code>web/</code>;
then start again.</p>
<p>The API works without them: <a href="/api/openapi.json">/api/openapi.json</a></p>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One file."""

    body: bytes
    packed: bytes | None
    """The same by gzip (RFC 1952), where that is smaller."""
    media_type: str
    tag: str
    """Entity tag (RFC 9110 §8.8.3)."""
    lasting: bool


class Pages:
    """All files below ``folder``, by path."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._by_path = {f"/{path.relative_to(folder).as_posix()}": _page(folder, path) for path in _files(folder)}
        html = _NOT_BUILT.encode()
        self._index = self._by_path.get("/index.html") or Page(html, None, _TYPES[".html"], _tag(html), lasting=False)

    def answer(self, request: Request) -> Response:
        """The file a request names.

        Paths without a dot in their last part are places inside the application, which finds its way by itself.

        Raises:
            NotFoundError: ``page.not_found``.
        """
        path = request.url.path
        page = self._by_path.get(path)
        if page is None and "." not in path.rpartition("/")[2]:
            page = self._index
        if page is None:
            raise NotFoundError("page.not_found", "There is no such page.")
        headers = {"etag": page.tag, "vary": "accept-encoding"}
        headers["cache-control"] = f"public, max-age={_YEAR_S}, immutable" if page.lasting else "no-cache"
        if request.headers.get("if-none-match") == page.tag:
            return Response(status_code=304, headers=headers)
        body = page.body
        if page.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = page.packed
        return Response(body, 200, headers, media_type=page.media_type)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _TYPES]


def _page(folder: Path, path: Path) -> Page:
    body = path.read_bytes()
    packed = None if path.suffix in _COMPRESSED_ALREADY else gzip.compress(body, mtime=0)
    lasting = path.relative_to(folder).parts[0] == "assets"
    smaller = packed if packed is not None and len(packed) < len(body) else None
    return Page(body, smaller, _TYPES[path.suffix], _tag(body), lasting)


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'
