"""Segments on the timeline of their recording."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.domain.timeline import GAP_US_MIN, Gap, duration_us, gaps, offset_us, playable

BEGIN_US = 1_700_000_000_000_000
RECORDING = RecordingId(UUID(int=1))


def recording(*segments: tuple[int, int, str]) -> Recording:
    """Segments as (offset, covered, ended)."""
    parts = tuple(
        Segment(SegmentId(UUID(int=number)), RECORDING, BEGIN_US + offset, covered, 0, ended == "sealed", ended)
        for number, (offset, covered, ended) in enumerate(segments)
    )
    return Recording(
        RECORDING, WorkstationId("desk"), "jane", RecordingState.COMPLETE, BEGIN_US, None, 0, segments=parts
    )


def test_one_segment_has_no_gap():
    one = recording((0, 5_000_000, "sealed"))
    assert (duration_us(one), gaps(one), offset_us(one, one.segments[0])) == (5_000_000, (), 0)


def test_no_segment_is_no_time():
    assert (duration_us(recording()), gaps(recording())) == (0, ())


def test_a_restart_is_a_gap_with_its_reason():
    two = recording((0, 5_000_000, "killed"), (9_000_000, 1_000_000, "sealed"))
    assert gaps(two) == (Gap(5_000_000, 9_000_000, "killed"),)
    assert duration_us(two) == 10_000_000


def test_the_least_gap_and_one_less():
    assert gaps(recording((0, 10, "sealed"), (10 + GAP_US_MIN - 1, 10, ""))) == ()
    assert len(gaps(recording((0, 10, "sealed"), (10 + GAP_US_MIN, 10, "")))) == 1


def test_overlapping_segments_leave_no_gap():
    assert gaps(recording((0, 9_000_000, "killed"), (8_000_000, 5_000_000, ""))) == ()


def test_a_segment_in_quarantine_is_a_gap():
    three = recording((0, 5_000_000, "sealed"), (5_000_000, 5_000_000, "corrupt"), (10_000_000, 5_000_000, "sealed"))
    assert gaps(three) == (Gap(5_000_000, 10_000_000, "corrupt"),)
    assert [offset_us(three, segment) for segment in playable(three)] == [0, 10_000_000]


def test_a_recording_that_begins_before_its_first_segment_lacks_the_beginning():
    assert gaps(recording((3_000_000, 1, "sealed"))) == (Gap(0, 3_000_000, "lost"),)


span = st.tuples(
    st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["", "sealed", "killed", "corrupt", "lost"])
)


@given(st.lists(span, max_size=8))
def test_gaps_are_in_order_apart_and_within_the_timeline(spans):
    one = recording(*spans)
    found = gaps(one)
    edges = [edge for gap in found for edge in (gap.from_us, gap.to_us)]
    assert edges == sorted(edges)
    assert all(gap.from_us < gap.to_us <= duration_us(one) for gap in found)
    for segment in playable(one):
        begin_us = offset_us(one, segment)
        for gap in found:
            covered_after_gap = begin_us >= gap.to_us
            covered_before_gap = begin_us + segment.covered_us <= gap.from_us
            corrupt = gap.reason == "corrupt"
            assert corrupt or covered_after_gap or covered_before_gap or segment.covered_us == 0
