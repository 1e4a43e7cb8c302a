"""Operating a tenant's sites from its portal: each is asked through the pool, and answers by its own API."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from playhead.base.errors import NotFoundError
from playhead.base.ids import SiteId, UserId
from playhead.cloud.asking import Asking, Somebody
from playhead.cloud.links.interface import Presence
from playhead.cloud.own_lines import OwnLines, merged, query_of
from playhead.cloud.passing import Passed

PASSED_ON: Final = ("accept", "content-type", "last-event-id")
"""Headers of a request that its site sees."""

PAGE_BYTES_MAX: Final = 16 << 20
"""Of a page of logs: 1,000 lines of up to some kilobytes each."""

_OPERATE: Final = frozenset({"operate"})


@dataclass(frozen=True, slots=True)
class SitesOperating:
    """What `playhead.portal.needs_sites.Sites` asks for."""

    asking: Asking
    own: OwnLines | None = None
    """This process's own, which stand in timelines."""

    async def all(self) -> Mapping[SiteId, Presence]:
        """Every site that has enrolled."""
        return await self.asking.links.presences(self.asking.tenant)

    async def operate(self, site: SiteId, request: Request, rest: str, user: UserId, address: str, /) -> Response:
        """Have a site's own server answer a request.

        Raises:
            NotFoundError: ``site.not_found``.
            UnavailableError: ``site.away``, ``site.lost``.
            LimitError: ``pool.streams``.
        """
        if site not in await self.all():
            raise NotFoundError("site.not_found", f"There is no site {site}.")
        asked = request.url.query
        target = f"/asked/operate/{quote(rest)}{'?' if asked else ''}{asked}"
        headers = [
            (one.encode(), request.headers[one].encode("latin-1")) for one in PASSED_ON if one in request.headers
        ]
        behalf = Somebody(str(user), _OPERATE, address)
        answer = await self.asking.begin(site, request.method, target, behalf, await request.body(), headers=headers)
        query = query_of(request.query_params) if rest == "logs" else None
        if self.own is None or query is None or answer.status != HTTPStatus.OK:
            return Passed(answer)
        page = msgspec.json.decode(await self.asking.read(site, answer, PAGE_BYTES_MAX), type=dict[str, Any])
        own = self.own.find(self.asking.tenant, query)
        whole = merged(page, own, request.query_params.get("before"))
        return Response(msgspec.json.encode(whole), media_type="application/json")
