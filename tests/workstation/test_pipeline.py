"""The pipeline on a painted desktop with a clock that stands still, and the real encoder."""

import itertools
import threading
import time
from dataclasses import replace

import av
import numpy as np
import pytest
from workstation.decoding import Decoder, is_near

from playhead.base.clock import SystemClock
from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.testing.clock import SimClock
from playhead.testing.desktop_source import WHITE, DesktopSource
from playhead.workstation.capture.source import Frame, Monitor, Rectangle
from playhead.workstation.encode.x264 import X264Encoder
from playhead.workstation.governor import Load
from playhead.workstation.outputs import Epoch, Notice, Output, Sample, Thumbnail
from playhead.workstation.pipeline import RETRY_US, Pipeline, PipelineConfig

SECOND = 1_000_000
MAIN = Monitor("main", 0, 0, 320, 240)
SIDE = Monitor("side", 320, 0, 160, 240)
RED, GREEN = 0xFF0000, 0x00FF00


class ScriptedLoad:
    """Reports the pressure it was last given."""

    def __init__(self):
        self.pressure = 0.0

    def sample(self, now_us: int, late_us: int) -> Load:
        return Load(now_us, 0.0, self.pressure, late_us)


class Desk:
    """A pipeline in simulated time; keeps everything it put out."""

    def __init__(self, *monitors: Monitor, config: PipelineConfig | None = None, make_encoder=None):
        self.clock = SimClock()
        self.source = DesktopSource(*(monitors or (MAIN,)))
        self.load = ScriptedLoad()
        self.pipeline = Pipeline(
            self.source, config or PipelineConfig(), self.clock, load=self.load, make_encoder=make_encoder
        )
        self.outputs: list[Output] = []

    @property
    def now_us(self) -> int:
        return self.clock.monotonic_us()

    def tick(self) -> list[Output]:
        outputs = self.pipeline.tick()
        self.outputs += outputs
        return outputs

    def run(self, us: int) -> list[Output]:
        """Tick whenever the pipeline asks for it, for so long."""
        outputs: list[Output] = []
        end_us = self.now_us + us
        while self.pipeline.next_tick_us <= end_us:
            self.clock.advance(max(self.pipeline.next_tick_us - self.now_us, 0))
            outputs += self.tick()
        self.clock.advance(end_us - self.now_us)
        return outputs

    def change(self, colour: int, place: Rectangle | None = None, name: str = "main") -> list[Output]:
        """Something is painted after a pause: what the next tick gives."""
        self.run(2 * SECOND)
        self.source.paint(name, place or Rectangle(0, 0, 320, 240), colour)
        self.clock.advance(200_000)  # the frame interval, in case it looked just now
        return self.tick()


def samples(outputs: list[Output], track: int = 0) -> list[Sample]:
    return [each for each in outputs if isinstance(each, Sample) and each.track == track]


def epochs(outputs: list[Output]) -> list[Epoch]:
    return [each for each in outputs if isinstance(each, Epoch)]


def codes(outputs: list[Output]) -> list[str]:
    return [each.code for each in outputs if isinstance(each, Notice)]


def shown(outputs: list[Output], track: int = 0) -> np.ndarray:
    """What a player shows in the end."""
    decoder, picture = None, None
    for each in outputs:
        if isinstance(each, Epoch) and each.track == track:
            decoder = Decoder.of(each)
        elif isinstance(each, Sample) and each.track == track:
            assert decoder is not None
            picture = decoder.rgb(each)
    assert picture is not None
    return picture


def test_it_begins_with_an_epoch_and_a_key_frame():
    desk = Desk()
    desk.source.paint("main", Rectangle(0, 0, 320, 240), GREEN)
    epoch, sample, thumbnail = desk.tick()
    assert isinstance(epoch, Epoch)
    assert (epoch.track, epoch.epoch, epoch.width, epoch.height, epoch.monitor) == (0, 0, 320, 240, "main")
    assert isinstance(sample, Sample)
    assert (sample.key, sample.changed, sample.at_us) == (True, 1.0, desk.now_us)
    assert isinstance(thumbnail, Thumbnail)
    assert is_near(shown(desk.outputs), GREEN)
    assert desk.pipeline.monitors == ("main",)


def test_an_idle_desktop_is_repeated_and_never_grabbed():
    desk = Desk()
    desk.tick()
    grabs = desk.source.grabs
    outputs = desk.run(60 * SECOND)
    assert desk.source.grabs == grabs
    assert [type(each) for each in outputs] == [Sample] * 6
    assert all(not each.key and each.changed == 0.0 and len(each.data) < 100 for each in samples(outputs))
    times = [each.at_us for each in samples(desk.outputs)]
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) < 10 * SECOND


