"""Whatever happens in whatever order: what was recorded is sound, and nothing that could be shown is missing."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from workstation.carried import Segment
from workstation.desk import SECOND_US, TICK_US, Desk, recording_id

from playhead.base.errors import ConflictError
from playhead.wire import fmp4, vid
from playhead.wire.vid import Kind
from playhead.workstation.recorder import Limits

SLACK_US = 2 * TICK_US

steps = st.one_of(
    st.tuples(st.just("run"), st.sampled_from([0.3, 1, 3, 11, 30])),
    st.tuples(st.just("idle"), st.sampled_from([1, 11, 30])),
    st.tuples(
        st.sampled_from(
            [
                "start",
                "stop",
                "follow",
                "live",
                "quiet",
                "blackout",
                "clear",
                "dock",
                "undock",
                "resize",
                "away",
                "back",
                "lose",
                "unblock",
                "sleep",
                "set back",
                "stall",
            ]
        ),
        st.just(0),
    ),
)


class Story(Desk):
    """Does what the steps say, whether or not it makes sense."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.recordings = 0
        self.disturbed = False
        """Something happened after which a hole is right."""

    def step(self, what: str, seconds: float) -> None:  # noqa: C901, PLR0912 - one line for each step
        recorder, now = self.recorder, self.world.now
        match what:
            case "run" | "idle":
                self.run(seconds, changing=what == "run")
            case "start":
                self.recordings += 1
                try:
                    self.start(self.recordings)
                except ConflictError:
                    self.recordings -= 1
            case "stop":
                if recorder.recording is not None:
                    self.stop()
            case "follow":
                self.recordings += 1
                self.do(recorder.follow_with(recording_id(self.recordings), now))
            case "live" | "quiet":
                recorder.set_live(on=what == "live")
            case "blackout" | "clear":
                on, told = what == "blackout", {"source": "api", "reason": "told to"}
                self.do(recorder.set_blackout(now, f"blackout.{'on' if on else 'off'}", told, (told,) if on else ()))
            case "dock" | "resize":
                self.pipeline.add_monitor("dock" if what == "dock" else "screen")
            case "undock":
                if len(self.pipeline.tracks) > 1:
                    self.pipeline.remove_monitor("dock")
            case "away" | "back":
                self.pipeline.set_away(away=what == "away")
            case "lose":
                recorder.lost("disk_full")
            case "unblock":
                recorder.unblock()
            case "sleep":
                self.world.now = type(now)(now.wall_us + 1000 * SECOND_US, now.monotonic_us)
            case "set back":
                self.world.now = type(now)(now.wall_us - 1000 * SECOND_US, now.monotonic_us)
            case _:
                self.world.pass_time(5 * SECOND_US)
                self.do(recorder.tick(self.world.now))


def check_segment(segment: Segment) -> None:
    records = segment.records  # framing, chain, order, seal
    pieces = [scanned.header for scanned in records if scanned.header.kind == Kind.PIECE]
    if not pieces:
        assert not segment.sealed, "the first picture waits for others"
        return
    assert records[0].header.media_time_us == 0 or pieces[0].media_time_us == 0
    for track in {header.track for header in pieces}:
        of_track = [header for header in pieces if header.track == track]
        assert vid.Flag.KEY in of_track[0].flags
        for before, after in pairwise(of_track):
            assert before.media_time_us < after.media_time_us
    shown = segment.pictures
    assert len({(picture.track, picture.at_us) for picture in shown}) == len(shown)
    for before, after in pairwise([scanned.header for scanned in records]):
        assert after.media_time_us >= before.media_time_us - vid.REORDER_US


@settings(max_examples=120, deadline=None)
@given(st.lists(steps, max_size=14), st.sampled_from([0, 1, 10]), st.sampled_from([8, 3600]))
def test_any_story_gives_sound_segments(story: list[tuple[str, float]], pre_buffer_s: int, span_s: int) -> None:
    desk = Story(Limits(pre_buffer_us=pre_buffer_s * SECOND_US, segment_span_us=span_s * SECOND_US))
    for what, seconds in story:
        desk.step(what, seconds)
    for segment in desk.world.segments:
        check_segment(segment)
    by_recording: dict[object, list[Segment]] = {}
    for segment in desk.world.segments:
        by_recording.setdefault(segment.recording, []).append(segment)
    for segments in by_recording.values():
        for before, after in pairwise(segments):
            assert after.started_at_us >= before.started_at_us + max(
                scanned.header.media_time_us for scanned in before.records
            )
    for segment in desk.world.segments:
        if segment.sealed:
            assert segment.records[-1].header.kind == Kind.SEAL


undisturbed = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.sampled_from([0.3, 1, 3, 11])),
        st.tuples(st.just("idle"), st.sampled_from([1, 11, 30])),
        st.tuples(st.sampled_from(["live", "quiet", "blackout", "clear", "dock", "resize", "follow"]), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(undisturbed, undisturbed, st.sampled_from([0, 10]), st.sampled_from([8, 3600]))
def test_while_capture_lives_there_is_no_hole(
    before: list[tuple[str, float]], during: list[tuple[str, float]], pre_buffer_s: int, span_s: int
) -> None:
    desk = Story(Limits(pre_buffer_us=pre_buffer_s * SECOND_US, segment_span_us=span_s * SECOND_US))
    desk.run(1)
    for what, seconds in before:
        desk.step(what, seconds)
    desk.step("start", 0)
    started_us = desk.now_us
    desk.run(1)
    for what, seconds in during:
        desk.step(what, seconds)
    desk.run(1)
    desk.stop()
    segments = desk.world.segments
    begin_us = desk.position_us(segments[0], 0)
    assert begin_us <= started_us + SECOND_US
    assert begin_us >= started_us - (pre_buffer_s + 1) * SECOND_US
    end_us = begin_us
    for segment in segments:
        assert segment.sealed
        assert desk.position_us(segment, 0) <= end_us + SLACK_US, "segments follow one another"
        told_us = 0
        for scanned in segment.records:
            assert scanned.header.media_time_us <= told_us + 3 * SECOND_US + SLACK_US, (
                "a durable sign every few seconds"
            )
            told_us = max(told_us, scanned.header.end_us)
        first_us = min(shown.at_us for shown in segment.pictures if shown.track == 0)
        # Of several monitors each begins at its oldest key frame that is young enough; those may be as far apart as
        # the ring asks for them.
        is_of_ring = segment is segments[0] and len({shown.track for shown in segment.pictures}) > 1
        assert first_us <= SLACK_US + (pre_buffer_s * SECOND_US // 4 if is_of_ring else 0)
        times = [shown.at_us for shown in segment.pictures if shown.track == 0]
        for earlier, later in pairwise([*times, told_us]):
            assert later - earlier <= fmp4.HOLD_US + SLACK_US, "no picture is held for longer than it says"
        end_us = desk.position_us(segment, told_us)
    assert end_us >= desk.now_us - SLACK_US
