from itertools import pairwise

import pytest
from workstation.desk import SECOND_US, TICK_US, Desk, recording_id

from playhead.base.errors import ConflictError
from playhead.testing.scripted_pipeline import ScriptedPipeline
from playhead.wire import fmp4
from playhead.wire.vid import Kind
from playhead.workstation.actions import Action, Now, SetBlackout
from playhead.workstation.blackout_marks import MARKS_MAX, REACH_US, BlackoutMarks
from playhead.workstation.capture_thread import EAGER_US
from playhead.workstation.outputs import Notice, Sample, Thumbnail
from playhead.workstation.pieces import PICTURE_BYTES_MAX, Mark
from playhead.workstation.recorder import Limits
from playhead.workstation.wanted import Resumption


def test_a_recording_begins_before_its_command_by_the_pre_buffer() -> None:
    desk = Desk()
    desk.run(30)
    started_us = desk.now_us
    desk.start()
    desk.run(5)
    desk.stop()
    first = desk.segment.pictures[0]
    assert first.key
    begin_us = desk.position_us(desk.segment, first.at_us)
    assert 7 * SECOND_US < started_us - begin_us <= 10 * SECOND_US
    marker = desk.segment.markers[0]
    assert marker["code"] == "recording.started"
    assert desk.position_us(desk.segment, marker["at_us"]) == started_us
    assert marker["requested_at_us"] == desk.segment.started_at_us + marker["at_us"]


def test_an_idle_screen_is_in_the_pre_buffer_too_and_costs_no_key_frames() -> None:
    desk = Desk()
    desk.run(10)
    desk.run(300, changing=False)
    forced = desk.world.forced
    desk.run(300, changing=False)
    assert desk.world.forced == forced
    started_us = desk.now_us
    desk.start()
    desk.run(12, changing=False)
    desk.stop()
    begin_us = desk.position_us(desk.segment, desk.segment.pictures[0].at_us)
    assert 0 <= started_us - 10 * SECOND_US - begin_us < 100_000


def test_a_screen_that_changes_again_after_a_pause_is_there_without_a_hole() -> None:
    desk = Desk()
    desk.run(5)
    desk.run(60, changing=False)
    desk.run(1)
    desk.start()
    desk.run(1)
    desk.stop()
    numbers = [int(shown.name.split()[-1]) for shown in desk.segment.pictures]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert desk.position_us(desk.segment, 0) <= desk.now_us - 11 * SECOND_US


def test_without_a_pre_buffer_nothing_is_captured_until_the_command_and_then_within_a_second() -> None:
    desk = Desk(Limits(pre_buffer_us=0))
    assert not desk.recorder.needs_capture
    desk.run(5)
    desk.start()
    assert desk.recorder.needs_capture
    started_us = desk.now_us
    desk.run(2)
    assert 0 < desk.position_us(desk.segment, desk.segment.pictures[0].at_us) - started_us < SECOND_US


@pytest.mark.parametrize("pre_buffer_s", [1, 10, 60])
def test_the_pre_buffer_is_never_longer_than_configured(pre_buffer_s: int) -> None:
    desk = Desk(Limits(pre_buffer_us=pre_buffer_s * SECOND_US))
    desk.run(150)
    started_us = desk.now_us
    desk.start()
    desk.run(2)
    begin_us = desk.position_us(desk.segment, 0)
    assert started_us - begin_us <= pre_buffer_s * SECOND_US


def test_pieces_hold_at_most_a_second_and_are_written_by_then() -> None:
    desk = Desk(Limits(pre_buffer_us=0))
    desk.start()
    desk.run(10)
    pieces = desk.segment.of(Kind.PIECE)
    assert len(pieces) >= 9
    for scanned in pieces:
        assert scanned.header.span_us <= SECOND_US + 2 * TICK_US
    last = pieces[-1].header
    assert desk.position_us(desk.segment, last.end_us) >= desk.now_us - 2 * SECOND_US


