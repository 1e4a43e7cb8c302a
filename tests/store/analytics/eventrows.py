"""A store of desktop events for tests, and what a plain loop over the events would say."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from playhead.base.ids import UserId
from playhead.domain.access import Sight
from playhead.domain.analytics.events import DesktopEvent, Kind
from playhead.domain.spans import Span
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.session import Session
from playhead.store.analytics.store import EventStore
from playhead.store.disk import Disk, SystemDisk
from playhead.testing.clock import SimClock

DAY_US = 86_400_000_000
MIDNIGHT_US = 1_800_000_000_000_000 // DAY_US * DAY_US
"""2027-01-15T00:00:00Z."""
EVERYONE = Sight(everyone=True)
ANNA = UserId("anna")
APPLICATIONS = ("crm", "Mail", "excel", "größe'x", "")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and whose."""

    workstation: str
    spool: str
    event: DesktopEvent


def active(sequence: int, from_s: float, lasts_s: float, application: str = "crm", **more: object) -> DesktopEvent:
    """A stretch, in seconds from midnight."""
    from_us = MIDNIGHT_US + round(from_s * 1e6)
    values = {"kind": Kind.ACTIVE, "agent": "anna", **more}
    lasts_us = round(lasts_s * 1e6)
    return DesktopEvent(sequence=sequence, from_us=from_us, lasts_us=lasts_us, application=application, **values)


def some_days(count: int, *, desks: int = 4, seed: int = 1) -> list[Told]:
    """Events of some desktops over about three days, among them long, short and touching ones, in their order."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    found: list[Told] = []
    for desk in range(desks):
        at_us = MIDNIGHT_US + chance.randrange(3_600_000_000)
        for number in range(1, count // desks + 1):
            kind = chance.choice([Kind.ACTIVE] * 6 + [Kind.IDLE, Kind.LOCKED, Kind.AWAY, Kind.TRIGGER])
            lasts_us = chance.choice((30_000, 1_234_567, 17_000_000, 300_000_000, 2 * 3_600_000_000))
            shown = kind in {Kind.ACTIVE, Kind.IDLE, Kind.TRIGGER}
            event = DesktopEvent(
                sequence=number,
                kind=kind,
                from_us=at_us,
                lasts_us=0 if kind is Kind.TRIGGER else lasts_us,
                agent=f"agent{desk % 3}" if shown else "",
                application=chance.choice(APPLICATIONS) if shown else "",
                title=f"Kunde {chance.randrange(9)} 100%_\\" if shown else "",
                url=chance.choice(("", "https://crm.example/a", "https://other.example")) if shown else "",
                keys=chance.randrange(50) if kind is Kind.ACTIVE else 0,
                clicks=chance.randrange(9) if kind is Kind.ACTIVE else 0,
                rule="card form" if kind is Kind.TRIGGER else "",
            )
            found.append(Told(f"desk-{desk}", f"spool{desk}", event))
            at_us = event.to_us + chance.choice((0, 0, 0, 49_999, 5_000_000, 3_000_000_000))
    return sorted(found, key=lambda one: one.event.from_us)


class StoreRig:
    """A store, and questions to it."""

    def __init__(self, root: Path, *, disk: Disk | None = None, clock: SimClock | None = None) -> None:
        root.mkdir(exist_ok=True)
        self.root = root / "analytics"
        self.disk = disk or SystemDisk()
        self.clock = clock or SimClock()
        self.store = EventStore(self.disk, self.root, self.clock, site="main")
        self.asking = Asking(SystemDisk(), self.root)

    async def add(self, told: Sequence[Told], *, batch: int = 50) -> None:
        """Append, durably."""
        by_spool: dict[tuple[str, str], list[DesktopEvent]] = {}
        for one in told:
            by_spool.setdefault((one.workstation, one.spool), []).append(one.event)
        for (workstation, spool), events in by_spool.items():
            for first in range(0, len(events), batch):
                await self.store.append(workstation, spool, events[first : first + batch])

    async def ask(self, query: Callable[[Session], _T]) -> _T:
        """The answer."""
        return await self.asking.ask(query)

    async def stored(self) -> list[tuple[str, str, int]]:
        """Which events are there."""
        return sorted(
            await self.ask(
                lambda session: session.rows(f"SELECT workstation, spool, sequence FROM ({session.events(ALWAYS)})")  # noqa: S608
            )
        )


@asynccontextmanager
async def store_rig(root: Path, **settings: object) -> AsyncIterator[StoreRig]:
    """Open and running."""
    rig = StoreRig(root, **settings)
    await rig.store.open()
    running = asyncio.create_task(rig.store.run())
    try:
        yield rig
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        rig.asking.close()


ALWAYS = Span(0, MIDNIGHT_US + 400 * DAY_US)
