"""Who has something to tell workstations does so once for each of their connections."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from playhead.base.ids import WorkstationId
from playhead.domain.live import LiveWorkstation, Resync, WorkstationChanged
from playhead.premises.screen.live import Subscription


class Watched(Protocol):
    """What is needed of `playhead.premises.screen.service.ScreenService`, which documents it."""

    def workstations(self) -> list[LiveWorkstation]:
        """All that are enrolled."""
        ...

    def subscribe(self) -> Subscription:
        """What changes."""
        ...


class Arrivals:
    """See the module.

    Args:
        watched: knows who is connected.
        tell: called with each workstation that is connected and has said how it is; runs beside all others.
    """

    def __init__(self, watched: Watched, tell: Callable[[WorkstationId], Coroutine[Any, Any, None]]) -> None:
        self._watched = watched
        self._tell = tell
        self._told_us: dict[WorkstationId, int] = {}
        """Since when each has been connected that was told."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled, or until the screen service stops."""
        try:
            with self._watched.subscribe() as events:
                self._look(self._watched.workstations())
                async for event in events:
                    if isinstance(event, WorkstationChanged):
                        self._look([event.workstation])
                    elif isinstance(event, Resync):
                        self._look(self._watched.workstations())
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _look(self, workstations: list[LiveWorkstation]) -> None:
        for live in workstations:
            if not live.connected:
                self._told_us.pop(live.id, None)
            elif live.state and self._told_us.get(live.id) != live.changed_at_us:
                self._told_us[live.id] = live.changed_at_us
                task = asyncio.create_task(self._tell(live.id), name=f"tell {live.id}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
