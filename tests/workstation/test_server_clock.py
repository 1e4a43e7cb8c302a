from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.server_clock import NEWS_US, SAMPLES_MAX, STEP_US, ServerClock

WALL_US = 1_800_000_000_000_000
SECOND_US = 1_000_000


def test_nothing_is_known_before_it_has_said_anything() -> None:
    clock = ServerClock()
    assert clock.offset_us(WALL_US, 0) is None
    assert clock.news_us(WALL_US, 0) is None


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, STEP_US // 2), min_size=1, max_size=SAMPLES_MAX))
def test_it_is_as_good_as_the_quickest_message(ahead_us: int, delays_us: list[int]) -> None:
    clock = ServerClock()
    for number, delay_us in enumerate(delays_us):
        now_us = number * 10 * SECOND_US
        clock.add(WALL_US + now_us + ahead_us - delay_us, now_us)
    now_us = len(delays_us) * 10 * SECOND_US
    assert clock.offset_us(WALL_US + now_us, now_us) == ahead_us - min(delays_us)


def test_old_messages_are_forgotten_so_that_drift_is_followed() -> None:
    clock = ServerClock()
    for number in range(100):  # our quartz gains 100 millionths
        clock.add(WALL_US + number * (10 * SECOND_US - 1000), number * 10 * SECOND_US)
    now_us = 99 * 10 * SECOND_US
    assert clock.offset_us(WALL_US + now_us, now_us) == -99 * 1000 + (SAMPLES_MAX - 1) * 1000


def test_a_clock_that_was_set_there_is_believed_at_once() -> None:
    clock = ServerClock()
    clock.add(WALL_US, 0)
    clock.add(WALL_US + SECOND_US - 3600 * SECOND_US, SECOND_US)
    assert clock.offset_us(WALL_US + SECOND_US, SECOND_US) == -3600 * SECOND_US


def test_one_that_was_set_here_shows_at_once() -> None:
    clock = ServerClock()
    clock.add(WALL_US, 0)
    assert clock.offset_us(WALL_US + 60 * SECOND_US, 0) == -60 * SECOND_US


def test_only_what_is_new_is_worth_telling() -> None:
    clock = ServerClock()
    clock.add(WALL_US + 7, 0)
    assert clock.news_us(WALL_US, 0) == 7
    assert clock.news_us(WALL_US, 0) is None
    clock.add(WALL_US + 7 + NEWS_US - 1, 0)
    assert clock.news_us(WALL_US, 0) is None
    clock.add(WALL_US + 7 + NEWS_US, 0)
    assert clock.news_us(WALL_US, 0) == 7 + NEWS_US
