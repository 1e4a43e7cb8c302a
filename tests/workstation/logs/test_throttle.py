from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.logs.throttle import Throttle

SECOND_US = 1_000_000


def test_some_at_once_and_a_trickle() -> None:
    throttle = Throttle(2, 3, 0)
    assert [throttle.admit(0) for _ in range(5)] == [True, True, True, False, False]
    assert not throttle.admit(SECOND_US // 2 - 1)
    assert throttle.admit(SECOND_US // 2)
    assert [throttle.admit(9 * SECOND_US) for _ in range(4)] == [True, True, True, False]


def test_what_was_spent_before_counts() -> None:
    assert not Throttle(2, 3, 0, spent=3).admit(0)
    assert not Throttle(2, 3, 0, spent=99).admit(0)


@given(st.lists(st.integers(0, 3 * SECOND_US), max_size=100))
def test_never_more_than_the_burst_and_the_trickle(steps: list[int]) -> None:
    throttle, now_us, admitted = Throttle(10, 20, 0), 0, 0
    for step in steps:
        now_us += step
        admitted += throttle.admit(now_us)
    assert admitted <= 20 + now_us * 10 / SECOND_US + 1


def test_the_modest_leave_half_to_others() -> None:
    throttle = Throttle(2, 4, 0)
    assert [throttle.admit(0, modest=True) for _ in range(4)] == [True, True, True, False]
    assert throttle.admit(0)