def test_the_last_sample_of_a_piece_holds_until_further_notice() -> None:
    desk = Desk()
    desk.start()
    desk.run(3)
    for scanned in desk.segment.of(Kind.PIECE):
        piece = fmp4.parse_fragment(desk.segment.body(scanned))
        assert piece.samples[-1].duration_us == fmp4.HOLD_US


def test_while_live_every_picture_is_a_piece_at_once() -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(2)
    desk.recorder.set_live(on=True)
    desk.tick()
    before = len(desk.segment.of(Kind.PIECE))
    for _ in range(5):
        desk.tick()
        assert desk.position_us(desk.segment, desk.segment.pictures[-1].at_us) >= desk.now_us - TICK_US
    assert len(desk.segment.of(Kind.PIECE)) == before + 5
    desk.recorder.set_live(on=False)
    desk.run(2)
    assert len(desk.segment.of(Kind.PIECE)) <= before + 5 + 3


def test_an_idle_screen_says_that_it_is_alive() -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(60, changing=False)
    newest_us = 0
    for scanned in desk.segment.records:
        assert scanned.header.end_us - newest_us <= SECOND_US + 2 * TICK_US
        newest_us = max(newest_us, scanned.header.end_us)
    assert desk.position_us(desk.segment, newest_us) >= desk.now_us - 2 * SECOND_US


def test_an_idle_hour_costs_less_than_a_megabyte() -> None:
    desk = Desk()
    desk.run(10)
    desk.start()
    desk.run(2, changing=False)
    before = len(desk.segment.data)
    desk.run(600, changing=False)
    # The scripted still picture has 13 bytes; x264 spends below 400 on one of 1080p.
    stills = 60 * 400
    assert ((len(desk.segment.data) - before) + stills) * 6 <= 600_000


def test_a_silent_capture_is_not_said_to_be_alive() -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(3)
    for _ in range(20):
        desk.world.pass_time(SECOND_US)
        desk.do(desk.recorder.tick(desk.world.now))
    covered_us = max(scanned.header.end_us for scanned in desk.segment.records)
    assert desk.position_us(desk.segment, covered_us) <= desk.now_us - 20 * SECOND_US


def test_a_display_that_is_gone_is_not_said_to_be_there() -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(3)
    desk.pipeline.set_away(away=True)
    desk.run(60)
    away_us = desk.segment.records[-1].header.end_us
    assert desk.segment.markers[-1]["code"] == "capture.no_display"
    desk.pipeline.set_away(away=False)
    desk.run(3)
    assert desk.segment.markers[-1]["code"] == "capture.display_back"
    assert desk.segment.markers[-1]["at_us"] - away_us > 55 * SECOND_US
    inits = desk.segment.of(Kind.INIT)
    assert [scanned.header.epoch for scanned in inits] == [0, 1]


def test_heartbeats_are_no_more_than_needed() -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(20)
    assert not desk.segment.of(Kind.HEARTBEAT)
    desk.run(100, changing=False)
    assert 60 <= len(desk.segment.of(Kind.HEARTBEAT)) <= 100


@pytest.mark.parametrize("phase_us", range(0, SECOND_US, 130_000))
def test_a_crash_costs_two_seconds_of_an_idle_screen_at_most(phase_us: int) -> None:
    desk = Desk()
    desk.run(1)
    desk.start()
    desk.run(3)
    look_us, until_us, missing_us = desk.now_us + phase_us, desk.now_us + 30 * SECOND_US, 0
    while desk.now_us < until_us:
        due_us = desk.recorder.due_us or look_us
        next_us = max(min(look_us, due_us), desk.now_us + 1)
        covered_us = max(scanned.header.end_us for scanned in desk.segment.records)
        missing_us = max(missing_us, next_us - desk.position_us(desk.segment, covered_us))
        desk.world.pass_time(next_us - desk.now_us)
        if next_us >= look_us:
            look_us += EAGER_US
            desk.do(desk.recorder.feed([], desk.now_us, desk.world.now))
        else:
            desk.do(desk.recorder.tick(desk.world.now))
    assert missing_us <= 2 * SECOND_US


