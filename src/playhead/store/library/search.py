"""Looking through the columns: which rows a question wants, best first, no further than needed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from playhead.domain.access import Sight
from playhead.domain.library import Order, Place, Question
from playhead.store.library.columns import BLACKOUT, GAP, HELD, PRESENT, STATE_SHIFT, STATES, Chunk, Columns
from playhead.store.library.names import Names

Mask = NDArray[np.bool_]
Offsets = NDArray[np.intp]
Test = Callable[[NDArray[Any]], Mask]

FEW: Final = 16
"""Fewer than one row in so many left: the next tests look at those alone."""

COMPARED_MAX: Final = 3
"""Up to so many values are compared one by one; more are looked up in a table."""

_NEVER_US: Final = (1 << 63) - 1


def search(columns: Columns, question: Question, order: Order, after: Place | None, limit: int) -> list[Place]:
    """The first ``limit`` recordings that a question wants, in order, after a place."""
    tests = prepare(columns, question)
    sign = -1 if order.descends else 1
    best: list[Place] = []
    for chunk in _in_order(columns, order):
        bounds = chunk.length_ms if order.by_length else chunk.started_us
        first, last = (bounds[1], bounds[0]) if order.descends else bounds
        if len(best) == limit and sign * (first - best[-1].value) > 0:
            break  # nor can any of those that follow hold a better one
        if (after is not None and sign * (last - after.value) < 0) or not tests.may_hold(chunk):
            continue
        cut = Cut(order, after, best[-1].value if len(best) == limit else None)
        values = chunk[cut.column]
        found = _first(values, matching(chunk, tests, cut), order, limit)
        best += [Place(int(values[at]), chunk.base + int(at)) for at in found]
        best.sort(reverse=order.descends)
        del best[limit:]
    return best


class _Selection:
    """The rows of a chunk that are left after each test."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._mask: Mask | None = None
        self._offsets: Offsets | None = None

    def keep(self, column: str, test: Test) -> None:
        """Leave those whose value passes."""
        values = self._chunk[column]
        if self._offsets is not None:
            self._offsets = self._offsets[test(values[self._offsets])]
        else:
            self._and(test(values))

    def keep_rows(self, mask: Callable[[Offsets | None], Mask]) -> None:
        """Leave those that a test of some rows, or (None) of all, lets pass."""
        if self._offsets is not None:
            self._offsets = self._offsets[mask(self._offsets)]
        else:
            self._and(mask(None))

    def offsets(self) -> Offsets:
        """What is left, ascending."""
        if self._offsets is not None:
            return self._offsets
        return np.arange(self._chunk.size) if self._mask is None else np.flatnonzero(self._mask)

    def is_empty(self) -> bool:
        """Nothing is left, as far as is known."""
        return self._offsets is not None and not len(self._offsets)

    def _and(self, mask: Mask) -> None:
        self._mask = mask if self._mask is None else self._mask & mask
        if np.count_nonzero(self._mask) * FEW < len(mask):
            self._offsets = np.flatnonzero(self._mask)


@dataclass(frozen=True, slots=True)
class _Word:
    """Where one word of a question may be found."""

    agents: Mask
    workstations: Mask
    tags: Mask
    words: Mask

    def mask(self, chunk: Chunk, offsets: Offsets | None) -> Mask:
        """Which of some rows have it; None: of all."""
        found = np.zeros(chunk.size, dtype=np.bool_)
        for labels, table in ((chunk.tags, self.tags), (chunk.words, self.words)):
            if table.any() and len(labels.codes):
                found[labels.rows_with(table)] = True
        found = found if offsets is None else found[offsets]
        for name, table in (("agent", self.agents), ("workstation", self.workstations)):
            if table.any():
                values = chunk[name]
                found |= table[values if offsets is None else values[offsets]]
        return found


