"""Sets of instants as sorted stretches of time that do not touch. Instants are integer microseconds."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self


class Span(NamedTuple):
    """From one instant up to, and not including, another."""

    from_us: int
    to_us: int

    @property
    def length_us(self) -> int:
        """How long it is; 0 where it ends before it begins."""
        return max(0, self.to_us - self.from_us)


@dataclass(frozen=True, slots=True)
class Spans:
    """A set of instants. Made by `of`; two with the same instants are equal."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Self:
        """The instants of any spans: they may overlap, touch, be empty and come in any order."""
        joined: list[Span] = []
        for from_us, to_us in sorted(spans):
            if to_us <= from_us:
                continue
            if joined and from_us <= joined[-1].to_us:
                joined[-1] = Span(joined[-1].from_us, max(joined[-1].to_us, to_us))
            else:
                joined.append(Span(from_us, to_us))
        return cls(tuple(joined))

    @property
    def length_us(self) -> int:
        """How long they are together."""
        return sum(span.length_us for span in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, at_us: int) -> bool:
        place = bisect_right(self.spans, at_us, key=lambda span: span.from_us)
        return place > 0 and at_us < self.spans[place - 1].to_us

    def __or__(self, other: Self) -> Self:
        """What is in either."""
        return self.of((*self.spans, *other.spans))

    def __and__(self, other: Self) -> Self:
        """What is in both. Takes time proportional to the number of spans, as `__sub__` does."""
        found: list[Span] = []
        mine, theirs = 0, 0
        while mine < len(self.spans) and theirs < len(other.spans):
            one, two = self.spans[mine], other.spans[theirs]
            from_us, to_us = max(one.from_us, two.from_us), min(one.to_us, two.to_us)
            if from_us < to_us:
                found.append(Span(from_us, to_us))
            if one.to_us <= two.to_us:
                mine += 1
            else:
                theirs += 1
        return type(self)(tuple(found))

    def __sub__(self, other: Self) -> Self:
        """What is here and not there."""
        if not self.spans:
            return self
        return self & other.outside(self.spans[0].from_us, self.spans[-1].to_us)

    def outside(self, from_us: int, to_us: int) -> Self:
        """What is not here, from one instant to another."""
        found: list[Span] = []
        reached_us = from_us
        for span in self.spans:
            if span.from_us >= to_us:
                break
            if span.from_us > reached_us:
                found.append(Span(reached_us, span.from_us))
            reached_us = max(reached_us, span.to_us)
        if reached_us < to_us:
            found.append(Span(reached_us, to_us))
        return type(self)(tuple(found))