def test_a_new_size_goes_on_as_a_new_epoch() -> None:
    desk = Desk()
    desk.start()
    desk.run(2)
    desk.pipeline.add_monitor("screen")
    desk.run(2)
    desk.stop()
    assert [scanned.header.epoch for scanned in desk.segment.of(Kind.INIT)] == [0, 1]
    assert len(desk.world.segments) == 1


def test_a_second_monitor_joins_the_running_segment() -> None:
    desk = Desk()
    desk.start()
    desk.run(2)
    desk.pipeline.add_monitor("dock")
    desk.run(2)
    desk.pipeline.remove_monitor("dock")
    desk.run(2)
    desk.stop()
    assert {scanned.header.track for scanned in desk.segment.of(Kind.PIECE)} == {1, 2}
    ended = next(marker for marker in desk.segment.markers if marker["code"] == "capture.track_ended")
    assert ended["track"] == 2
    assert desk.recorder.intake.tracks == {0}


def test_segments_follow_one_another_without_a_seam() -> None:
    desk = Desk(Limits(segment_span_us=10 * SECOND_US), monitors=("left", "right"))
    desk.start()
    desk.run(35)
    desk.stop()
    segments = desk.world.segments
    assert len(segments) == 4
    numbers: dict[int, list[int]] = {0: [], 1: []}
    for segment in segments:
        assert segment.sealed
        first = {track: next(shown for shown in segment.pictures if shown.track == track) for track in (0, 1)}
        assert all(shown.key for shown in first.values())
        for shown in segment.pictures:
            numbers[shown.track].append(int(shown.name.split()[-1]))
    for track in (0, 1):
        assert numbers[track] == list(range(numbers[track][0], numbers[track][-1] + 1))
    for before, after in pairwise(segments):
        end_us = before.started_at_us + before.records[-1].header.media_time_us
        assert end_us == after.started_at_us


def test_a_segment_is_followed_when_it_is_full() -> None:
    desk = Desk(Limits(segment_bytes=20_000))
    desk.start()
    desk.run(180)
    assert len(desk.world.segments) > 2
    assert all(len(segment.data) < 22_000 for segment in desk.world.segments)


def test_a_track_without_a_key_frame_does_not_hold_up_the_next_segment() -> None:
    desk = Desk(Limits(segment_span_us=10 * SECOND_US), monitors=("left", "right"))
    desk.start()
    desk.run(8)
    desk.passes = lambda output: not (isinstance(output, Sample) and output.track == 1 and output.key)
    desk.run(8)
    assert len(desk.world.segments) == 2
    assert {shown.track for shown in desk.segment.pictures} == {0}
    desk.passes = lambda _: True
    desk.run(3)
    assert {shown.track for shown in desk.segment.pictures} == {0, 1}


def test_another_recording_takes_over_without_a_seam() -> None:
    desk = Desk()
    desk.start(1)
    desk.run(5)
    desk.do(desk.recorder.follow_with(recording_id(2), desk.world.now))
    desk.run(5)
    first, second = desk.world.segments
    assert (first.recording, second.recording) == (recording_id(1), recording_id(2))
    assert first.sealed
    assert first.markers[-1]["code"] == "recording.stopped"
    assert second.markers[0]["code"] == "recording.started"
    assert int(second.pictures[0].name.split()[-1]) == int(first.pictures[-1].name.split()[-1]) + 1
    assert desk.recorder.recording == recording_id(2)


