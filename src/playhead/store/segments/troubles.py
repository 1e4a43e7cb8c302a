"""Segments that the disk fails with again and again while it works for others: how long each rests."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.domain.retries import Backoff, Failing

BACKOFF: Final = Backoff(attempts_max=5, first_us=20_000_000, longest_us=600_000_000)
"""A workstation comes back with a segment after half a minute; so it is given up after some five minutes."""

REMEMBERED_MAX: Final = 4_096
"""Segments that are failing, remembered at a time; the one that failed longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    failing: Failing
    successes: int
    """Of the whole store, when it failed last."""


class Troubles:
    """Counts failures, each where others succeeded in between: else it is the disk's failure, and no segment's.

    Args:
        clock: for the pauses.
        successes: how often the store has made anything durable.
    """

    def __init__(self, clock: Clock, successes: Callable[[], int]) -> None:
        self._clock = clock
        self._successes = successes
        self._known: OrderedDict[SegmentId, _Trouble] = OrderedDict()

    def failed(self, segment: SegmentId) -> None:
        """The disk failed with it."""
        before = self._known.pop(segment, None)
        now_us, successes = self._clock.monotonic_us(), self._successes()
        if before is not None and before.successes == successes:
            rests = Failing(before.failing.attempts, now_us + BACKOFF.pause_us(before.failing.attempts))
        else:
            rests = BACKOFF.failed(None if before is None else before.failing, now_us)
        self._known[segment] = _Trouble(rests, successes)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)

    def forget(self, segment: SegmentId) -> None:
        """It became durable, or somebody wants it tried again."""
        self._known.pop(segment, None)

    def has_given_up(self, segment: SegmentId) -> bool:
        """Whether it is not to be tried again as it is."""
        known = self._known.get(segment)
        return known is not None and BACKOFF.has_given_up(known.failing)

    def check(self, segment: SegmentId) -> None:
        """Before it is touched: after one failure it may be tried at once, for its workstation rests by itself.

        Raises:
            UnavailableError: ``store.failed``: it rests.
        """
        known = self._known.get(segment)
        if known is not None and known.failing.attempts > 1 and self._clock.monotonic_us() < known.failing.until_us:
            text = f"The disk failed with segment {segment} {known.failing.attempts} times; it rests for a while."
            raise UnavailableError("store.failed", text)
