"""What a portal of several sites needs, to have each looked at and operated."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from playhead.base.ids import SiteId, UserId


class SiteReached(Protocol):
    """How a site is reached."""

    @property
    def up(self) -> bool:
        """Whether it can be asked now."""
        ...

    @property
    def seen_at_us(self) -> int | None:
        """When it last could be, in wall time; None for never."""
        ...


class Sites(Protocol):
    """The sites of an organisation. `playhead.cloud.operating.SitesOperating`."""

    async def all(self) -> Mapping[SiteId, SiteReached]:
        """Every one that has enrolled."""
        ...

    async def operate(self, site: SiteId, request: Request, rest: str, user: UserId, address: str, /) -> Response:
        """Have a site's own server answer a request to its ``/api/<rest>``, for somebody who may operate.

        Raises:
            NotFoundError: ``site.not_found``.
            UnavailableError: ``site.away``, ``site.lost``.
            LimitError: ``pool.streams``.
        """
        ...