def test_stopping_in_the_middle_of_a_rotation_loses_nothing() -> None:
    desk = Desk(Limits(segment_span_us=10 * SECOND_US), monitors=("left", "right"))
    desk.start()
    desk.run(9)
    desk.passes = lambda output: not (isinstance(output, Sample) and output.track == 1)
    while len(desk.world.segments) == 1 and not desk.recorder._rotation:
        desk.tick()
    desk.tick()
    desk.tick()
    desk.stop()
    assert len(desk.world.segments) == 1
    numbers = [int(shown.name.split()[-1]) for shown in desk.segment.pictures if shown.track == 0]
    assert numbers == list(range(numbers[-1] + 1))


def test_sleep_begins_a_new_segment_at_the_right_time() -> None:
    desk = Desk()
    desk.start()
    desk.run(5)
    now = desk.world.now
    desk.world.now = type(now)(now.wall_us + 3600 * SECOND_US, now.monotonic_us)
    desk.run(5)
    first, second = desk.world.segments
    assert second.started_at_us - first.started_at_us > 3600 * SECOND_US
    assert second.markers[0]["code"] == "clock.stepped"
    assert abs(second.markers[0]["by_us"] - 3600 * SECOND_US) < SECOND_US


def test_a_clock_set_back_does_not_make_segments_overlap() -> None:
    desk = Desk(Limits(segment_span_us=10 * SECOND_US))
    desk.start()
    desk.run(5)
    now = desk.world.now
    desk.world.now = type(now)(now.wall_us - 3600 * SECOND_US, now.monotonic_us)
    desk.run(15)
    first, second = desk.world.segments[:2]
    assert second.started_at_us == first.started_at_us + first.records[-1].header.media_time_us
    wall_us = second.records[0].header.wall_time_us
    assert wall_us < first.started_at_us


def test_stop_writes_what_waits_and_seals() -> None:
    desk = Desk()
    desk.start()
    desk.run(3.2)
    desk.stop()
    assert desk.segment.sealed
    assert desk.segment.markers[-1] == {
        "at_us": desk.segment.records[-1].header.media_time_us,
        "code": "recording.stopped",
        "reason": "enough",
    }
    assert desk.position_us(desk.segment, desk.segment.pictures[-1].at_us) >= desk.now_us - TICK_US
    assert desk.recorder.recording is None


def test_a_recording_after_another_does_not_share_its_pictures() -> None:
    desk = Desk()
    desk.start(1)
    desk.run(5)
    desk.stop()
    desk.run(3)
    desk.start(2)
    desk.run(3)
    first, second = desk.world.segments
    assert not {shown.name for shown in first.pictures} & {shown.name for shown in second.pictures}


def test_start_twice_is_refused_unless_it_is_the_same() -> None:
    desk = Desk()
    desk.start(1)
    desk.start(1)
    with pytest.raises(ConflictError) as caught:
        desk.start(2)
    assert caught.value.code == "recording.active"


def test_stop_of_nothing_is_refused() -> None:
    with pytest.raises(ConflictError) as caught:
        Desk().stop()
    assert caught.value.code == "recording.none"


CARD = {"source": "api", "reason": "card number"}


def set_blackout(desk: Desk, *, on: bool, now: Now | None = None) -> list[Action]:
    code = "blackout.on" if on else "blackout.off"
    return desk.recorder.set_blackout(now or desk.world.now, code, CARD, (CARD,) if on else ())


def blackout(desk: Desk, *, on: bool) -> None:
    desk.do(set_blackout(desk, on=on))


