"""Messages within this process, with what a broker promises: at least once, in order, dead letters.

An event is taken when everyone who wants it has handled it. So the outbox is its journal: where the process ends
before, it is given again at the next start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from playhead.base.errors import ConflictError, PlayheadError, RefusedError
from playhead.domain.topics import matches
from playhead.net.messaging.transport import DELIVERIES_MAX, RETRY_S, Bury, Handler, Message, State

SUBSCRIPTIONS_MAX: Final = 64
"""Each is a part of this program."""

Subscriber = Callable[[Message], Awaitable[None]]
"""Handles an event. Raises for it to be given again."""


@dataclass(frozen=True, slots=True)
class _Subscription:
    patterns: tuple[str, ...]
    handle: Subscriber
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time, in the order they came."""


class InProcess:
    """See the module.

    Args:
        handler: acts on commands.
        bury: keeps what nobody can handle.
    """

    def __init__(self, handler: Handler, bury: Bury) -> None:
        self._handler = handler
        self._bury = bury
        self._subscriptions: dict[str, _Subscription] = {}

    @property
    def state(self) -> State:
        """Always there."""
        return State.READY

    @property
    def is_heard(self) -> bool:
        """Whether some part of this program has subscribed."""
        return bool(self._subscriptions)

    @property
    def outlives(self) -> bool:
        """It ends with the process."""
        return False

    async def run(self) -> None:
        """Nothing needs to be kept going."""
        await asyncio.Event().wait()

    async def ready(self) -> None:
        """At once."""

    def subscribe(self, name: str, patterns: Sequence[str], handle: Subscriber) -> None:
        """Have events handled from now on.

        Args:
            name: of who wants them.
            patterns: of the types of events, as `playhead.domain.topics` has them.
            handle: one after the other.

        Raises:
            ConflictError: ``messaging.subscribed``: somebody of that name wants events already, or too many do.
        """
        if name in self._subscriptions or len(self._subscriptions) >= SUBSCRIPTIONS_MAX:
            raise ConflictError("messaging.subscribed", f"No place for a subscription called {name}.")
        self._subscriptions[name] = _Subscription(tuple(patterns), handle)

    async def publish(self, message: Message) -> None:
        """As `Transport.publish`; waits for everyone who wants it.

        Raises:
            RefusedError: ``message.failed``: one of them failed to handle it, again and again.
        """
        wanting = [
            one
            for one in self._subscriptions.values()
            if any(matches(pattern, message.key) for pattern in one.patterns)
        ]
        ends = await asyncio.gather(*(self._give(one, message) for one in wanting), return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end

    async def send(self, command: Message) -> Message | None:
        """Have a command carried out, on behalf of its ``sender``; returns the answer, or None where it was buried."""
        for _ in range(DELIVERIES_MAX):
            try:
                return await self._handler(command)
            except PlayheadError:
                await asyncio.sleep(RETRY_S)
        await self._bury(command, "message.failed", _FAILED)
        return None

    async def _give(self, subscription: _Subscription, message: Message) -> None:
        async with subscription.turn:
            for _ in range(DELIVERIES_MAX):
                try:
                    await subscription.handle(message)
                except PlayheadError:
                    await asyncio.sleep(RETRY_S)
                else:
                    return
        raise RefusedError("message.failed", _FAILED)


_FAILED: Final = f"It was given {DELIVERIES_MAX} times, and each time handling it failed."