def test_a_change_is_shown_and_measured():
    desk = Desk()
    desk.tick()
    (sample,) = samples(desk.change(RED, Rectangle(0, 0, 160, 120)))
    assert sample.changed == 0.25
    assert not sample.key
    picture = shown(desk.outputs)
    assert is_near(picture[8:110, 8:150], RED, tolerance=20)
    assert is_near(picture[130:, 170:], 0x000000)


def test_it_does_not_look_more_often_than_the_frame_rate():
    desk = Desk(config=PipelineConfig(fps=5))
    desk.tick()
    looks = desk.source.looks
    for _ in range(50):
        desk.clock.advance(20_000)
        desk.source.paint("main", Rectangle(0, 0, 320, 240), int(desk.now_us))
        desk.tick()
    assert desk.source.looks - looks <= 5 * 2  # a held picture is grabbed again when it goes out


def test_what_a_pause_of_motion_leaves_is_shown():
    desk = Desk()
    desk.tick()
    desk.run(2 * SECOND)
    for step in range(17):
        desk.source.paint("main", Rectangle(0, 0, 320, 240), 0x0F0F0F * (step % 16))
        desk.run(200_000)
    desk.source.paint("main", Rectangle(0, 0, 320, 240), GREEN)
    desk.run(SECOND)
    assert is_near(shown(desk.outputs), GREEN)


def test_monitors_are_tracks():
    desk = Desk(MAIN, SIDE)
    outputs = desk.tick()
    assert [(each.track, each.monitor, each.width) for each in epochs(outputs)] == [(0, "main", 320), (1, "side", 160)]
    outputs = desk.change(RED, Rectangle(0, 0, 160, 240), name="side")
    assert samples(outputs, 0) == []
    assert is_near(shown(desk.outputs, 1), RED, tolerance=20)
    assert is_near(shown(desk.outputs, 0), 0x000000)


def test_another_size_is_a_new_epoch_of_that_track_alone():
    desk = Desk(MAIN, SIDE)
    desk.tick()
    desk.run(SECOND)
    larger = Monitor("main", 0, 0, 400, 300)
    desk.source.arrange(larger, Monitor("side", 400, 0, 160, 240))
    desk.source.paint("main", Rectangle(0, 0, 400, 300), RED)
    outputs = desk.run(SECOND)
    (notice,) = [each for each in outputs if isinstance(each, Notice)]
    assert (notice.code, notice.details["monitors"]) == (
        "capture.layout_changed",
        "main:400x300+0+0 side:160x240+400+0",
    )
    (epoch,) = epochs(outputs)
    assert (epoch.track, epoch.epoch, epoch.width, epoch.height) == (0, 1, 400, 300)
    assert samples(outputs, 0)[0].key
    assert is_near(shown(desk.outputs, 0), RED)
    assert shown(desk.outputs, 0).shape == (300, 400, 3)


def test_a_monitor_that_goes_and_comes_back_is_the_same_track():
    desk = Desk(MAIN, SIDE)
    desk.tick()
    desk.run(SECOND)
    desk.source.arrange(MAIN)
    outputs = desk.run(12 * SECOND)
    assert codes(outputs) == ["capture.layout_changed", "capture.track_ended"]
    assert samples(outputs, 1) == []
    assert len(samples(outputs, 0)) == 1
    third = Monitor("third", 320, 0, 64, 64)
    desk.source.arrange(MAIN, SIDE, third)
    outputs = desk.run(SECOND)
    assert [(each.track, each.epoch, each.monitor) for each in epochs(outputs)] == [(1, 1, "side"), (2, 0, "third")]


def test_a_layout_that_changes_while_it_is_looked_at():
    class Restless(DesktopSource):
        """Changes its layout at the first grab after each of the first three."""

        changes = 3

        def grab(self, monitor: Monitor, *, force: bool = False):
            if self.changes:
                self.changes -= 1
                width = 320 + 2 * self.changes
                self.arrange(Monitor("main", 0, 0, width, 240))
            return super().grab(monitor, force=force)

    desk = Desk()
    desk.pipeline.close()
    desk.source = Restless(MAIN)
    desk.pipeline = Pipeline(desk.source, PipelineConfig(), desk.clock, load=desk.load)
    outputs = desk.run(3 * SECOND)
    assert codes(outputs)[-2:] == ["capture.no_display", "capture.display_back"]
    assert epochs(outputs)[-1].width == 320
    assert shown(outputs).shape == (240, 320, 3)


