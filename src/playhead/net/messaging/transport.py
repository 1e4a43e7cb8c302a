"""What takes messages. Two implementations, `in_process` and `rabbitmq`; one suite of tests for both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

DELIVERIES_MAX: Final = 10
"""How often a message is given to whoever fails to handle it; then it is a dead letter."""

RETRY_S: Final = 1.0
"""Pause before it is given again."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, whichever way it goes."""

    id: str
    key: str
    """What it is routed by: the type of the CloudEvent in it."""
    body: bytes
    sender: str = ""
    """Who sent it, as whoever took it has made sure; empty where nobody said so."""
    reply_to: str = ""
    """Where the answer goes; empty where none is wanted."""
    correlation: str = ""
    """What the answer is told apart by."""


class State(StrEnum):
    """How a transport is."""

    READY = "ready"
    AWAY = "away"
    """Not there, or it will not have us; tried again."""
    BLOCKED = "blocked"
    """It is there, and takes nothing for now: it has no memory or disk left."""


Handler = Callable[[Message], Awaitable[Message | None]]
"""Acts on a message and returns the answer to it. Raises for it to be given again."""

Bury = Callable[[Message, str, str], Awaitable[None]]
"""Keeps a message that nobody can handle, with a stable code and a sentence."""


class Transport(Protocol):
    """Takes events, and brings commands.

    An event is taken for good when `publish` returns, and given to everyone who wants it at least once; those of one
    publisher in the order in which `publish` was called, one after the other.
    """

    @property
    def state(self) -> State:
        """How it is now."""
        ...

    @property
    def is_heard(self) -> bool:
        """Whether anybody may want an event; otherwise none needs to be handed over."""
        ...

    @property
    def outlives(self) -> bool:
        """Whether what was published is still known where a power cut has undone the last changes here."""
        ...

    async def run(self) -> None:
        """Keep it going until cancelled."""
        ...

    async def ready(self) -> None:
        """Wait until messages can be published."""
        ...

    async def publish(self, message: Message) -> None:
        """Hand an event over.

        Raises:
            UnavailableError: ``messaging.away``: when it is back, try again; it may have been taken.
            RefusedError: ``messaging.refused``: this one is not taken.
        """
        ...
