"""What is wrong with the server now, in words."""

from collections.abc import Callable
from typing import Protocol

from playhead.domain.health import Problem
from playhead.domain.live import Event, HealthChanged
from playhead.store.segments.room import Room


class Ailing(Protocol):
    """A part of the server with which something may be wrong."""

    on_change: Callable[[], None]

    def problems(self) -> tuple[Problem, ...]:
        """What is, now."""
        ...


class Health:
    """What is wrong with any part.

    Args:
        room: on the disk of the recordings.
        publish: tells everyone who follows what changes.
    """

    def __init__(self, room: Room, publish: Callable[[Event], None]) -> None:
        self._room = room
        self._publish = publish
        self._others: list[Ailing] = []
        room.on_change = self._changed

    def watch(self, other: Ailing) -> None:
        """Have what is wrong with another part told from now on."""
        self._others.append(other)
        other.on_change = self._changed

    def problems(self) -> tuple[Problem, ...]:
        """All of it."""
        return (*problems_of(self._room), *(one for other in self._others for one in other.problems()))

    def _changed(self) -> None:
        self._publish(HealthChanged(self.problems()))


def problems_of(room: Room) -> tuple[Problem, ...]:
    """Nothing, or that the disk is full."""
    if not room.is_full:
        return ()
    return (
        Problem(
            code="disk.full",
            message="The disk of the recordings is full. Workstations keep what they record, and send it later.",
            hint="Make room on the server's disk. It goes on by itself within a minute.",
            since_us=room.since_us,
        ),
    )