def test_a_display_that_refuses_every_picture_is_told():
    class Refusing(DesktopSource):
        def grab(self, monitor: Monitor, *, force: bool = False):
            raise UnavailableError("capture.layout_changed", f"No {monitor.name}, {force}.")

    desk = Desk()
    desk.pipeline.close()
    desk.pipeline = Pipeline(Refusing(MAIN), PipelineConfig(), desk.clock, load=desk.load)
    assert [type(each) for each in desk.run(20 * SECOND)] == [Notice]
    assert codes(desk.outputs) == ["capture.no_display"]


def test_a_display_that_goes_is_told_and_waited_for():
    desk = Desk()
    desk.tick()
    desk.run(SECOND)
    desk.source.vanish()
    gone = desk.run(30 * SECOND)
    assert codes(gone) == ["capture.no_display"]
    assert samples(gone) == []
    assert desk.pipeline.monitors == ()
    desk.source.come_back()
    back = desk.run(2 * RETRY_US)
    (notice,) = [each for each in back if isinstance(each, Notice)]
    assert notice.code == "capture.display_back"
    assert 28 * SECOND < int(notice.details["away_us"]) < 33 * SECOND
    assert [(each.track, each.epoch) for each in epochs(back)] == [(0, 1)]
    assert samples(back)[0].key


def test_a_display_that_is_not_there_yet():
    desk = Desk()
    desk.source.vanish()
    assert codes(desk.run(5 * SECOND)) == ["capture.no_display"]
    desk.source.come_back()
    assert len(epochs(desk.run(2 * RETRY_US))) == 1


def test_under_a_blackout_nothing_is_looked_at_and_black_is_shown():
    desk = Desk()
    desk.source.paint("main", Rectangle(0, 0, 320, 240), GREEN)
    desk.tick()
    desk.run(2 * SECOND)
    desk.pipeline.set_blackout(on=True)
    outputs = desk.tick()
    assert [type(each) for each in outputs] == [Notice, Sample, Thumbnail]
    assert codes(outputs) == ["capture.blackout_on"]
    (small,) = av.CodecContext.create("mjpeg", "r").decode(av.Packet(outputs[2].jpeg))
    assert small.to_ndarray(format="gray").max() < 20
    assert samples(outputs)[0].key
    looks = desk.source.looks
    for _ in range(10):
        desk.source.paint("main", Rectangle(0, 0, 320, 240), WHITE)
        outputs += desk.run(3 * SECOND)
    assert desk.source.looks == looks
    assert [type(each) for each in outputs] == [Notice, Sample, Thumbnail, Sample, Sample, Sample]
    epoch = epochs(desk.outputs)[0]
    decoder = Decoder.of(epoch)
    for each in samples(outputs):
        assert is_near(decoder.rgb(each), 0x000000, tolerance=2)


def test_that_everything_is_masked_is_told_once_and_that_it_no_longer_is():
    desk = Desk(MAIN, SIDE)
    desk.tick()
    grab = desk.source.grab

    def masked(monitor: Monitor, *, force: bool = False) -> Frame | None:
        frame = grab(monitor, force=force)
        return frame and replace(frame, all_masked=monitor.name == "side")

    desk.source.grab = masked
    for _ in range(3):
        desk.source.paint("side", Rectangle(0, 0, 100, 100), desk.clock.monotonic_us() & 0xFFFFFF)
        desk.run(SECOND)
    desk.source.grab = grab
    desk.source.paint("side", Rectangle(0, 0, 100, 100), GREEN)
    desk.run(SECOND)
    told = [(each.code, each.details) for each in desk.outputs if isinstance(each, Notice)]
    assert told == [("capture.masks_unknown", {"track": 1}), ("capture.masks_known", {"track": 1})]


def test_after_a_blackout_everything_is_looked_at_anew():
    desk = Desk()
    desk.tick()
    desk.run(SECOND)
    desk.pipeline.set_blackout(on=True)
    desk.run(SECOND)
    desk.source.paint("main", Rectangle(0, 0, 100, 100), WHITE)
    desk.source.grab(desk.source.monitor("main"))  # whatever a source reports as changed then
    desk.pipeline.set_blackout(on=False)
    outputs = desk.tick()
    assert codes(outputs) == ["capture.blackout_off"]
    assert samples(outputs)[0].key
    assert is_near(shown(desk.outputs)[8:90, 8:90], WHITE)


