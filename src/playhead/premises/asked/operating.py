"""What the cloud has looked at and done on this server, for those who operate it: by this server's own API.

The cloud vouches for who asks and that they may operate. The same paths as at the portal, of a list, answer them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from playhead.base.errors import NotFoundError
from playhead.net.http.server import AsgiApp
from playhead.net.http.vouched import Vouched, vouching
from playhead.premises.asked.rules import allowed

OPERATE: Final = "operate"

OPERATED: Final = tuple(
    (method, re.compile(path))
    for method, path in (
        ("GET", r"/api/logs(/tail|/export|/levels)?"),
        ("POST", r"/api/logs/levels"),
        ("DELETE", r"/api/logs/levels/(workstation|service)/[^/]+"),
        ("GET", r"/api/environment/(ports|findings|page|forms|rules|exclusions|workstations/[^/]+)"),
        ("POST", r"/api/environment/(doctor|workstations/[^/]+/doctor)"),
        ("GET", r"/api/(link|health|retention)"),
        ("POST", r"/api/retention/run"),
    )
)
"""What may be asked for."""

_WITHHELD: Final = frozenset({b"authorization", b"cookie", b"host", b"origin"})


@dataclass(frozen=True, slots=True)
class AskedOperating:
    """The route.

    Args:
        portal: this server's, once it is there.
    """

    portal: Callable[[], AsgiApp]

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served over the link alone."""
        return [Route("/asked/operate/{rest:path}", self, methods=["GET", "POST", "DELETE"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        request = Request(scope)
        behalf = allowed(request.headers, OPERATE)
        path = f"/api/{request.path_params['rest']}"
        if not any(method == request.method and pattern.fullmatch(path) for method, pattern in OPERATED):
            raise NotFoundError("asked.path", "This is not done from the cloud.")
        inner: dict[str, Any] = {
            **scope,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "headers": [*(one for one in scope["headers"] if one[0] not in _WITHHELD), (b"host", b"localhost")],
            "client": (behalf.address, 0),
            "path_params": {},
        }
        vouched = Vouched(behalf.user, frozenset({OPERATE}), behalf.address)
        await self.portal()(vouching(inner, vouched), receive, send)
