"""What is wrong with the server now, in words."""

from playhead.domain.health import Problem
from playhead.store.segments.room import Room


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