def test_a_blackout_from_the_very_beginning():
    desk = Desk()
    desk.pipeline.set_blackout(on=True)
    outputs = desk.run(20 * SECOND)
    assert desk.source.looks == 0
    assert codes(outputs) == ["capture.blackout_on"]
    assert is_near(shown(outputs), 0x000000, tolerance=2)


def test_each_blackout_command_is_answered_in_order():
    desk = Desk()
    desk.tick()
    for on in (True, False, True, True):
        desk.pipeline.set_blackout(on=on)
    assert codes(desk.tick()) == [
        "capture.blackout_on",
        "capture.blackout_off",
        "capture.blackout_on",
        "capture.blackout_on",
    ]


def test_lifting_a_blackout_that_is_not_there_is_nothing():
    desk = Desk()
    desk.tick()
    desk.pipeline.set_blackout(on=False)
    assert desk.tick() == []


def test_a_blackout_that_comes_while_a_picture_is_made_throws_it_away():
    desk = Desk()

    class Late(X264Encoder):
        def encode(self, *arguments, **options):
            coded = super().encode(*arguments, **options)
            if self._count > 1:
                desk.pipeline.set_blackout(on=True)
            return coded

    desk.pipeline.close()
    desk.source = DesktopSource(MAIN)
    desk.pipeline = Pipeline(desk.source, PipelineConfig(), desk.clock, load=desk.load, make_encoder=Late)
    desk.tick()
    assert desk.change(WHITE) == []
    outputs = desk.tick()  # at once
    assert codes(outputs) == ["capture.blackout_on"]
    assert samples(outputs)[0].key
    assert is_near(shown(desk.outputs), 0x000000, tolerance=2)


def test_a_new_size_under_a_blackout_is_black_too():
    desk = Desk()
    desk.tick()
    desk.pipeline.set_blackout(on=True)
    desk.run(SECOND)
    desk.source.arrange(Monitor("main", 0, 0, 200, 100))
    looks = desk.source.looks
    outputs = desk.run(2 * SECOND)
    assert epochs(outputs)[0].width == 200
    assert desk.source.looks == looks
    assert is_near(shown(outputs), 0x000000, tolerance=2)


def test_a_forced_key_comes_at_once_and_needs_no_look_at_the_pixels():
    desk = Desk(MAIN, SIDE)
    desk.tick()
    desk.run(2 * SECOND)
    grabs = desk.source.grabs
    desk.pipeline.force_key()
    outputs = desk.tick()
    assert [each.key for each in samples(outputs, 0) + samples(outputs, 1)] == [True, True]
    assert desk.source.grabs == grabs
    assert samples(desk.run(9 * SECOND)) == []
    assert [each.key for each in samples(desk.run(SECOND))] == [False]


def test_a_forced_key_takes_along_what_was_held_back():
    desk = Desk()
    desk.tick()
    desk.change(0x101010, Rectangle(0, 0, 8, 8))
    desk.source.paint("main", Rectangle(100, 100, 60, 60), WHITE)
    desk.pipeline.force_key()
    desk.tick()
    assert is_near(shown(desk.outputs)[106:154, 106:154], WHITE, tolerance=20)


def test_a_key_frame_comes_with_the_first_change_after_five_minutes_and_not_by_itself():
    desk = Desk()
    desk.tick()
    assert not any(each.key for each in samples(desk.run(400 * SECOND)))
    assert [each.key for each in samples(desk.change(RED))] == [True]
    assert [each.key for each in samples(desk.change(GREEN, Rectangle(0, 0, 64, 64)))] == [False]


def test_watching_live_shows_typing_sooner():
    def typed(*, live: bool) -> int:
        desk = Desk()
        desk.pipeline.set_live(on=live)
        desk.tick()
        desk.run(3 * SECOND)
        before = len(samples(desk.outputs))
        for step in range(25):
            desk.source.paint("main", Rectangle(step * 8, 10, 8, 16), WHITE)
            desk.run(200_000)
        return len(samples(desk.outputs)) - before

    assert typed(live=False) <= 6
    assert 8 <= typed(live=True) <= 11


def test_thumbnails_come_with_real_change_every_ten_seconds():
    desk = Desk()
    desk.tick()
    desk.outputs.clear()
    for step in range(30):
        desk.source.paint("main", Rectangle(0, 0, 320, 240), 0x080808 * (step % 30 + 1))
        desk.run(SECOND)
    thumbnails = [each for each in desk.outputs if isinstance(each, Thumbnail)]
    assert [each.at_us for each in thumbnails] == sorted(each.at_us for each in thumbnails)
    assert 2 <= len(thumbnails) <= 3
    desk.outputs.clear()
    desk.run(20 * SECOND)
    desk.outputs.clear()
    desk.source.paint("main", Rectangle(0, 0, 8, 8), WHITE)  # too little to be seen in a thumbnail
    desk.run(60 * SECOND)
    assert not any(isinstance(each, Thumbnail) for each in desk.outputs)


