"""What the cloud serves to its sites over their links: ``/site/…`` (docs/services/cloud.md).

Which site asks, its certificate says; that is whose catalogue is written, and nothing in a request changes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
import zstandard
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, PlayheadError
from playhead.base.ids import SegmentId, TenantId
from playhead.cloud.links import origin_of
from playhead.cloud.metrics import EVENTS, REPLICATED, REPLICATION_REFUSED
from playhead.domain.event_batches import BATCH_BYTES_MAX as EVENT_BYTES_MAX
from playhead.domain.event_batches import read_events, write_event_place
from playhead.domain.replication import BATCH_BYTES_MAX, read_about, read_batch, write_place
from playhead.net.http import zstd
from playhead.net.http.errors import error_response, tell_unserved
from playhead.net.http.server import AsgiApp
from playhead.store.replication import Applied, apply_batch, place_of, set_origins
from playhead.store.replication.taken import event_place_of, take_events
from playhead.store.tenants import Tenants

ABOUT_BYTES_MAX: Final = 16 << 10

_MSGPACK: Final = "application/msgpack"
_log: Final[Any] = structlog.get_logger()

Erased = Callable[[TenantId, Sequence[SegmentId]], None]
"""Is told of segments that were erased, so that nothing of them is kept at hand."""


def site_application(tenants: Tenants, clock: Clock, *, on_erased: Erased) -> AsgiApp:
    """The application for sites, to be mounted at ``/site`` and served over their links alone."""
    api = SiteApi(tenants, clock, on_erased)
    routes = [
        Route("/changes", api.place, methods=["GET"]),
        Route("/changes", api.take, methods=["PUT"]),
        Route("/events", api.event_place, methods=["GET"]),
        Route("/events", api.take_events, methods=["PUT"]),
        Route("/about", api.about, methods=["PUT"]),
    ]
    handlers = {PlayheadError: _tell, HTTPException: tell_unserved}
    return cast("AsgiApp", Starlette(routes=routes, exception_handlers=handlers))


@dataclass(frozen=True, slots=True)
class SiteApi:
    """The routes."""

    tenants: Tenants
    clock: Clock
    on_erased: Erased

    async def place(self, request: Request) -> Response:
        """How far the site's changes are applied."""
        whose = origin_of(request.scope)
        async with self.tenants.catalogue(whose.tenant) as catalogue, catalogue.reading() as connection:
            place = await place_of(connection, whose.site)
        return Response(write_place(place), media_type=_MSGPACK)

    async def take(self, request: Request) -> Response:
        """Apply a batch; the answer comes once that is durable."""
        whose = origin_of(request.scope)
        batch = read_batch(await _body(request, BATCH_BYTES_MAX))
        async with self.tenants.catalogue(whose.tenant) as catalogue, catalogue.writing() as connection:
            applied: Applied = await apply_batch(connection, whose.site, batch, self.clock.wall_us())
        if applied.erased:
            self.on_erased(whose.tenant, applied.erased)
        REPLICATED.inc(applied.documents)
        REPLICATION_REFUSED.inc(applied.refused)
        return Response(write_place(applied.place), media_type=_MSGPACK)

    async def event_place(self, request: Request) -> Response:
        """How far the site's events are taken."""
        whose = origin_of(request.scope)
        async with self.tenants.catalogue(whose.tenant) as catalogue, catalogue.reading() as connection:
            place = await event_place_of(connection, whose.site)
        return Response(write_event_place(place), media_type=_MSGPACK)

    async def take_events(self, request: Request) -> Response:
        """Take events into the tenant's outbox; the answer comes once that is durable."""
        whose = origin_of(request.scope)
        batch = read_events(await _unpacked(request, EVENT_BYTES_MAX))
        async with self.tenants.catalogue(whose.tenant) as catalogue, catalogue.writing() as connection:
            taken = await take_events(connection, whose, batch, self.clock.wall_us())
        EVENTS.labels("taken").inc(taken.events)
        EVENTS.labels("repeated").inc(taken.repeated)
        EVENTS.labels("refused").inc(taken.refused)
        return Response(write_event_place(taken.place), media_type=_MSGPACK)

    async def about(self, request: Request) -> Response:
        """Note what the site says of itself."""
        whose = origin_of(request.scope)
        about = read_about(await _body(request, ABOUT_BYTES_MAX))
        async with self.tenants.catalogue(whose.tenant) as catalogue, catalogue.writing() as connection:
            await set_origins(connection, whose.site, about.origins, self.clock.wall_us())
        return Response(b"", media_type=_MSGPACK)


async def _body(request: Request, bytes_max: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > bytes_max:
            raise LimitError("replication.size", f"This takes up to {bytes_max} bytes.")
    return bytes(body)


async def _unpacked(request: Request, bytes_max: int) -> bytes:
    """A body, unpacked where it is packed.

    Raises:
        LimitError: ``replication.size``.
        InvalidInputError: ``replication.malformed``.
    """
    body = await _body(request, bytes_max)
    if request.headers.get("content-encoding", "identity") == "identity":
        return body
    try:
        found = zstd.unpacked(body, bytes_max)
    except zstandard.ZstdError as error:
        raise InvalidInputError("replication.malformed", f"This cannot be unpacked: {error}.") from None
    if found is None:
        raise LimitError("replication.size", f"This takes up to {bytes_max} bytes.")
    return found


async def _tell(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PlayheadError)  # noqa: S101 - registered for it
    return error_response(error)
