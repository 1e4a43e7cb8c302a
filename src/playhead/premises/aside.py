"""What workstations are to do with segments that were refused: told at once, or when they connect next.

A decision is durable in the list of quarantine before the workstation is told, and stays there until it has answered;
told twice, it does the same (docs/wire/screen.md §8.2).
"""

from typing import Any, Protocol

import structlog

from playhead.base.errors import ConflictError, LimitError, UnavailableError
from playhead.base.ids import SegmentId, WorkstationId
from playhead.domain.live import LiveWorkstation
from playhead.domain.quarantine import Order, OrderName, Quarantined
from playhead.premises.arrivals import Arrivals
from playhead.premises.screen.live import Subscription
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import find_quarantined, list_ordered, release_quarantined, set_order
from playhead.store.segments.mending import segment_of
from playhead.wire.screen.messages import AsideName, Result

_log: Any = structlog.get_logger()

_COMMANDS: dict[OrderName, AsideName] = {"retry": "aside_retry", "drop": "aside_drop"}


class Screen(Protocol):
    """What is needed of `playhead.premises.screen.service.ScreenService`, which documents it."""

    async def command(self, workstation: WorkstationId, name: AsideName, *, segment: SegmentId) -> Result:
        """Have a workstation do something."""
        ...

    def workstations(self) -> list[LiveWorkstation]:
        """All that are enrolled."""
        ...

    def subscribe(self) -> Subscription:
        """What changes."""
        ...


class AsideOrders:
    """See the module.

    Args:
        catalogue: open.
        screen: reaches workstations.
        audit: notes what a workstation has removed.
    """

    def __init__(self, catalogue: Catalogue, screen: Screen, audit: AuditTrail) -> None:
        self._catalogue = catalogue
        self._screen = screen
        self._audit = audit
        self._arrivals = Arrivals(screen, self._tell_all)

    async def run(self) -> None:
        """Tell workstations that connect what was decided before, until cancelled or until the screen service stops."""
        await self._arrivals.run()

    async def give(self, found: Quarantined, name: OrderName, /) -> Order | None:
        """Have a workstation offer again, or remove, what it keeps.

        Returns:
            What is still to happen; None where it is off the list.

        Raises:
            ConflictError: ``quarantine.workstation_gone``: nobody can offer it again.
            UnavailableError: ``catalogue.unavailable``.
        """
        if all(live.id != found.workstation for live in self._screen.workstations()):
            if name == "retry":
                text = f"Workstation {found.workstation} is not enrolled any more."
                hint = "Enrol it again, or give the segment up with `drop`."
                raise ConflictError("quarantine.workstation_gone", text, hint=hint)
            await self._release(found)
            return None
        async with self._catalogue.writing() as connection:
            await set_order(connection, found, Order(name))
        return await self._tell(found, name)

    async def _tell_all(self, workstation: WorkstationId) -> None:
        try:
            async with self._catalogue.reading() as connection:
                waiting = await list_ordered(connection, workstation)
            for found in waiting:
                if found.order is not None:
                    await self._tell(found, found.order.name)
        except UnavailableError as error:
            _log.warning("orders for a workstation not told", workstation=str(workstation), code=error.code)

    async def _tell(self, found: Quarantined, name: OrderName) -> Order | None:
        if found.workstation is None:
            raise AssertionError("nobody keeps it")
        try:
            result = await self._screen.command(found.workstation, _COMMANDS[name], segment=segment_of(found))
        except (UnavailableError, LimitError) as error:
            _log.info("order waits for its workstation", workstation=str(found.workstation), code=error.code)
            return Order(name)
        if not result.ok:
            return await self._note(found, Order(name, "failed", result.message))
        if name == "retry":
            return await self._note(found, Order(name, "told"))
        await self._release(found)
        details = {"code": found.code, "recording": str(found.recording)}
        await self._audit.note(str(found.workstation), "quarantine.removed", found.subject, "", details)
        return None

    async def _note(self, found: Quarantined, order: Order) -> Order | None:
        """How it went, unless the segment was judged anew meanwhile: then that is how it went."""
        async with self._catalogue.writing() as connection:
            now = await find_quarantined(connection, found.kind, found.subject)
            if now is None:
                return None
            is_news = now.attempts == found.attempts
            await set_order(connection, now, order if is_news else None)
        return order

    async def _release(self, found: Quarantined) -> None:
        async with self._catalogue.writing() as connection:
            await release_quarantined(connection, found.kind, found.subject)
