"""Requests for blackouts: nested, overlapping, bound, limited, and never lighter than any of them."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import LimitError
from playhead.domain.blackouts import (
    REQUESTS_MAX,
    REQUESTS_PER_SOURCE_MAX,
    Asker,
    Blackouts,
    Request,
    Source,
    lasting_us,
)

ANNA = Asker(Source.API, "anna")
AGENT = Asker(Source.AGENT, "jane")


def request(serial: int, asker: Asker = ANNA, **more: object) -> Request:
    return Request(serial=serial, asker=asker, since_us=serial, **more)


def test_black_while_any_is_in_force() -> None:
    none = Blackouts()
    both = none.begun(request(1)).begun(request(2, AGENT))
    assert not none.is_dark
    assert both.is_dark
    assert both.without(both.of(ANNA)).requests == (request(2, AGENT),)
    assert not both.without({1, 2}).is_dark


def test_the_same_party_asking_again_has_one_request_which_lasts_longer() -> None:
    first = request(1, deadline_us=50, until_us=50, interaction="a", agent="jane", reason="card")
    again = Blackouts().begun(first).begun(request(2, deadline_us=20, until_us=20, interaction="b", agent="jane"))
    (one,) = again.requests
    assert (one.serial, one.since_us, one.deadline_us, one.until_us) == (2, 1, 50, 50)
    assert (one.interaction, one.agent) == ("", "jane")
    (endless,) = again.begun(request(3)).requests
    assert (endless.deadline_us, endless.agent) == (None, "")


def test_an_end_that_was_on_its_way_does_not_end_what_came_after_it() -> None:
    before = Blackouts().begun(request(1))
    on_its_way = before.of(ANNA)
    assert before.begun(request(2)).without(on_its_way).is_dark


def test_labels_nest() -> None:
    outer, inner = Asker(Source.ANALYTICS, "da", "page"), Asker(Source.ANALYTICS, "da", "field")
    nested = Blackouts().begun(request(1, outer)).begun(request(2, inner))
    assert nested.without(nested.of(inner)).requests == (request(1, outer),)


@pytest.mark.parametrize("source", Source)
def test_a_source_has_so_many_and_no_more_and_leaves_the_others_their_places(source: Source) -> None:
    full = Blackouts()
    for number in range(REQUESTS_PER_SOURCE_MAX):
        full = full.begun(request(number, Asker(source, str(number))))
    with pytest.raises(LimitError) as caught:
        full.begun(request(99, Asker(source, "one more")))
    assert caught.value.code == "blackout.too_many"
    assert len(full.begun(request(99, Asker(source, "0"))).requests) == REQUESTS_PER_SOURCE_MAX  # not one more
    for other in set(Source) - {source}:
        full = full.begun(request(100, Asker(other)))
    assert len(full.requests) <= REQUESTS_MAX


def test_its_time_is_over_at_the_deadline_and_not_before() -> None:
    some = Blackouts().begun(request(1, deadline_us=10)).begun(request(2, AGENT, deadline_us=20))
    assert some.due_us == 10
    assert not some.expired(9)
    assert some.expired(10) == {1}
    assert some.expired(20) == {1, 2}
    assert Blackouts().begun(request(1)).due_us is None


def test_what_it_is_bound_to() -> None:
    some = Blackouts().begun(request(1, interaction="a")).begun(request(2, AGENT, agent="jane"))
    assert some.of_interaction("a") == {1}
    assert some.of_interaction("") == frozenset()
    assert some.rebound("a", "b").of_interaction("b") == {1}
    assert some.rebound("", "b") == some
    assert some.of_other_agents("jane") == frozenset()
    assert some.of_other_agents("joe") == {2}


def test_a_person_may_end_any_but_what_the_decision_source_says() -> None:
    some = Blackouts().begun(request(1)).begun(request(2, Asker(Source.DECISION_SOURCE, "da")))
    assert some.endable() == {1}


@pytest.mark.parametrize(
    ("asked", "most", "lasting"), [(None, 30, 30), (10, 30, 10), (40, 30, 30), (None, 0, None), (40, 0, 40)]
)
def test_how_long_it_lasts(asked: int | None, most: int, lasting: int | None) -> None:
    assert lasting_us(asked, most) == lasting


@dataclass
class Model:
    """Each request for itself, as if there were no others: what must never be lighter than that."""

    live: list[Request] = field(default_factory=list)

    def drop(self, ended: object) -> None:
        self.live = [one for one in self.live if not ended(one)]


ASKERS = st.sampled_from([ANNA, AGENT, Asker(Source.ANALYTICS, "da", "1"), Asker(Source.ANALYTICS, "da", "2")])
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("on"),
            ASKERS,
            st.none() | st.integers(0, 40),
            st.sampled_from(["", "a", "b"]),
            st.sampled_from(["", "x"]),
        ),
        st.tuples(st.just("off"), ASKERS),
        st.tuples(st.just("pass"), st.integers(1, 15)),
        st.tuples(st.just("over"), st.sampled_from(["a", "b"])),
        st.tuples(st.just("moved"), st.just("")),
        st.tuples(st.just("agent"), st.sampled_from(["x", "y"])),
    ),
    max_size=30,
)


@given(STEPS)
def test_never_lighter_than_any_request_in_force_and_light_once_all_are_over(steps: list[tuple]) -> None:
    now, dark, model = 0, Blackouts(), Model()
    for serial, step in enumerate(steps):
        match step:
            case ("on", asker, length, interaction, agent):
                deadline = None if length is None else now + length
                one = request(serial, asker, deadline_us=deadline, interaction=interaction, agent=agent)
                dark = dark.begun(one)
                model.live.append(one)
            case ("off", asker):
                others = [one for one in dark.requests if one.asker != asker]
                dark = dark.without(dark.of(asker))
                assert [*dark.requests] == others  # an end of one never ends another
                model.drop(lambda one, asker=asker: one.asker == asker)
            case ("pass", span):
                now += span
                dark = dark.without(dark.expired(now))
                model.drop(lambda one, now=now: one.deadline_us is not None and one.deadline_us <= now)
            case ("over", interaction):
                dark = dark.without(dark.of_interaction(interaction))
                model.drop(lambda one, interaction=interaction: one.interaction == interaction)
            case ("moved", _):
                dark = dark.rebound("a", "b")
                model.live = list(Blackouts(tuple(model.live)).rebound("a", "b").requests)
            case ("agent", agent):
                dark = dark.without(dark.of_other_agents(agent))
                model.drop(lambda one, agent=agent: one.agent not in {"", agent})
        assert {one.asker for one in model.live} <= {one.asker for one in dark.requests}
        assert len({one.asker for one in dark.requests}) == len(dark.requests)
    ended = dark.without(dark.endable())
    assert not ended.is_dark
