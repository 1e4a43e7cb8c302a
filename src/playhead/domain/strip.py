"""A time as a strip of stretches to draw: what is there, and what is missing and why, in no more than so many."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from playhead.domain.coverage import RANK, Missing, Reason
from playhead.domain.spans import Spans

KEPT: Final = "kept"
STRETCHES_MAX: Final = 500
"""More than a screen has room for."""


class Stretch(NamedTuple):
    """From one instant up to another."""

    from_us: int
    to_us: int
    kind: str
    """`KEPT`, or why it is missing."""


def strip_of(kept: Spans, missing: Sequence[Missing], limit: int = STRETCHES_MAX) -> list[Stretch]:
    """The strip, in time order, in at most ``limit`` stretches (at least 2).

    Where there are more, the time is cut into half as many boxes of one width, and each shows what comes first in it:
    what is missing before what is there, and before all what nobody knows the reason of.
    """
    whole = [Stretch(*span, KEPT) for span in kept.spans]
    whole += [Stretch(one.from_us, one.to_us, str(one.reason)) for one in missing]
    whole.sort()
    if len(whole) <= limit:
        return whole
    boxes = limit // 2
    from_us, to_us = whole[0].from_us, max(one.to_us for one in whole)
    edges = [from_us + (to_us - from_us) * number // boxes for number in range(boxes + 1)]
    shown: list[Stretch] = []
    first = 0
    for begin_us, end_us in pairwise(edges):
        while first < len(whole) and whole[first].to_us <= begin_us:
            first += 1
        inside: list[str] = []
        place = first
        while place < len(whole) and whole[place].from_us < end_us:
            inside.append(whole[place].kind)
            place += 1
        if not inside:
            continue
        kind = min(inside, key=_rank)
        if shown and shown[-1].kind == kind and shown[-1].to_us == begin_us:
            shown[-1] = Stretch(shown[-1].from_us, end_us, kind)
        else:
            shown.append(Stretch(begin_us, end_us, kind))
    return shown


def _rank(kind: str) -> int:
    """What is missing without anybody knowing why shows before all else: it must not hide."""
    if kind == KEPT:
        return len(RANK)
    return -1 if kind == Reason.UNKNOWN else RANK[Reason(kind)]
