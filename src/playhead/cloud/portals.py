"""Port 443 of the cloud: the portal of each tenant, told apart by the name that a browser calls it by.

Whoever asks by a name that is no tenant's learns nothing: not whose portals there are, nor which software this is.
"""

from collections.abc import Awaitable, Callable

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from playhead.base.ids import TenantId
from playhead.net.http.hosts import HostHeader
from playhead.net.http.server import AsgiApp

Find = Callable[[str], Awaitable[TenantId | None]]
"""The tenant whose portal is called by a host name, in lower case and without a port; None for nobody's."""

Open = Callable[[TenantId], Awaitable[AsgiApp]]
"""The portal of a tenant, started where it is not."""


class Portals:
    """An ASGI application of many.

    Args:
        find: knows the names.
        open_: has the portals.
    """

    def __init__(self, find: Find, open_: Open) -> None:
        self._find = find
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return
        named = [value for name, value in scope["headers"] if name == b"host"]
        host = HostHeader.parse(named[0].decode("latin-1")) if len(named) == 1 else None
        tenant = None if host is None else await self._find(host.name.rstrip("."))
        if tenant is None:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        application = await self._open(tenant)
        await application(scope, receive, send)
