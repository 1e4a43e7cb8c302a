"""What the cloud has this site do with its recordings: tags, holds, erasing.

Whoever is signed in at the cloud was asked there whether they may. It is carried out here, where the recordings are,
noted in this site's audit log, too, and comes back to the cloud with what is replicated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import RecordingId
from playhead.domain.annotations import Annotation, checked
from playhead.domain.live import Event, RecordingChanged
from playhead.premises.asked.rules import allowed
from playhead.store.annotating import Annotator
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import Erasure
from playhead.store.erasure import Order
from playhead.store.replication import erasure_document
from playhead.wire.site_changes import (
    ORDER_BYTES_MAX,
    AnnotationAnswer,
    AnnotationOrder,
    ErasureOrder,
    read,
    write,
)

MSGPACK = "application/msgpack"


class Erasing(Protocol):
    """Destroys recordings. `KeepingService`."""

    async def erase(self, order: Order, /) -> Erasure:
        """Erase one: not to be undone when this returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChanges:
    """The routes.

    Args:
        annotator: of this site's catalogue.
        erasing: likewise.
        catalogue: where the erasure stands afterwards.
        announce: tells the pages of this site's portal.
    """

    annotator: Annotator
    erasing: Erasing
    catalogue: Catalogue
    announce: Callable[[Event], None]

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served over the link alone."""
        return [
            Route("/asked/annotations", self._annotate, methods=["POST"]),
            Route("/asked/recordings/{recording}/erasure", self._erase, methods=["POST"]),
        ]

    async def _annotate(self, request: Request) -> Response:
        order = read(await body_of(request), AnnotationOrder)
        wanted = checked(Annotation(order.kind, order.tag, order.reason))
        behalf = allowed(request.headers, wanted.needs)
        recordings = list(dict.fromkeys(RecordingId.parse(text) for text in order.recordings))
        outcome = await self.annotator.annotate(wanted, recordings, behalf.user, behalf.address, order.order)
        for one in outcome.changed:
            self.announce(RecordingChanged(one))
        refused = {str(one): code for one, code in outcome.refused.items()}
        return Response(write(AnnotationAnswer(refused)), media_type=MSGPACK)

    async def _erase(self, request: Request) -> Response:
        behalf = allowed(request.headers, "delete")
        recording = RecordingId.parse(request.path_params["recording"])
        reason = read(await body_of(request), ErasureOrder).reason
        if not reason.strip():
            raise InvalidInputError("erasure.reason", "An erasure needs a reason.")
        await self.erasing.erase(Order(recording, str(behalf.user), reason, address=behalf.address))
        self.announce(RecordingChanged(recording))
        async with self.catalogue.reading() as connection:
            document = await erasure_document(connection, recording)
        return Response(write(document), media_type=MSGPACK)


async def body_of(request: Request) -> bytes:
    """The body of an order.

    Raises:
        LimitError: ``order.size``.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > ORDER_BYTES_MAX:
            raise LimitError("order.size", f"An order takes up to {ORDER_BYTES_MAX} bytes.")
    return bytes(body)
