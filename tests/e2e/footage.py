"""What an exported MP4 shows, as the clock that was burnt into the desktop tells it."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from playhead.testing.burnt_clock import read_clock

BEHIND_US_MAX = 2_000_000
"""A picture shows a clock that was drawn up to a fifth of a second ago; a busy machine draws it later, …"""
AHEAD_US_MAX = 1_000_000
"""… and takes the picture later than it began to."""
MOVES_WITHIN_US = 1_000_000
"""A clock in the corner of a display that shrinks is outside of it until it is drawn again."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a track."""

    at_us: int
    """On the file's timeline."""
    clock_us: int | None
    """Wall time that the clock in it shows; None where there is no clock."""
    size: tuple[int, int]


def shots(path: Path, track: int = 0) -> list[Shot]:
    """Every picture of a track, decoded by ffmpeg's libraries."""
    with av.open(path) as container:
        found: list[Shot] = []
        for frame in container.decode(container.streams.video[track]):
            assert frame.pts is not None
            assert frame.time_base is not None
            picture = frame.to_ndarray(format="rgb24")
            at_us = round(frame.pts * frame.time_base * 1_000_000)
            found.append(Shot(at_us, read_clock(picture), (frame.width, frame.height)))
        return found


def longest_pause_us(found: list[Shot], *, but_at_us: int | None = None) -> int:
    """The longest time between the clocks of two pictures in a row, but for the pair around ``but_at_us``."""
    return max(
        (
            later.clock_us - earlier.clock_us
            for earlier, later in pairwise(found)
            if earlier.clock_us is not None
            and later.clock_us is not None
            and (but_at_us is None or not earlier.at_us < but_at_us <= later.at_us)
        ),
        default=0,
    )


def assert_tells_the_time(index: dict[str, Any], found: list[Shot]) -> None:
    """Every picture shows the time that the recording says it was taken at, or up to a paced picture before.

    Only just after the display became another size may the clock not be in it yet.
    """
    assert found
    size, changed_us = found[0].size, -MOVES_WITHIN_US
    for shot in found:
        if shot.size != size:
            size, changed_us = shot.size, shot.at_us
        if shot.clock_us is None:
            assert shot.at_us - changed_us < MOVES_WITHIN_US, f"{shot} shows no clock that can be read"
            continue
        behind_us = index["startedAtUs"] + shot.at_us - shot.clock_us
        assert -AHEAD_US_MAX < behind_us < BEHIND_US_MAX, f"{shot} is {behind_us} µs behind"
