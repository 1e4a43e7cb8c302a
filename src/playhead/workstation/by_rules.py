"""What the rules about the screen may do at this workstation, and what they must know of it (``analytics``)."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from playhead.base.errors import PlayheadError
from playhead.domain.blackouts import NAME_CHARS_MAX, Asker, Source
from playhead.workstation.capture_thread import Batch
from playhead.workstation.director import Director
from playhead.workstation.orders import Orders
from playhead.workstation.session import SessionState
from playhead.workstation.status import DesktopStatus

_log: Any = structlog.get_logger(__name__)


class ByRules:
    """See the module. For the event loop's thread.

    Args:
        director: knows the desktop's session.
        agent: who works here.
    """

    def __init__(self, director: Director, agent: str) -> None:
        self._director = director
        self._agent = Asker(Source.AGENT, agent[:NAME_CHARS_MAX])
        self._tasks: set[asyncio.Task[None]] = set()
        self.orders: Orders | None = None
        """Carries out; None before the workstation runs."""
        self.catch_up: Callable[[], None] | None = None
        """Has the rules take in what the screen shows by now; None where there are none."""
        self.status: Callable[[], DesktopStatus] | None = None
        """What the watching says of itself; likewise."""

    @property
    def session(self) -> SessionState:
        """What the desktop's session does, as was told last."""
        return self._director.session

    @property
    def is_private(self) -> bool:
        """Whether the agent's own blackout is in force."""
        return self.orders is not None and self.orders.darkness.has(self._agent)

    def take(self, batch: Batch) -> None:
        """Take in what was captured; before that, what makes it black: it may be of after that."""
        if self.catch_up is not None:
            self.catch_up()
        if self.orders is not None:
            self.orders.darkness.look()
        self._director.take(batch)

    def decide(self, *, black: bool, reason: str, since_us: int | None = None) -> None:
        """Whether it is to be black; arguments as of `Darkness.watched`."""
        if self.orders is not None:
            self.orders.darkness.watched(black=black, reason=reason, since_us=since_us)

    def order(self, name: str, reason: str) -> None:
        """Start or stop a recording, soon; where that is so already, nothing happens."""
        if self.orders is not None:
            task = asyncio.create_task(self._order(self.orders, name, reason))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _order(self, orders: Orders, name: str, reason: str) -> None:
        try:
            await orders.do(name, reason=reason)
        except PlayheadError as error:
            _log.info("a rule's order is not carried out", order=name, code=error.code, error=error.message)
