from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.throttle import PATIENCE_US, SLICE_BYTES_MIN, Throttle

SLICE = 64 * 1024
SECOND_US = 1_000_000


def test_nothing_goes_before_the_premises_has_said_how_fast() -> None:
    throttle = Throttle()
    assert throttle.ready_us() is None
    throttle.ask(5)
    throttle.ask(9)
    assert throttle.ready_us() == 5 + PATIENCE_US, "but a premises that never says so is not waited for for ever"
    throttle.set(1000, 7)
    assert throttle.ready_us() == 7
    throttle.rest()
    assert throttle.ready_us() is None


def test_zero_is_as_fast_as_it_goes() -> None:
    throttle = Throttle()
    throttle.set(0, 7)
    throttle.spend(SLICE, 7)
    assert (throttle.ready_us(), throttle.slice_bytes(SLICE)) == (7, SLICE)


def test_slow_ones_send_small_slices() -> None:
    throttle = Throttle()
    throttle.set(SLICE, 0)
    assert throttle.slice_bytes(SLICE) == SLICE // 4
    throttle.set(1, 0)
    assert throttle.slice_bytes(SLICE) == SLICE_BYTES_MIN


def test_a_pause_under_way_is_of_the_new_pace() -> None:
    throttle = Throttle()
    throttle.set(1000, 0)
    throttle.spend(10_000, 0)
    assert throttle.ready_us() == 10 * SECOND_US
    throttle.set(10_000, 5 * SECOND_US)
    assert throttle.ready_us() == 5.5 * SECOND_US
    throttle.set(0, 5 * SECOND_US)
    assert throttle.ready_us() == 5 * SECOND_US


@given(
    paces=st.lists(st.tuples(st.integers(1, 1 << 24), st.integers(0, 3 * SECOND_US)), min_size=1, max_size=20),
    late=st.lists(st.integers(0, 200_000), min_size=1, max_size=20),
)
def test_never_more_than_the_pace_and_one_slice(paces: list[tuple[int, int]], late: list[int]) -> None:
    throttle = Throttle()
    now_us, allowed, sent, number = 0, 0.0, 0, 0
    for pace, for_us in paces:
        throttle.set(pace, now_us)
        until_us = now_us + for_us
        while now_us < until_us and number < 2000:
            ready_us = throttle.ready_us()
            assert ready_us is not None
            then_us = min(until_us, max(now_us, ready_us) + late[number % len(late)])
            allowed += pace * (then_us - now_us) / 1e6
            now_us, number = then_us, number + 1
            if now_us >= ready_us:
                size = throttle.slice_bytes(SLICE)
                throttle.spend(size, now_us)
                sent += size
                assert sent <= allowed + SLICE + len(paces)
        if number >= 2000:
            return
