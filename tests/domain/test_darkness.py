"""What the markers of a recording tell about its blackouts."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.darkness import Asked, Party, darkness, joined
from playhead.domain.spans import Span

AGENT, API = Party("agent", "kim", ""), Party("api", "sam", "payment")


def on(at, party=AGENT, reason="card"):
    return at, {"code": "blackout.on", "reason": reason, **party._asdict()}


def off(at, party=AGENT, code="blackout.off"):
    return at, {"code": code, **party._asdict()}


def test_one_blackout_and_who_wanted_it() -> None:
    found = darkness([on(3), off(8)], from_us=0, to_us=20)
    assert found.asked == (Asked(AGENT, "card", 3, 8, "blackout.off"),)
    assert (found.open, found.unbegun, found.spans.spans) == ((), (), (Span(3, 8),))


def test_requests_overlap_and_the_end_of_one_is_not_that_of_the_other() -> None:
    found = darkness([on(3), on(5, API), off(8), off(12, API, "blackout.expired")], from_us=0, to_us=20)
    assert [(one.party, one.from_us, one.to_us, one.ended) for one in found.asked] == [
        (AGENT, 3, 8, "blackout.off"),
        (API, 5, 12, "blackout.expired"),
    ]
    assert found.spans.spans == (Span(3, 12),)


def test_the_same_party_asking_again_goes_on_with_its_request() -> None:
    found = darkness([on(3), on(5, reason="still"), off(8)], from_us=0, to_us=20)
    assert found.asked == (Asked(AGENT, "still", 3, 8, "blackout.off"),)


def test_an_end_without_a_begin_is_told() -> None:
    assert darkness([off(4)], from_us=0, to_us=20).unbegun == (4,)
    assert darkness([on(1, API), off(4)], from_us=0, to_us=20).unbegun == (4,)


def test_it_is_carried_into_what_goes_on_without_a_break() -> None:
    first = darkness([on(3)], from_us=0, to_us=10)
    assert (first.open[0].to_us, first.open[0].ended) == (10, "")
    silent = darkness([], from_us=10, to_us=20, carried=first.open)
    said = darkness([on(10), off(15)], from_us=10, to_us=20, carried=first.open)
    ended = darkness([off(15)], from_us=10, to_us=20, carried=first.open)
    assert silent.spans.spans == (Span(10, 20),)
    assert said.spans == ended.spans == darkness([on(10), off(15)], from_us=10, to_us=20).spans
    assert joined((*first.asked, *ended.asked)) == [Asked(AGENT, "card", 3, 15, "blackout.off")]
    assert joined((*first.asked, *silent.asked)) == [Asked(AGENT, "card", 3, 20)]


def test_what_other_programs_wrote() -> None:
    found = darkness([(1, {}), (2, {"code": 7}), (3, {"code": "blackout.on", "by": None})], from_us=0, to_us=5)
    assert found.spans.spans == (Span(3, 5),)
    assert found.asked[0].party == Party("", "None", "")


events = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from([AGENT, API]), st.sampled_from([True, False])), max_size=20
).map(lambda found: sorted(found, key=lambda one: one[0]))


@given(events, st.integers(0, 100))
def test_it_is_black_exactly_while_somebody_wants_it_so(found, cut) -> None:
    marks = [on(at, party) if begins else off(at, party) for at, party, begins in found]
    whole = darkness(marks, from_us=0, to_us=101)
    for at in range(101):
        wanted = {party: begins for when, party, begins in found if when <= at}
        assert (at in whole.spans) == any(wanted.values()), at
    # Cut into two stretches it tells the same.
    first = darkness([mark for mark in marks if mark[0] < cut], from_us=0, to_us=cut)
    second = darkness([mark for mark in marks if mark[0] >= cut], from_us=cut, to_us=101, carried=first.open)
    assert first.spans | second.spans == whole.spans
    assert first.unbegun + second.unbegun == whole.unbegun
