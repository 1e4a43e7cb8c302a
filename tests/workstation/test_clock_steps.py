"""Clocks that are set forward and back, and machines that sleep, at any moment of a recording."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from workstation.carried import Segment
from workstation.desk import SECOND_US, Desk

from playhead.wire.vid import Kind
from playhead.workstation.actions import Now
from playhead.workstation.recorder import Limits
from playhead.workstation.wanted import CLOCK_STEP_US

SLACK_US = 3 * SECOND_US
"""How long a new segment may take to begin, with the key frame that it needs."""


def step(desk: Desk, us: int) -> None:
    """The clock is set."""
    now = desk.world.now
    desk.world.now = Now(now.wall_us + us, now.monotonic_us, now.asleep_us)


def sleep(desk: Desk, us: int) -> None:
    """The machine sleeps: monotonic time stands still."""
    now = desk.world.now
    desk.world.now = Now(now.wall_us + us, now.monotonic_us, now.asleep_us + us)


class SleepyDesk(Desk):
    """One whose passing time keeps how long it has slept."""

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits)
        world = self.world

        def pass_time(us: int) -> None:
            now = world.now
            world.now = Now(now.wall_us + us, now.monotonic_us + us, now.asleep_us)

        world.pass_time = pass_time


def steps_in(segments: list[Segment]) -> list[dict]:
    return [mark for segment in segments for mark in segment.markers if mark["code"] == "clock.stepped"]


def test_a_sleep_is_a_gap_that_says_that_it_was_one() -> None:
    desk = SleepyDesk()
    desk.start()
    desk.run(5)
    fell_asleep_us = desk.world.now.wall_us
    sleep(desk, 3600 * SECOND_US)
    desk.run(5)
    first, second = desk.world.segments
    (mark,) = steps_in(desk.world.segments)
    assert mark in second.markers
    assert mark["asleep_us"] == 3600 * SECOND_US
    assert abs(mark["from_us"] - fell_asleep_us) <= SECOND_US
    assert mark["by_us"] == mark["to_us"] - mark["from_us"] == 3600 * SECOND_US
    end_us = first.started_at_us + first.records[-1].header.media_time_us
    assert abs(second.started_at_us - end_us - 3600 * SECOND_US) <= SECOND_US


def test_a_clock_set_back_is_said_where_it_happens_and_moves_nothing() -> None:
    desk = SleepyDesk(Limits(segment_span_us=10 * SECOND_US))
    desk.start()
    desk.run(5)
    step(desk, -3600 * SECOND_US)
    desk.run(15)
    first, second = desk.world.segments[:2]
    (mark,) = steps_in(desk.world.segments)
    assert mark in first.markers
    assert mark["by_us"] == -3600 * SECOND_US
    assert "asleep_us" not in mark
    assert second.started_at_us == first.started_at_us + first.records[-1].header.media_time_us
    walls = [scanned.header.wall_time_us for scanned in second.records]
    assert all(each < first.started_at_us for each in walls), "each record says what the clock says"


def test_a_clock_that_is_put_right_again_moves_nothing_and_says_both() -> None:
    desk = SleepyDesk()
    desk.start()
    desk.run(5)
    step(desk, -3600 * SECOND_US)
    desk.run(5)
    step(desk, 3600 * SECOND_US)
    desk.run(5)
    (segment,) = desk.world.segments
    assert [mark["by_us"] for mark in steps_in([segment])] == [-3600 * SECOND_US, 3600 * SECOND_US]


def test_a_step_that_is_none_is_not_said() -> None:
    desk = SleepyDesk()
    desk.start()
    desk.run(5)
    step(desk, CLOCK_STEP_US - 1)
    desk.run(5)
    step(desk, -(CLOCK_STEP_US - 1))
    desk.run(5)
    assert len(desk.world.segments) == 1
    assert steps_in(desk.world.segments) == []
    step(desk, CLOCK_STEP_US)
    desk.run(5)
    assert len(desk.world.segments) == 2
    assert [mark["by_us"] for mark in steps_in(desk.world.segments)] == [CLOCK_STEP_US]


def test_a_clock_that_is_slewed_for_hours_is_followed_in_the_end() -> None:
    desk = SleepyDesk()
    desk.start()
    for _ in range(25):
        desk.run(1)
        step(desk, 100_000)
    assert len(desk.world.segments) == 2
    (mark,) = steps_in(desk.world.segments)
    assert CLOCK_STEP_US <= mark["by_us"] < CLOCK_STEP_US + 500_000


seconds = st.sampled_from([0.3, 1, 4, 11])
events = st.lists(
    st.tuples(
        st.sampled_from(["forward", "back", "sleep"]),
        st.integers(CLOCK_STEP_US, 10**11),
        seconds,
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(events, st.sampled_from([8, 3600]))
def test_whatever_the_clock_does_media_time_goes_on_and_no_segment_overlaps(
    story: list[tuple[str, int, float]], span_s: int
) -> None:
    desk = SleepyDesk(Limits(segment_span_us=span_s * SECOND_US))
    desk.start()
    desk.run(2)
    began_us = desk.now_us
    for what, us, then_s in story:
        if what == "sleep":
            sleep(desk, us)
        else:
            step(desk, us if what == "forward" else -us)
        desk.run(then_s)
    desk.run(SLACK_US / SECOND_US)
    desk.stop()
    segments = desk.world.segments
    held_us = 0
    for segment in segments:
        times = [scanned.header.media_time_us for scanned in segment.records if scanned.header.kind == Kind.PIECE]
        assert times == sorted(times)
        held_us += segment.records[-1].header.media_time_us
    for before, after in pairwise(segments):
        assert after.started_at_us >= before.started_at_us + before.records[-1].header.media_time_us
    assert held_us >= desk.now_us - began_us - SECOND_US, "no time of capture is missing, whatever it is called"
    told = steps_in(segments)
    # Two steps within the time that a new segment takes may be told as one, and one may undo the other.
    assert bool(told) or not story or all(abs(sum_us) < CLOCK_STEP_US for sum_us in [total(story)])
    assert sum(mark.get("asleep_us", 0) for mark in told) <= sum(us for what, us, _ in story if what == "sleep")


def total(story: list[tuple[str, int, float]]) -> int:
    return sum(-us if what == "back" else us for what, us, _ in story)