@dataclass(frozen=True, slots=True)
class Tests:
    """A question, made ready for these columns."""

    question: Question
    values: tuple[tuple[str, Test], ...]
    """Tests of a column each."""
    since_us: NDArray[np.int64] | None
    """For each agent from when on their recordings may be shown, where that differs."""
    tags: Mask | None
    words: tuple[_Word, ...]
    impossible: bool

    def may_hold(self, chunk: Chunk) -> bool:
        """Whether a row of the chunk may pass."""
        asked = self.question
        return not (
            self.impossible
            or chunk.size == 0
            or (asked.from_us is not None and chunk.started_us[1] < asked.from_us)
            or (asked.to_us is not None and chunk.started_us[0] >= asked.to_us)
            or (asked.length_us_min is not None and chunk.length_ms[1] < -(-asked.length_us_min // 1000))
            or (asked.length_us_max is not None and chunk.length_ms[0] > asked.length_us_max // 1000)
        )


def prepare(columns: Columns, question: Question) -> Tests:
    """Look the question's names up once, for all chunks."""
    names, sight = columns.names, question.sight
    values: list[tuple[str, Test]] = []
    impossible = False
    if question.from_us is not None:
        values.append(("started_us", _at_least(question.from_us)))
    if question.to_us is not None:
        values.append(("started_us", _at_most(question.to_us - 1)))
    if question.length_us_min is not None:
        values.append(("length_ms", _at_least(-(-question.length_us_min // 1000))))
    if question.length_us_max is not None:
        values.append(("length_ms", _at_most(question.length_us_max // 1000)))
    agents, since_us = _in_sight(names["agent"], sight)
    for wanted in (question.agents or None, question.members):
        if wanted is not None:
            known = set(names["agent"].codes(wanted))
            agents = known if agents is None else agents & known
    for name, codes in (
        ("agent", agents),
        ("workstation", set(names["workstation"].codes(question.workstations)) if question.workstations else None),
        ("site", set(names["site"].codes(question.sites)) if question.sites else None),
    ):
        if codes is not None:
            impossible = impossible or not codes
            if len(codes) < len(names[name]):
                values.append((name, _one_of(codes, names[name])))
    values.append(("flags", _flags(question)))
    tags = names["tag"].table(names["tag"].codes(question.tags)) if question.tags else None
    impossible = impossible or (tags is not None and not tags.any())
    words = tuple(_word(columns, word) for word in question.words)
    return Tests(question, tuple(values), since_us, tags, words, impossible)


@dataclass(frozen=True, slots=True)
class Cut:
    """What else the rows of a page must be."""

    order: Order
    after: Place | None
    worst: int | None
    """At least as good as this value."""

    @property
    def column(self) -> str:
        """What it is sorted by."""
        return "length_ms" if self.order.by_length else "started_us"

    def tests(self) -> list[Test]:
        """Of that column."""
        no_better = _at_most if self.order.descends else _at_least
        no_worse = _at_least if self.order.descends else _at_most
        found = [] if self.worst is None else [no_worse(self.worst)]
        return found if self.after is None else [*found, no_better(self.after.value)]

    def beyond(self, chunk: Chunk, offsets: Offsets) -> Offsets:
        """Those of some rows that come after the place, among those that equal it."""
        if self.after is None:
            return offsets
        values, numbers = chunk[self.column][offsets], offsets + chunk.base
        is_beyond = numbers < self.after.number if self.order.descends else numbers > self.after.number
        return offsets[(values != self.after.value) | is_beyond]


def matching(chunk: Chunk, tests: Tests, cut: Cut | None = None) -> Offsets:
    """The rows that pass all tests, and what else they must be; ascending."""
    left = _Selection(chunk)
    if tests.tags is not None:
        tagged = np.zeros(chunk.size, dtype=np.bool_)
        tagged[chunk.tags.rows_with(tests.tags)] = True
        left.keep_rows(lambda _: tagged)  # the first test: of all rows
    if cut is not None:
        for test in cut.tests():
            left.keep(cut.column, test)
    for name, test in tests.values:
        left.keep(name, test)
    for word in tests.words:
        if not left.is_empty():
            left.keep_rows(partial(word.mask, chunk))
    offsets = left.offsets()
    if tests.since_us is not None:
        offsets = offsets[chunk["started_us"][offsets] >= tests.since_us[chunk["agent"][offsets]]]
    return offsets if cut is None else cut.beyond(chunk, offsets)


def _first(column: NDArray[Any], offsets: Offsets, order: Order, limit: int) -> Offsets:
    """The best ``limit`` of some rows. Where many are equal, their place decides without sorting them."""
    if len(offsets) <= limit:
        return offsets
    values = column[offsets].astype(np.int64)
    if order.descends:
        values = -values
    bound = np.partition(values, limit - 1)[limit - 1]
    better = offsets[values < bound]
    equal = offsets[values == bound]
    missing = limit - len(better)
    return np.concatenate([better, equal[-missing:] if order.descends else equal[:missing]])


def _in_order(columns: Columns, order: Order) -> list[Chunk]:
    """The chunks, the one that may hold the best row first."""
    chunks = [chunk for chunk in columns.chunks if chunk.size]
    if order.by_length:
        return sorted(chunks, key=lambda chunk: -chunk.length_ms[1] if order.descends else chunk.length_ms[0])
    return sorted(chunks, key=lambda chunk: -chunk.started_us[1] if order.descends else chunk.started_us[0])


def _in_sight(agents: Names, sight: Sight) -> tuple[set[int] | None, NDArray[np.int64] | None]:
    """The agents of whom anything may be shown (None: of all), and from when on, where that is limited."""
    if sight.everyone and sight.everyone_since_us is None:
        return None, None
    shown = None if sight.everyone else set(agents.codes(sight.agents))
    if not sight.everyone and all(since is None for since in sight.agents.values()):
        return shown, None
    beyond_us = _NEVER_US if sight.everyone_since_us is None else sight.everyone_since_us

    def since_us(agent: str) -> int:
        if agent not in sight.agents:
            return beyond_us
        return min(beyond_us, sight.agents[agent] or -_NEVER_US)

    return shown, agents.values(since_us)


def _word(columns: Columns, word: str) -> _Word:
    names = columns.names
    return _Word(
        agents=names["agent"].table(names["agent"].with_word(word)),
        workstations=names["workstation"].table(names["workstation"].with_word(word)),
        tags=names["tag"].table(names["tag"].with_word(word)),
        words=names["word"].table(names["word"].beginning_with(word)),
    )


def _flags(question: Question) -> Test:
    states = {STATES[state] for state in question.states or STATES}
    wanted = ((GAP, question.has_gap), (BLACKOUT, question.has_blackout), (HELD, question.held))
    table = np.array(
        [
            bool(flags & PRESENT)
            and flags >> STATE_SHIFT in states
            and all(is_set is None or bool(flags & bit) == is_set for bit, is_set in wanted)
            for flags in range(256)
        ]
    )
    return lambda values: table[values]


def _one_of(codes: set[int], names: Names) -> Test:
    if len(codes) > COMPARED_MAX:
        table = names.table(codes)
        return lambda values: table[values]

    def compared(values: NDArray[Any]) -> Mask:
        found = np.zeros(len(values), dtype=np.bool_)
        for code in codes:
            found |= values == code
        return found

    return compared


def _at_least(bound: int) -> Test:
    return lambda values: values >= bound


def _at_most(bound: int) -> Test:
    return lambda values: values <= bound
