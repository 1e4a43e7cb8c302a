"""Files to take away, in the cloud: made here of what lies in objects, else at the site that has the recording.

What a site makes stays there until it is taken away, and comes through the pool then: nothing in the clear is left
behind here. Its id says which site has it, so every process of the cloud finds it; what is made here, this one has.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from playhead.base.errors import ConflictError, CorruptError, NotFoundError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId, SiteId, UserId
from playhead.cloud.asking import Asking, Somebody
from playhead.cloud.passing import PASSED_ON, Passed
from playhead.domain.exports import ExportProgress, ExportWish
from playhead.net.http.hosts import client_address
from playhead.store.catalogue import Catalogue, recordings, segments
from playhead.store.segments.layout import is_object
from playhead.wire.pool import Urgency
from playhead.wire.site_changes import ANSWER_BYTES_MAX, ExportAnswer, ExportOrder, ExportState, read, write

_BETWEEN: Final = "~"
"""A site, and what it calls the file. No name of a site has it."""

_EXPORT: Final = frozenset({"export"})


class Exports(Protocol):
    """`playhead.premises.export.ExportService`."""

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
class SitesExports:
    """What `playhead.portal.needs.Exports` asks for.

    Args:
        asking: the tenant's sites.
        catalogue: the tenant's.
        own: makes files of what lies in objects; None where the cloud opens nothing.
    """

    asking: Asking
    catalogue: Catalogue
    own: Exports | None

    async def begin(self, wish: ExportWish, /) -> str:
        """Begin one, here or at the recording's site; its id.

        Raises:
            NotFoundError: ``recording.not_found``.
            UnavailableError: ``site.away``, ``site.lost``, ``export.busy``, ``export.full``.
            PlayheadError: what else the site says.
        """
        async with self.catalogue.reading() as connection:
            site = SiteId((await recordings.get_recording(connection, wish.recording)).site)
            located = await segments.locate_segments(connection, wish.recording)
        if self.own is not None and located and all(is_object(one.location) for one in located):
            try:
                return await self.own.begin(wish)
            except (ConflictError, CorruptError, RefusedError, UnavailableError):
                if not (await self.asking.links.presences(self.asking.tenant))[site].up:
                    raise
        told = ExportOrder(str(wish.recording), wish.from_us, wish.to_us)
        somebody = Somebody(str(wish.user), _EXPORT)
        body = await self.asking.whole(
            site, "POST", "/asked/exports", somebody, write(told), bytes_max=ANSWER_BYTES_MAX
        )
        return f"{site}{_BETWEEN}{read(body, ExportAnswer).id}"

    async def look(self, user: UserId, export: str, /) -> ExportProgress:
        """How far one of a user's is.

        Raises:
            NotFoundError: ``export.not_found``.
            UnavailableError: ``site.away``, ``site.lost``.
        """
        site, name = self._place(export)
        if site is None:
            return await self._own().look(user, name)
        somebody = Somebody(str(user), _EXPORT)
        body = await self.asking.whole(site, "GET", f"/asked/exports/{name}", somebody, bytes_max=ANSWER_BYTES_MAX)
        found = read(body, ExportState)
        recording = RecordingId.parse(found.recording)
        return ExportProgress(recording, found.state, found.done, found.size_bytes, found.code, found.faults)

    async def answer(self, user: UserId, export: str, request: Request, /) -> Response:
        """A finished one, or the range of it that a request asks for.

        Raises:
            NotFoundError: ``export.not_found``.
            ConflictError: ``export.not_ready``.
            UnavailableError: ``site.away``, ``site.lost``.
        """
        site, name = self._place(export)
        if site is None:
            return await self._own().answer(user, name, request)
        somebody = Somebody(str(user), _EXPORT, client_address(request.scope))
        headers = [(one.encode(), request.headers[one].encode()) for one in PASSED_ON if one in request.headers]
        answer = await self.asking.begin(
            site, "GET", f"/asked/exports/{name}/file", somebody, headers=headers, urgency=Urgency.BULK
        )
        return Passed(answer)

    async def drop(self, user: UserId, export: str, /) -> None:
        """Give one up, finished or not.

        Raises:
            NotFoundError: ``export.not_found``.
            UnavailableError: ``site.away``, ``site.lost``.
        """
        site, name = self._place(export)
        if site is None:
            await self._own().drop(user, name)
            return
        somebody = Somebody(str(user), _EXPORT)
        await self.asking.whole(site, "DELETE", f"/asked/exports/{name}", somebody, bytes_max=ANSWER_BYTES_MAX)

    @staticmethod
    def _place(export: str) -> tuple[SiteId | None, str]:
        """Which site has it, none for this process; and what it is called there."""
        site, between, name = export.rpartition(_BETWEEN)
        return (SiteId(site) if between else None), name

    def _own(self) -> Exports:
        if self.own is None:
            raise NotFoundError("export.not_found", "There is no such file.")
        return self.own
