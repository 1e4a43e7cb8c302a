"""A strip tells everything where there is room, and hides nothing that is missing where there is not."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.coverage import Missing, Reason
from playhead.domain.spans import Spans
from playhead.domain.strip import KEPT, STRETCHES_MAX, Stretch, strip_of


def alternating(count: int) -> tuple[Spans, list[Missing]]:
    kept = Spans.of((20 * n, 20 * n + 10) for n in range(count))
    return kept, [Missing(20 * n + 10, 20 * n + 20, Reason.KILLED) for n in range(count)]


def test_up_to_the_limit_it_is_exact() -> None:
    kept, missing = alternating(STRETCHES_MAX // 2)
    strip = strip_of(kept, missing)
    assert len(strip) == STRETCHES_MAX
    assert strip[:2] == [Stretch(0, 10, KEPT), Stretch(10, 20, "killed")]


def test_past_the_limit_what_is_missing_shows() -> None:
    kept, missing = alternating(STRETCHES_MAX // 2 + 1)
    strip = strip_of(kept, missing)
    assert len(strip) <= STRETCHES_MAX
    assert {one.kind for one in strip} == {"killed"}
    one = [Missing(15, 16, Reason.UNKNOWN)]
    shown = strip_of(kept, [*missing, *one])
    assert [stretch.kind for stretch in shown if stretch.from_us <= 15 < stretch.to_us] == ["unknown"]


SPANS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 40)), max_size=40)


@given(SPANS, SPANS, st.integers(2, 12))
def test_it_is_never_longer_and_never_covers_what_is_nothing_but_at_its_edges(
    kept: list[tuple[int, int]], lost: list[tuple[int, int]], limit: int
) -> None:
    there = Spans.of((at, at + length) for at, length in kept)
    absent = Spans.of((at, at + length) for at, length in lost) - there
    missing = [Missing(*span, Reason.OFF) for span in absent.spans]
    strip = strip_of(there, missing, limit)
    assert len(strip) <= limit
    assert all(one.from_us < one.to_us for one in strip)
    assert all(one.to_us <= two.from_us for one, two in pairwise(strip))
    shown_missing = Spans.of((one.from_us, one.to_us) for one in strip if one.kind == "off")
    assert shown_missing & absent == absent, "nothing that is missing is hidden"
    assert not (there | absent) - Spans.of((one.from_us, one.to_us) for one in strip)