def test_nothing_seen_under_a_blackout_is_written_and_the_span_is_marked() -> None:
    desk = Desk()
    desk.run(2)
    desk.start()
    desk.run(2)
    on_us = desk.now_us
    # This picture was taken after the command but before the pipeline heard of it.
    desk.world.pass_time(TICK_US)
    late = desk.pipeline.tick(desk.now_us)
    assert isinstance(late[0], Sample)
    desk.do(set_blackout(desk, on=True, now=Now(0, on_us)))
    late.append(Thumbnail(0, 0, desk.now_us, b"jpeg"))
    desk.do(desk.recorder.feed(late, desk.now_us, desk.world.now, blackout_changes=0))
    desk.run(5)
    off_us = desk.now_us
    blackout(desk, on=False)
    desk.run(3)
    desk.stop()
    assert not desk.segment.of(Kind.THUMBNAIL)
    for shown in desk.segment.pictures:
        at_us = desk.position_us(desk.segment, shown.at_us)
        if at_us >= on_us and at_us < off_us:
            assert shown.name.startswith("black")
    marks = [(m["code"], m["reason"], m["in_force"]) for m in desk.segment.markers if m["code"].startswith("blackout")]
    assert marks == [("blackout.on", "card number", 1), ("blackout.off", "card number", 0)]
    first_black = next(shown for shown in desk.segment.pictures if shown.name.startswith("black"))
    assert first_black.key


def test_a_recording_that_begins_under_a_blackout_says_so() -> None:
    desk = Desk()
    desk.run(2)
    blackout(desk, on=True)
    desk.run(20)
    desk.start()
    desk.run(2)
    assert {"code": "blackout.on", **CARD, "in_force": 1, "at_us": 0} in desk.segment.markers
    assert all(shown.name.startswith("black") for shown in desk.segment.pictures)


def test_a_blackout_while_idle_leaves_no_broken_pictures_in_the_ring() -> None:
    desk = Desk()
    desk.run(5)
    late_us = desk.now_us + TICK_US
    on = set_blackout(desk, on=True)
    late = desk.pipeline.tick(late_us)
    desk.do(on)
    desk.do(desk.recorder.feed(late, late_us, desk.world.now, blackout_changes=0))
    # The pipeline knows of it now, but its key frame is late.
    desk.do(desk.recorder.feed([Notice(late_us, "capture.blackout_on")], late_us, desk.world.now, blackout_changes=1))
    orphan = Sample(0, 0, late_us + 1, b"\0\0\0\5other", key=False, changed=1.0)
    desk.do(desk.recorder.feed([orphan], late_us + 1, desk.world.now, blackout_changes=1))
    desk.start()
    desk.run(2)
    assert "other" not in [shown.name for shown in desk.segment.pictures]


def test_what_confirms_an_earlier_blackout_does_not_open_the_present_one() -> None:
    desk = Desk()
    desk.run(2)
    desk.start()
    desk.run(1)
    for on in (True, False, True):
        blackout(desk, on=on)
    on_us = desk.now_us
    desk.run(5)
    late = [shown for shown in desk.segment.pictures if desk.position_us(desk.segment, shown.at_us) >= on_us]
    assert late
    assert all(shown.name.startswith("black") for shown in late)


def test_a_look_that_ended_after_the_command_is_not_taken_whenever_it_began() -> None:
    desk = Desk()
    desk.start()
    desk.run(1)
    # The look begins, the command comes, the screen is grabbed, and the pictures bear the time of the begin.
    desk.world.pass_time(TICK_US)
    late = [*desk.pipeline.tick(desk.now_us), Thumbnail(0, 0, desk.now_us, b"jpeg")]
    desk.world.pass_time(1_000)
    blackout(desk, on=True)
    desk.world.pass_time(1_000)
    desk.do(desk.recorder.feed(late, desk.now_us, desk.world.now, blackout_changes=0))
    desk.run(2)
    desk.stop()
    late_names = [output.data[4:].decode() for output in late if isinstance(output, Sample)]
    assert late_names
    assert not set(late_names) & {shown.name for shown in desk.segment.pictures}
    assert not desk.segment.of(Kind.THUMBNAIL)


def test_a_look_that_ended_before_the_command_is_taken() -> None:
    desk = Desk()
    desk.start()
    desk.run(1)
    desk.world.pass_time(TICK_US)
    early, ended_us = desk.pipeline.tick(desk.now_us), desk.now_us + 1
    desk.world.pass_time(1_000)
    blackout(desk, on=True)
    desk.do(desk.recorder.feed(early, ended_us, desk.world.now, blackout_changes=0))
    desk.stop()
    assert early[-1].data[4:].decode() in [shown.name for shown in desk.segment.pictures]


