"""What is decided about uploads: what a failure means, and how fast they may go. Pure."""

from dataclasses import dataclass
from typing import Final

from playhead.base.errors import CorruptError, PlayheadError
from playhead.domain.retries import Backoff

OF_A_SEGMENT: Final = Backoff(attempts_max=5, first_us=5_000_000, longest_us=600_000_000)
"""One that is not whole, or that the store does not take: then it is left to a person."""

OF_THE_STORE: Final = Backoff(attempts_max=0, first_us=2_000_000, longest_us=300_000_000)
"""One that cannot be reached, or refuses everything: nothing else is asked of it meanwhile, and nothing is given up."""

_EVERYTHING: Final = frozenset({
    "objects.unreachable", "objects.bucket", "objects.credentials", "objects.credentials_open",
    "objects.credentials_unreadable",
})  # fmt: skip
"""Nothing else would do better."""

_OWN: Final = frozenset({"objects.rejected"})

FAILURES_MAX: Final = 4
"""So many failures in a row, of whatever kind, are the store's and not the segments'."""

BURST_US: Final = 250_000
"""What the line was not used for longer ago than this is not made up for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failure means."""

    whole_store: bool
    """Others would fail as well: all of them wait."""
    counts: bool
    """It is the segment's own: after some of them it is left to a person."""


def judge(error: PlayheadError, in_a_row: int) -> Failure:
    """What it means that a step failed.

    Args:
        error: how.
        in_a_row: failures since something last went well, this one among them.
    """
    if error.code in _EVERYTHING:
        return Failure(whole_store=True, counts=False)
    own = isinstance(error, CorruptError) or error.code in _OWN
    return Failure(whole_store=not own and in_a_row >= FAILURES_MAX, counts=own)


def jittered_us(pause_us: int, chance: float) -> int:
    """Half of a pause and up to all of it, so that many sites do not come back in one moment.

    Args:
        pause_us: the longest.
        chance: 0 to 1.
    """
    return pause_us // 2 + int(chance * (pause_us - pause_us // 2))


class Share:
    """How fast all uploads together may go. Nothing is saved up over `BURST_US`."""

    def __init__(self, bytes_per_s: int | None) -> None:
        self._bytes_per_s = bytes_per_s
        self._due_us = 0

    def wait_us(self, size: int, now_us: int) -> int:
        """So many bytes are to go: how long to wait before. They are counted."""
        if self._bytes_per_s is None:
            return 0
        begin_us = max(self._due_us, now_us - BURST_US)
        self._due_us = begin_us + size * 1_000_000 // self._bytes_per_s
        return max(0, begin_us - now_us)


def released_before_us(now_us: int, keep_us: int | None, free_bytes: int, wanted_bytes: int) -> int | None:
    """Files whose object was proven at or before this wall time may go; None for none.

    Args:
        now_us: wall time.
        keep_us: how long each is kept; None for as long as there is room.
        free_bytes: on the disk.
        wanted_bytes: that should be.
    """
    if free_bytes < wanted_bytes:
        return now_us
    return None if keep_us is None else now_us - keep_us
