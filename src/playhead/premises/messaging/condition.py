"""How messaging is, for those who look after the server."""

from collections.abc import Callable
from dataclasses import dataclass

from playhead.base.clock import Clock
from playhead.domain.health import Problem
from playhead.net.messaging import State, Transport
from playhead.premises.messaging.rules import problem_of
from playhead.store.catalogue.outbox import OutboxState


@dataclass(slots=True)
class Condition:
    """What is wrong, as last looked at."""

    transport: Transport
    clock: Clock
    on_change: Callable[[], None] = lambda: None
    """Called when something else is wrong than was."""
    _state: State = State.READY
    _since_us: int = 0
    _problem: Problem | None = None

    def problems(self) -> tuple[Problem, ...]:
        """What a person should see to."""
        return () if self._problem is None else (self._problem,)

    def look(self, waiting: OutboxState) -> None:
        """Look at the transport; ``waiting`` is what is in the outbox now."""
        now_us, state = self.clock.wall_us(), self.transport.state
        if state is not self._state:
            self._state, self._since_us = state, now_us
        before = self._problem
        self._problem = problem_of(state, since_us=self._since_us, now_us=now_us, waiting=waiting)
        if before != self._problem:
            self.on_change()
