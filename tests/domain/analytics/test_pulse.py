from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.analytics.events import Kind
from playhead.domain.analytics.privacy import Glimpse
from playhead.domain.analytics.pulse import PULSE_US, SHORT_US, STRETCH_US, TITLES_MAX, Pulse, Stretch

S = 1_000_000
A, B = Glimpse(Kind.ACTIVE, "a", "one"), Glimpse(Kind.ACTIVE, "b", "two")
IDLE = Glimpse(Kind.IDLE, "a", "one")


def told(pulse):
    return [(one.seen.application, one.seen.title, one.from_us, one.lasts_us) for one in pulse.taken()]


def test_equal_glimpses_are_one_stretch():
    pulse = Pulse()
    for at_s in range(0, 50, 5):
        pulse.see(at_s * S, A, keys=2, clicks=1)
    pulse.see(50 * S, B, keys=3)
    assert pulse.taken() == [Stretch(A, 0, 50 * S, 23, 10)]
    assert pulse.taken() == []
    pulse.see(51 * S, B)
    pulse.end()
    assert pulse.taken() == [Stretch(B, 50 * S, S, 0, 0)]


def test_nothing_is_claimed_for_a_time_that_nobody_saw():
    pulse = Pulse()
    pulse.see(0, A)
    pulse.see(PULSE_US, A)
    pulse.see(2 * PULSE_US + 1, A)
    pulse.end()
    assert told(pulse) == [("a", "one", 0, PULSE_US)]


def test_idleness_began_with_the_last_key():
    pulse = Pulse()
    pulse.see(0, A)
    pulse.see(20 * S, A)
    pulse.see(40 * S, IDLE, since_us=12 * S)
    pulse.see(50 * S, A, since_us=49 * S)
    pulse.end()
    assert [(one.seen.kind, one.from_us, one.lasts_us) for one in pulse.taken()] == [
        (Kind.ACTIVE, 0, 12 * S),
        (Kind.IDLE, 12 * S, 37 * S),
        (Kind.ACTIVE, 49 * S, S),
    ]


def test_what_goes_on_is_told_in_parts():
    pulse = Pulse()
    for at_s in range(0, 900, 10):
        pulse.see(at_s * S, A)
    assert told(pulse) == [("a", "one", 0, STRETCH_US), ("a", "one", STRETCH_US, STRETCH_US)]


def test_a_title_that_flickers_is_told_once():
    pulse = Pulse()
    for number in range(9):
        pulse.see(number * SHORT_US // 10, Glimpse(Kind.ACTIVE, "a", f"{number} %"))
    pulse.see(9 * S, B)
    assert told(pulse) == [("a", "8 %", 0, 9 * S)]


def test_a_title_that_never_rests_is_told_now_and_then():
    pulse = Pulse()
    for at_s in range(3600):
        pulse.see(at_s * S, Glimpse(Kind.ACTIVE, "a", f"{at_s} s"))
    pulse.end()
    stretches = pulse.taken()
    assert len(stretches) <= TITLES_MAX + 360 + 12
    assert sum(one.lasts_us for one in stretches) == 3599 * S


def test_other_applications_are_always_told():
    pulse = Pulse()
    for number in range(200):
        pulse.see(number * S // 5, (A, B)[number % 2])
    assert len(pulse.taken()) == 199


GLIMPSES = st.builds(Glimpse, st.sampled_from([Kind.ACTIVE, Kind.IDLE]), st.sampled_from("ab"), st.sampled_from("xyz"))


@given(st.lists(st.tuples(st.integers(0, 40 * S), GLIMPSES, st.integers(0, 5), st.integers(0, 9 * S)), max_size=60))
def test_stretches_follow_one_another_and_lose_no_count(steps):
    pulse, at_us, keys, first, unseen_us = Pulse(), 0, 0, None, 0
    for step_us, seen, pressed, before_us in steps:
        at_us += step_us
        if first is None:
            first = at_us
        elif step_us > PULSE_US:
            unseen_us += step_us
        pulse.see(at_us, seen, since_us=at_us - before_us, keys=pressed)
        keys += pressed
    pulse.end()
    stretches = pulse.taken()
    assert all(one.lasts_us > 0 for one in stretches)
    ends = [one.from_us + one.lasts_us for one in stretches]
    assert all(end <= following.from_us for end, following in zip(ends, stretches[1:], strict=False))
    assert sum(one.lasts_us for one in stretches) == (at_us - first - unseen_us if steps else 0)
    assert sum(one.keys for one in stretches) <= keys
