"""Files of recordings that the cloud has made here, for somebody who takes them away through it."""

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playhead.base.ids import RecordingId, UserId
from playhead.domain.exports import ExportProgress, ExportWish
from playhead.premises.asked.changes import MSGPACK, body_of
from playhead.premises.asked.rules import allowed
from playhead.store.audit_trail import AuditTrail
from playhead.wire.site_changes import ExportAnswer, ExportOrder, ExportState, read, write


class Exports(Protocol):
    """`ExportService`."""

    async def begin(self, wish: ExportWish, /) -> str:
        """Begin one; its id."""
        ...

    async def look(self, user: UserId, export: str, /) -> ExportProgress:
        """How far one of a user's is."""
        ...

    async def answer(self, user: UserId, export: str, request: Request, /) -> Response:
        """A finished one."""
        ...

    async def drop(self, user: UserId, export: str, /) -> None:
        """Give one up."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedExports:
    """The routes.

    Args:
        exports: of this site.
        audit: where it is noted what was made and taken away.
    """

    exports: Exports
    audit: AuditTrail

    @property
    def routes(self) -> list[BaseRoute]:
        """To be served over the link alone."""
        return [
            Route("/asked/exports", self._begin, methods=["POST"]),
            Route("/asked/exports/{export}", self._look, methods=["GET"]),
            Route("/asked/exports/{export}", self._drop, methods=["DELETE"]),
            Route("/asked/exports/{export}/file", self._file, methods=["GET"]),
        ]

    async def _begin(self, request: Request) -> Response:
        behalf = allowed(request.headers, "export")
        order = read(await body_of(request), ExportOrder)
        recording = RecordingId.parse(order.recording)
        found = await self.exports.begin(ExportWish(behalf.user, recording, order.from_us, order.to_us))
        times = (("from_ms", order.from_us), ("to_ms", order.to_us))
        details = {name: us // 1000 for name, us in times if us is not None}
        await self.audit.note(str(behalf.user), "export.made", str(recording), behalf.address, details)
        return Response(write(ExportAnswer(found)), media_type=MSGPACK)

    async def _look(self, request: Request) -> Response:
        behalf = allowed(request.headers, "export")
        found = await self.exports.look(behalf.user, request.path_params["export"])
        state = ExportState(str(found.recording), found.state, found.done, found.size_bytes, found.code, found.faults)
        return Response(write(state), media_type=MSGPACK)

    async def _file(self, request: Request) -> Response:
        behalf, export = allowed(request.headers, "export"), request.path_params["export"]
        answer = await self.exports.answer(behalf.user, export, request)
        recording = (await self.exports.look(behalf.user, export)).recording
        await self.audit.note_once(str(behalf.user), "export.downloaded", str(recording), behalf.address)
        return answer

    async def _drop(self, request: Request) -> Response:
        behalf = allowed(request.headers, "export")
        await self.exports.drop(behalf.user, request.path_params["export"])
        return Response(b"", media_type=MSGPACK)
