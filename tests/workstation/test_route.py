import random

from playhead.base.addresses import Address
from playhead.workstation.route import PROBES, PROBES_MAX, Route, Stop

A1, A2, B1 = Address("a1", 1), Address("a2", 1), Address("b1", 1)
CHANCE = random.Random(1)  # noqa: S311 - a test wants to be repeated
SECOND_US = 1_000_000


def route() -> Route:
    return Route(((A1, A2), (B1,)))


def fail(route: Route, now_us: int = 0, *, retry_us: int = 0) -> Stop:
    stop = route.next(now_us)
    route.left(stop, now_us, was_steady=False, retry_us=retry_us)
    return stop


def test_addresses_are_tried_in_order_of_preference_with_a_pause_after_the_last() -> None:
    there = route()
    assert there.pause_s(0, CHANCE) == 0
    for address in (A1, A2, B1):
        assert there.pause_s(0, CHANCE) == 0
        assert fail(there).address == address
    assert 0.5 <= there.pause_s(0, CHANCE) <= 1
    assert fail(there).address == A1
    assert there.pause_s(0, CHANCE) == 0


def test_pauses_double_up_to_a_minute() -> None:
    alone = Route(((A1,),))
    longest = 1.0
    for _ in range(10):
        fail(alone)
        pause_s = alone.pause_s(0, CHANCE)
        assert longest / 2 <= pause_s <= longest
        longest = min(60.0, longest * 2)


def test_after_a_steady_connection_the_search_begins_with_the_preferred_one() -> None:
    there = route()
    fail(there)
    fail(there)
    stop = there.next(0)
    assert stop == Stop(1, B1)
    there.left(stop, 0, was_steady=True)
    assert there.next(0) == Stop(0, A1)
    assert 0.5 <= there.pause_s(0, CHANCE) <= 1, "not all at once after a restart of the premises"


def test_a_premises_that_closes_is_passed_over_with_all_its_addresses_until_it_may_be_asked_again() -> None:
    there = route()
    assert fail(there, retry_us=30 * SECOND_US).address == A1
    assert there.next(0).address == B1
    fail(there)
    assert there.next(0).address == B1
    assert there.next(29 * SECOND_US).address == B1
    fail(there, 31 * SECOND_US)
    assert there.next(31 * SECOND_US).address == A1


def test_where_all_are_closed_the_first_to_open_is_waited_for() -> None:
    there = route()
    fail(there, retry_us=30 * SECOND_US)
    assert fail(there, retry_us=10 * SECOND_US).address == B1
    assert there.next(0).address == B1
    assert there.pause_s(0, CHANCE) == 10
    alone = Route(((A1,),))
    fail(alone, retry_us=5 * SECOND_US)
    assert alone.pause_s(0, CHANCE) == 5


def test_going_back_takes_several_answers_in_a_row() -> None:
    there = route()
    for _ in range(PROBES - 1):
        assert not there.answered(0, ok=True)
    assert not there.answered(0, ok=False)
    for _ in range(PROBES - 1):
        assert not there.answered(0, ok=True)
    assert there.answered(0, ok=True)
    assert there.preferred(Stop(1, B1)) == [Stop(0, A1), Stop(0, A2)]
    assert there.preferred(Stop(0, A2)) == []
    there.go_to(0)
    assert there.pause_s(0, CHANCE) == 0
    assert there.next(0) == Stop(0, A1)


def probes_needed(there: Route) -> int:
    count = 1
    while not there.answered(0, ok=True):
        count += 1
    return count


def test_one_that_does_not_hold_what_it_promises_must_promise_longer() -> None:
    there = route()
    needed = []
    for _ in range(6):
        needed.append(probes_needed(there))
        there.go_to(0)
        fail(there)
    assert needed == [PROBES, 2 * PROBES, 4 * PROBES, 8 * PROBES, PROBES_MAX, PROBES_MAX]
    probes_needed(there)
    there.go_to(0)
    there.left(there.next(0), 0, was_steady=True, retry_us=60 * SECOND_US)
    assert there.next(0).address == B1
    assert probes_needed(there) == PROBES
    there.go_to(0)
    assert there.next(0).address == A1, "it asked to be left alone, and answered nevertheless"