def test_thumbnails_can_be_left_out():
    desk = Desk(config=PipelineConfig(thumbnails=False))
    assert [type(each) for each in desk.tick()] == [Epoch, Sample]


def test_a_strained_machine_lowers_the_rate_and_a_calm_one_raises_it():
    desk = Desk()
    desk.tick()
    step = itertools.count()

    def busy(seconds: int) -> None:
        for _ in range(seconds * 5):
            desk.source.paint("main", Rectangle(0, 0, 320, 240), next(step) * 77777)
            desk.run(200_000)

    desk.load.pressure = 1.0
    busy(3)
    lowered = [each for each in desk.outputs if isinstance(each, Notice)]
    assert lowered
    assert {each.code for each in lowered} == {"capture.rate_changed"}
    assert lowered[0].details == {"fps": 3.0, "from_fps": 5.0, "reason": "pressure"}
    busy(5)
    assert desk.pipeline.fps == 1
    desk.outputs.clear()
    desk.load.pressure = 0.0
    busy(60)
    assert desk.pipeline.fps == 5
    assert [each.details["reason"] for each in desk.outputs if isinstance(each, Notice)] == ["calm"] * 4


def test_an_encoder_that_fails_is_told_once_and_made_anew():
    class Failing(X264Encoder):
        broken = False

        def repeat(self, *, key: bool = False):
            if Failing.broken:
                raise UnavailableError("encode.failed", "It broke.")
            return super().repeat(key=key)

    desk = Desk(make_encoder=Failing)
    desk.tick()
    Failing.broken = True
    assert codes(desk.change(RED)) == ["capture.failed"]
    assert codes(desk.run(10 * SECOND)) == []
    Failing.broken = False
    outputs = desk.run(3 * SECOND)
    assert codes(outputs) == []
    (epoch,) = epochs(outputs)
    assert epoch.epoch > 0
    assert is_near(shown(outputs), RED, tolerance=20)


def test_one_track_that_cannot_be_encoded_leaves_the_others_alone():
    def make_encoder(width: int, height: int) -> X264Encoder:
        if width == SIDE.width:
            raise UnavailableError("encode.failed", "Not this one.")
        return X264Encoder(width, height)

    desk = Desk(MAIN, SIDE, make_encoder=make_encoder)
    outputs = desk.run(30 * SECOND)
    assert codes(outputs) == ["capture.failed"]
    assert len(samples(outputs, 0)) >= 3
    assert samples(outputs, 1) == []


def test_times_of_a_track_only_rise():
    desk = Desk(MAIN, SIDE)
    desk.tick()
    for _ in range(5):
        desk.pipeline.force_key()
        desk.tick()  # without any time in between
    for track in (0, 1):
        times = [each.at_us for each in samples(desk.outputs, track)]
        assert len(times) == 6
        assert all(earlier < later for earlier, later in itertools.pairwise(times))


def test_it_closes_everything_and_can_be_closed_twice():
    desk = Desk()
    desk.tick()
    desk.pipeline.close()
    desk.pipeline.close()
    assert desk.source.closed
    desk.pipeline.wake()  # a command that comes too late hurts nobody


@pytest.mark.parametrize("fps", [0, 16])
def test_the_frame_rate_has_limits(fps: int):
    with pytest.raises(InvalidInputError) as refused:
        PipelineConfig(fps=fps)
    assert refused.value.code == "config.out_of_range"
    PipelineConfig(fps=1)
    PipelineConfig(fps=15)


def test_quality_is_checked_where_it_is_configured():
    with pytest.raises(InvalidInputError):
        PipelineConfig(quality=99)


def test_waiting_ends_when_it_is_woken():
    pipeline = Pipeline(DesktopSource(MAIN), PipelineConfig(), SystemClock())
    try:
        pipeline.tick()
        pipeline.wait(300_000)  # past the frame interval
        pipeline.tick()
        begun = time.monotonic()
        thread = threading.Thread(target=pipeline.wake)
        thread.start()
        pipeline.wait(60 * SECOND)
        thread.join()
        assert time.monotonic() - begun < 30
        begun = time.monotonic()
        pipeline.wait(1000)
        assert time.monotonic() - begun < 30
    finally:
        pipeline.close()
