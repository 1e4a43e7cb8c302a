"""Pauses that double, and an end to trying."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.retries import Backoff, Failing

BACKOFF = Backoff(attempts_max=4, first_us=10, longest_us=35)


def test_pauses_double_up_to_the_longest():
    assert [BACKOFF.pause_us(attempts) for attempts in range(1, 6)] == [10, 20, 35, 35, 35]


def test_it_is_given_up_with_the_last_attempt_and_not_before():
    failing = None
    for attempt in range(1, 5):
        assert not BACKOFF.has_given_up(failing)
        failing = BACKOFF.failed(failing, 1_000)
        assert failing == Failing(attempt, 1_000 + BACKOFF.pause_us(attempt))
    assert BACKOFF.has_given_up(failing)


@given(st.integers(1, 10**9), st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_pause_is_never_shorter_than_the_one_before_nor_longer_than_the_longest(attempts, first_us, longest_us):
    backoff = Backoff(attempts_max=1, first_us=min(first_us, longest_us), longest_us=longest_us)
    assert backoff.pause_us(attempts) <= backoff.pause_us(attempts + 1) <= longest_us
