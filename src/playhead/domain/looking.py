"""Which pictures of a recording to look at: those nearest to blackouts, where something may have been seen too long."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from playhead.domain.spans import Spans

NEAR_US: Final = 3_000_000
"""How far before and after a blackout pictures are looked at, beside the one that was shown at its edge."""

EACH_SIDE_MAX: Final = 4
"""Pictures looked at before a blackout, and after it: each takes seconds."""


def near_edges(
    pictures: Sequence[int], spans: Spans, *, near_us: int = NEAR_US, each_side_max: int = EACH_SIDE_MAX
) -> list[int]:
    """The times of the pictures to look at, sorted.

    Before a span, the last picture always, and others back to ``near_us``; behind it, the first always, and others
    likewise. Where there are more than ``each_side_max``, evenly chosen ones, the nearest and the farthest among them.

    Args:
        pictures: times of all pictures of a track, sorted. A picture is shown until the next.
        spans: the blackouts.
        near_us: see above.
        each_side_max: 1 or more.
    """
    chosen: set[int] = set()
    for span in spans.spans:
        begin, end = bisect_left(pictures, span.from_us), bisect_left(pictures, span.to_us)
        before = pictures[min(bisect_left(pictures, span.from_us - near_us), max(begin - 1, 0)) : begin]
        after = pictures[end : max(bisect_left(pictures, span.to_us + near_us), end + 1)]
        chosen.update(_some(before[::-1], each_side_max), _some(after, each_side_max))
    return sorted(one for one in chosen if one not in spans)


def every(pictures: Sequence[int], spans: Spans, every_us: int) -> list[int]:
    """The pictures that were shown each ``every_us`` from the first on, each once; none from within ``spans``."""
    if not pictures:
        return []
    shown = (
        pictures[bisect_left(pictures, at_us + 1) - 1]
        for at_us in range(pictures[0], pictures[-1] + every_us, every_us)
    )
    return [one for one in dict.fromkeys(shown) if one not in spans]


def _some(pictures: Sequence[int], count: int) -> Sequence[int]:
    """So many at most: the first, the last, and evenly chosen ones between."""
    if len(pictures) <= count:
        return pictures
    if count == 1:
        return pictures[:1]
    return [pictures[place * (len(pictures) - 1) // (count - 1)] for place in range(count)]
