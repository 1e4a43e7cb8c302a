"""Who is watching which workstation live: while anyone is, it sends every picture at once."""

import asyncio
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from playhead.base.ids import RecordingId, WorkstationId
from playhead.premises.player import metrics
from playhead.premises.screen.live import Subscription


class Screen(Protocol):
    """What the player needs of `ScreenService`."""

    def watching(self, workstation: WorkstationId, /) -> AbstractAsyncContextManager[None]:
        """While a block lasts, the workstation sends each picture at once."""
        ...

    def subscribe(self, recording: RecordingId | None = None, /) -> Subscription:
        """Events from now on."""
        ...


@dataclass(slots=True)
class _Watched:
    viewers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Demand:
    """Counts the viewers of each workstation. Those who look away and soon back cost it nothing.

    Args:
        screen: the workstations.
        grace_s: how long a workstation goes on as for live view after its last viewer has left.
    """

    def __init__(self, screen: Screen, grace_s: float) -> None:
        self._screen = screen
        self._grace_s = grace_s
        self._watched: dict[WorkstationId, _Watched] = {}
        self._begun: asyncio.Queue[WorkstationId] = asyncio.Queue()

    @property
    def viewers(self) -> int:
        """Of all workstations."""
        return sum(watched.viewers for watched in self._watched.values())

    @contextmanager
    def watching(self, workstation: WorkstationId) -> Generator[None]:
        """Somebody watches while the block lasts. Does not wait for the workstation."""
        if workstation not in self._watched:
            self._watched[workstation] = _Watched()
            self._begun.put_nowait(workstation)
        watched = self._watched[workstation]
        watched.viewers += 1
        watched.changed.set()
        metrics.VIEWERS.set(self.viewers)
        try:
            yield
        finally:
            watched.viewers -= 1
            watched.changed.set()
            metrics.VIEWERS.set(self.viewers)

    async def run(self) -> None:
        """Have workstations watched as long as somebody watches, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._hold(await self._begun.get()))

    async def _hold(self, workstation: WorkstationId) -> None:
        watched = self._watched[workstation]
        async with self._screen.watching(workstation):
            while not await self._all_gone(watched):
                pass
            # Before leaving: who comes from now on begins anew, and is counted by the screen service beside this.
            del self._watched[workstation]

    async def _all_gone(self, watched: _Watched) -> bool:
        """Wait for a change; True where there was none for the grace time and nobody is left."""
        watched.changed.clear()
        try:
            async with asyncio.timeout(None if watched.viewers else self._grace_s):
                await watched.changed.wait()
        except TimeoutError:
            return not watched.viewers
        return False
