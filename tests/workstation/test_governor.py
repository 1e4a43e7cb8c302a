from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.governor import (
    CALM_US,
    LATE_HIGH_US,
    LATE_LOW_US,
    OWN_HIGH,
    OWN_LOW,
    PRESSURE_HIGH,
    PRESSURE_LOW,
    SAMPLE_US,
    Governor,
    Load,
    Rate,
)


def load(at_us: int = 0, *, own: float = 0.05, pressure: float = 0.05, late_us: int = 0) -> Load:
    return Load(at_us, own, pressure, late_us)


def test_it_begins_at_the_configured_rate():
    assert Governor(5).fps == 5
    assert Governor(7).fps == 7


def test_strain_takes_a_step_at_once_and_much_strain_two():
    assert Governor(5).sample(load(pressure=PRESSURE_HIGH + 0.01)) == Rate(4, 5, "pressure")
    assert Governor(5).sample(load(pressure=PRESSURE_HIGH * 1.6)) == Rate(3, 5, "pressure")
    assert Governor(5).sample(load(own=OWN_HIGH + 0.01)) == Rate(4, 5, "own")
    assert Governor(5).sample(load(late_us=LATE_HIGH_US + 1)) == Rate(4, 5, "late")


def test_at_the_limits_nothing_happens():
    governor = Governor(5)
    assert governor.sample(load(pressure=PRESSURE_HIGH, own=OWN_HIGH, late_us=LATE_HIGH_US)) is None


def test_it_stops_at_one_a_second():
    governor = Governor(15)
    for _ in range(20):
        governor.sample(load(pressure=1.0))
    assert governor.fps == 1
    assert governor.sample(load(pressure=1.0)) is None


def test_it_rises_one_step_after_each_calm_span_up_to_the_configured_rate():
    governor = Governor(5)
    for _ in range(5):
        governor.sample(load(own=1.0))
    assert governor.fps == 1
    raised = {}
    for second in range(100):
        rate = governor.sample(load(second * SAMPLE_US))
        if rate is not None:
            assert rate.reason == "calm"
            raised[second] = rate.fps
    assert raised == {10: 2, 20: 3, 30: 4, 40: 5}


def test_strain_and_what_lies_between_start_the_calm_span_anew():
    for spoiler in (
        load(9 * SAMPLE_US, pressure=PRESSURE_LOW),
        load(9 * SAMPLE_US, own=OWN_LOW),
        load(9 * SAMPLE_US, late_us=LATE_LOW_US),
    ):
        governor = Governor(5)
        governor.sample(load(own=OWN_HIGH + 0.01))
        governor.sample(load(0))
        assert governor.sample(spoiler) is None
        assert governor.sample(load(CALM_US)) is None
        assert governor.sample(load(2 * CALM_US)) is not None


@given(
    st.floats(1, 15),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4), st.integers(0, 2_000_000), st.integers(1, 30)), max_size=100),
)
def test_properties(fps: float, samples: list[tuple[float, float, int, int]]):
    governor = Governor(fps)
    at_us = 0
    last_rise_us = -CALM_US
    for pressure, own, late_us, seconds in samples:
        at_us += seconds * SAMPLE_US
        before = governor.fps
        rate = governor.sample(Load(at_us, own, pressure, late_us))
        assert 1 <= governor.fps <= fps
        assert (rate is None) == (governor.fps == before)
        if rate is not None:
            assert (rate.from_fps, rate.fps) == (before, governor.fps)
            if rate.fps > before:
                assert at_us - last_rise_us >= CALM_US, "it rises slowly"
                last_rise_us = at_us
