"""Media for pages of the cloud's portal, in a browser that reaches this server directly.

A page of another origin may ask for media as ours may (Fetch standard §3.2): a token opens it, and no cookie is looked
at, so whoever has none gets nothing, from whatever page. Refusals are told to our own pages alone; others take the
way through the cloud then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED_S: Final = 600
"""How long a browser need not ask again whether it may."""

_ALLOWED: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": "authorization, x-playhead-page",
    # From a page of the internet to an address of a local network (WICG Private Network Access §3.1).
    "access-control-allow-private-network": "true",
    "access-control-max-age": str(_ASKED_S),
}


def nearby(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The same routes, for pages of other origins, too; and one by which such a page finds out that it reaches us."""
    probe = Route("/media/near", _FromAnyPage(Response(status_code=204)), methods=["GET", "OPTIONS"])
    return [
        probe,
        *(
            Route(one.path, _FromAnyPage(one.app), methods=["GET", "OPTIONS"]) if isinstance(one, Route) else one
            for one in routes
        ),
    ]


@dataclass(frozen=True, slots=True)
class _FromAnyPage:
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_ALLOWED)(scope, receive, send)
            return

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["access-control-allow-origin"] = "*"
            await send(message)

        await self.app(scope, receive, telling)
