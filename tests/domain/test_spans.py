"""Spans, against sets of instants that are spelled out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.spans import Span, Spans

edges = st.integers(0, 40)
pairs = st.lists(st.tuples(edges, edges), max_size=8)


def instants(spans):
    return {at for from_us, to_us in spans for at in range(from_us, to_us)}


def is_normal(spans):
    return all(one.from_us < one.to_us for one in spans.spans) and all(
        one.to_us < two.from_us for one, two in pairwise(spans.spans)
    )


@given(pairs)
def test_any_spans_become_sorted_and_apart(some):
    made = Spans.of(some)
    assert is_normal(made)
    assert instants(made.spans) == instants(some)
    assert made.length_us == len(instants(some))
    assert bool(made) == bool(instants(some))


@given(pairs, pairs)
def test_they_are_sets_of_instants(some, others):
    one, two = Spans.of(some), Spans.of(others)
    for made, wanted in (
        (one | two, instants(some) | instants(others)),
        (one & two, instants(some) & instants(others)),
        (one - two, instants(some) - instants(others)),
    ):
        assert is_normal(made)
        assert instants(made.spans) == wanted


@given(pairs, edges, edges)
def test_outside_is_the_rest(some, from_us, to_us):
    assert instants(Spans.of(some).outside(from_us, to_us).spans) == set(range(from_us, to_us)) - instants(some)


def test_a_span_that_ends_before_it_begins_is_nothing():
    assert Span(5, 3).length_us == 0
    assert Spans.of([(5, 3), (4, 4)]) == Spans()


@given(pairs, st.integers(-5, 45))
def test_an_instant_is_in_them_or_not(some, at_us):
    assert (at_us in Spans.of(some)) == (at_us in instants(some))