@pytest.mark.parametrize("is_recording", [True, False])
def test_what_was_taken_under_a_blackout_is_not_let_in_by_its_end(*, is_recording: bool) -> None:
    desk = Desk()
    desk.run(1)
    if is_recording:
        desk.start()
        desk.run(1)
    blackout(desk, on=True)
    desk.world.pass_time(TICK_US)
    late = desk.pipeline.tick(desk.now_us)  # the capture has not heard of it
    blackout(desk, on=False)
    desk.do(desk.recorder.feed(late, desk.now_us, desk.world.now, blackout_changes=0))
    if not is_recording:
        desk.start()
    desk.run(2)
    desk.stop()
    late_names = [output.data[4:].decode() for output in late if isinstance(output, Sample)]
    assert late_names
    assert not set(late_names) & {shown.name for shown in desk.segment.pictures}
    assert desk.segment.pictures[-1].name.startswith("shown")


def test_of_several_requests_each_is_marked_and_the_last_one_opens() -> None:
    desk = Desk()
    desk.start()
    desk.run(1)
    agent = {"source": "agent", "reason": "private"}
    steps = [
        ("blackout.on", CARD, (CARD,), [True]),
        ("blackout.on", agent, (CARD, agent), []),
        ("blackout.off", CARD, (agent,), []),
        ("blackout.expired", agent, (), [False]),
    ]
    for code, details, in_force, switched in steps:
        actions = desk.recorder.set_blackout(desk.world.now, code, details, in_force)
        assert [each.on for each in actions if isinstance(each, SetBlackout)] == switched
        desk.do(actions)
        desk.run(1)
    marks = [m for m in desk.segment.markers if m["code"].startswith("blackout")]
    assert [(m["code"], m["source"], m["in_force"]) for m in marks] == [
        ("blackout.on", "api", 1),
        ("blackout.on", "agent", 2),
        ("blackout.off", "api", 1),
        ("blackout.expired", "agent", 0),
    ]
    dark = [m["at_us"] for m in marks]
    between = [shown for shown in desk.segment.pictures if dark[0] < shown.at_us < dark[-1]]
    assert between
    assert all(shown.name.startswith("black") for shown in between)


def test_a_blackout_in_the_pre_buffer_is_marked_where_it_was() -> None:
    desk = Desk()
    desk.run(12)
    on_us = desk.now_us
    blackout(desk, on=True)
    desk.run(3)
    off_us = desk.now_us
    blackout(desk, on=False)
    desk.run(2)
    again_us = desk.now_us
    blackout(desk, on=True)
    desk.run(1)
    desk.start()
    desk.run(1)
    marks = [m for m in desk.segment.markers if m["code"].startswith("blackout")]
    assert [(m["code"], desk.position_us(desk.segment, m["at_us"])) for m in marks] == [
        ("blackout.on", on_us),
        ("blackout.off", off_us),
        ("blackout.on", again_us),
    ]
    for shown in desk.segment.pictures:
        at_us = desk.position_us(desk.segment, shown.at_us)
        is_dark = on_us + TICK_US < at_us < off_us or at_us > again_us + TICK_US
        is_light = at_us < on_us or off_us + TICK_US < at_us < again_us
        assert not (shown.name.startswith("black") and is_light)
        assert not (shown.name.startswith("shown") and is_dark)


def test_blackouts_of_long_ago_and_too_many_of_them_are_told_as_they_ended() -> None:
    marks = BlackoutMarks()
    for number in range(MARKS_MAX + 10):
        marks.note(Mark(number, "blackout.on", {"label": str(number)}), ({"label": str(number)},))
    told = marks.since(0)
    assert told[0] == Mark(0, "blackout.on", {"label": "9", "in_force": 1})
    assert len(told) == MARKS_MAX + 1
    marks.note(Mark(REACH_US * 2, "blackout.off"), ())
    assert [mark.at_us for mark in marks.since(REACH_US)] == [REACH_US, 2 * REACH_US]
    assert marks.since(2 * REACH_US) == []


