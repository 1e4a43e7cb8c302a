"""Which pictures are looked at: always those at an edge, never one from within, never too many."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.looking import every, near_edges
from playhead.domain.spans import Span, Spans

S = 1_000_000


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    pairs = draw(st.lists(st.tuples(st.integers(0, 1_000), st.integers(1, 100)), max_size=5))
    return Spans.of((begin, begin + length) for begin, length in pairs)


pictures = st.lists(st.integers(0, 1_200), unique=True, max_size=60).map(sorted)


@given(pictures, spans(), st.integers(0, 50), st.integers(1, 5))
def test_the_pictures_at_the_edges_are_among_them(times, dark, near, most) -> None:
    chosen = near_edges(times, dark, near_us=near, each_side_max=most)
    light = [one for one in times if not any(span.from_us <= one < span.to_us for span in dark.spans)]
    assert set(chosen) <= set(light)
    assert chosen == sorted(set(chosen))
    assert len(chosen) <= 2 * most * len(dark.spans)
    for span in dark.spans:
        last = max((one for one in times if one < span.from_us), default=None)
        first = min((one for one in times if one >= span.to_us), default=None)
        for edge in {last, first} - {None}:
            assert edge in chosen or edge not in light
        near_by = [one for one in light if span.from_us - near <= one < span.from_us + 0]
        assert len(near_by) > most or set(near_by) <= set(chosen)


def test_few_of_many() -> None:
    times = list(range(0, 60 * S, 200_000))
    chosen = near_edges(times, Spans.of([Span(20 * S, 40 * S)]))
    assert chosen == [17 * S, 18 * S, 19_000_000, 19_800_000, 40 * S, 40_800_000, 41_800_000, 42_800_000]


def test_a_still_picture_from_long_before_is_the_one_at_the_edge() -> None:
    assert near_edges([0, 90 * S, 200 * S], Spans.of([Span(80 * S, 85 * S)])) == [0, 90 * S]
    assert near_edges([0], Spans.of([Span(80 * S, 85 * S)])) == [0]
    assert near_edges([], Spans.of([Span(80 * S, 85 * S)])) == []
    assert near_edges([5 * S], Spans()) == []


@given(pictures, spans(), st.integers(1, 300))
def test_no_longer_than_asked_for_without_a_look(times, dark, step) -> None:
    chosen = every(times, dark, step)
    light = [one for one in times if not any(span.from_us <= one < span.to_us for span in dark.spans)]
    assert set(chosen) <= set(light)
    for at in range(times[0], times[-1], step) if times else ():
        shown = max(one for one in times if one <= at)
        assert shown in chosen or shown not in light


def test_each_picture_once_however_long_it_was_shown() -> None:
    assert every([0, 10 * S, 12 * S], Spans(), S) == [0, 10 * S, 12 * S]
    assert every([0, 10 * S, 12 * S], Spans.of([Span(9 * S, 11 * S)]), 4 * S) == [0, 12 * S]
