"""What is in quarantine, acted on by a person: each kind by whoever knows how."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

import structlog

from playhead.base.ids import RecordingId
from playhead.domain.quarantine import Order, OrderName, Quarantined
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import get_quarantined, release_quarantined
from playhead.store.segments.mending import Mending

_log: Any = structlog.get_logger()


class Retrying(Protocol):
    """Who made what failed: `playhead.premises.export.ExportService`, `playhead.premises.upload.UploadService`."""

    async def retry(self, found: Quarantined, /) -> None:
        """Begin it anew; it is off the list on return."""
        ...


class Ordering(Protocol):
    """Who tells workstations: `playhead.premises.aside.AsideOrders`."""

    async def give(self, found: Quarantined, name: OrderName, /) -> Order | None:
        """Have the workstation do something with what it keeps; None where it is off the list."""
        ...


class Quarantine:
    """See the module.

    Args:
        catalogue: open.
        mending: of segments.
        exports: of files.
        objects: of what goes to the object store.
        orders: for what workstations keep.
        changed: told of a recording that is not as it was.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        mending: Mending,
        exports: Retrying,
        objects: Retrying,
        orders: Ordering,
        *,
        changed: Callable[[RecordingId], Awaitable[None]],
    ) -> None:
        self._catalogue = catalogue
        self._mending = mending
        self._retrying: dict[str, Retrying] = {"upload": exports, "object": objects}
        self._orders = orders
        self._changed = changed

    async def retry(self, number: int) -> Quarantined:
        """Try something again.

        Returns:
            What it was; it is off the list, unless it has an order that its workstation is to carry out first.

        Raises:
            NotFoundError: ``quarantine.not_found``.
            ConflictError: as `Mending.retry` and `AsideOrders.give`.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``, ``export.*``.
        """
        found = await self._find(number)
        if found.kind in self._retrying:
            await self._retrying[found.kind].retry(found)
        else:
            await self._tell(await self._mending.retry(found))
        order = await self._orders.give(found, "retry") if found.place == "workstation" else None
        _log.info("tried again from quarantine", kind=found.kind, subject=found.subject)
        return replace(found, order=order)

    async def drop(self, number: int) -> Quarantined:
        """Give something up; what there is of it is removed, here or by its workstation.

        Returns:
            As `retry`.

        Raises:
            NotFoundError: ``quarantine.not_found``.
            ConflictError: as `Mending.drop`.
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        found = await self._find(number)
        if found.kind in self._retrying:
            async with self._catalogue.writing() as connection:
                await release_quarantined(connection, found.kind, found.subject)
        else:
            await self._tell(await self._mending.drop(found))
        order = await self._orders.give(found, "drop") if found.place == "workstation" else None
        _log.warning("dropped from quarantine", kind=found.kind, subject=found.subject, bytes=found.bytes)
        return replace(found, order=order)

    async def _find(self, number: int) -> Quarantined:
        async with self._catalogue.reading() as connection:
            return await get_quarantined(connection, number)

    async def _tell(self, recording: RecordingId | None) -> None:
        if recording is not None:
            await self._changed(recording)