def test_a_segment_that_begins_under_several_requests_tells_of_each() -> None:
    desk = Desk()
    desk.run(1)
    agent = {"source": "agent", "reason": "private"}
    blackout(desk, on=True)
    desk.do(desk.recorder.set_blackout(desk.world.now, "blackout.on", agent, (CARD, agent)))
    desk.run(20)
    desk.start()
    desk.run(1)
    marks = [(m["source"], m["in_force"]) for m in desk.segment.markers if m["code"] == "blackout.on"]
    assert marks == [("api", 1), ("agent", 2)]


def test_a_lost_segment_is_followed_by_another_that_says_why() -> None:
    desk = Desk()
    desk.start()
    desk.run(3)
    desk.recorder.lost("disk_full")
    assert desk.recorder.blocked == "disk_full"
    desk.run(10)
    assert len(desk.world.segments) == 1
    desk.recorder.unblock()
    desk.run(3)
    first, second = desk.world.segments
    assert second.recording == first.recording
    assert second.markers[0] == {"at_us": 0, "code": "recording.resumed", "reason": "disk_full"}
    assert second.pictures[0].key
    gap_us = second.started_at_us - first.started_at_us - first.records[-1].header.end_us
    assert 9 * SECOND_US < gap_us < 12 * SECOND_US


def test_a_capture_that_begins_anew_begins_a_new_segment() -> None:
    desk = Desk()
    desk.start()
    desk.run(3)
    desk.pipeline = ScriptedPipeline()
    desk.world.pass_time(5 * SECOND_US)
    desk.do(desk.recorder.capture_began(desk.world.now))
    desk.run(3)
    first, second = desk.world.segments
    assert first.sealed
    assert first.markers[-1]["code"] == "capture.failed"
    assert second.markers[0] == {"at_us": 0, "code": "recording.resumed", "reason": "lost"}
    assert second.recording == first.recording
    assert second.of(Kind.INIT)[0].header.epoch == 0


def test_a_recording_goes_on_after_a_crash_behind_what_it_had() -> None:
    desk = Desk()
    not_before_us = desk.world.now.wall_us + 500 * SECOND_US
    desk.start(resumption=Resumption("killed", not_before_us))
    desk.run(2)
    assert desk.segment.started_at_us == not_before_us
    assert desk.segment.markers[0]["reason"] == "killed"


def test_a_picture_too_large_for_a_record_is_left_out_and_said() -> None:
    desk = Desk()
    desk.start()
    desk.run(2)
    forced = desk.world.forced
    at_us = desk.now_us + 1
    for size, key in ((PICTURE_BYTES_MAX + 1, True), (8, False)):
        at_us += 1
        sample = Sample(0, 0, at_us, (size - 4).to_bytes(4, "big") + b"x" * (size - 4), key=key, changed=1.0)
        desk.do(desk.recorder.feed([sample], at_us, desk.world.now))
    desk.run(3)
    assert desk.world.forced == forced + 1
    assert [marker["code"] for marker in desk.segment.markers][-1] == "capture.picture_too_large"
    assert not [shown for shown in desk.segment.pictures if "xxxx" in shown.name]


def test_the_largest_picture_is_taken() -> None:
    desk = Desk()
    desk.start()
    desk.run(2)
    size = PICTURE_BYTES_MAX
    sample = Sample(0, 0, desk.now_us + 1, (size - 4).to_bytes(4, "big") + b"x" * (size - 4), key=True, changed=1.0)
    desk.do(desk.recorder.feed([sample], desk.now_us + 1, desk.world.now))
    desk.run(3)
    assert [shown for shown in desk.segment.pictures if len(shown.name) == size - 4]
