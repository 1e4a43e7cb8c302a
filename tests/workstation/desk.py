"""A recorder with a scripted desktop in front of it and a world around it, in simulated time."""

from collections.abc import Callable
from uuid import UUID

from workstation.carried import Carried, Segment

from playhead.base.ids import RecordingId
from playhead.testing.scripted_pipeline import ScriptedPipeline
from playhead.workstation.outputs import Output
from playhead.workstation.recorder import Limits, Recorder

TICK_US = 200_000
SECOND_US = 1_000_000


def recording_id(number: int) -> RecordingId:
    return RecordingId(UUID(int=number))


class Desk:
    """A recorder with a scripted desktop in front of it and a world around it."""

    def __init__(self, limits: Limits | None = None, monitors: tuple[str, ...] = ("screen",)) -> None:
        self.recorder = Recorder(limits or Limits())
        self.pipeline = ScriptedPipeline(monitors)
        self.world = Carried()
        self.blackout_changes = 0
        self.passes: Callable[[Output], bool] = lambda output: True  # noqa: ARG005 - everything

    @property
    def now_us(self) -> int:
        return self.world.now.monotonic_us

    @property
    def segment(self) -> Segment:
        return self.world.segments[-1]

    def do(self, actions: list) -> None:
        forced = self.world.forced
        self.world.carry(actions)
        if self.world.forced > forced:
            self.pipeline.force_key()
        if not self.recorder.needs_capture:
            self._apply_blackout()

    def _apply_blackout(self) -> None:
        # One change at a tick, as the capture thread does it: so that each is seen, and leaves its notice.
        if self.world.blackouts:
            self.pipeline.set_blackout(on=self.world.blackouts.pop(0))
            self.blackout_changes += 1

    def tick(self) -> None:
        self.world.pass_time(TICK_US)
        self._apply_blackout()
        outputs = self.pipeline.tick(self.now_us) if self.recorder.needs_capture else []
        outputs = [output for output in outputs if self.passes(output)]
        self.world.pass_time(1_000)
        changes = self.blackout_changes
        self.do(self.recorder.feed(outputs, self.now_us, self.world.now, blackout_changes=changes))

    def run(self, seconds: float, *, changing: bool = True) -> None:
        self.pipeline.changing = set(self.pipeline.tracks) if changing else set()
        end_us = self.now_us + seconds * SECOND_US
        while self.now_us < end_us:
            self.tick()

    def start(self, number: int = 1, **more: object) -> None:
        self.do(self.recorder.start(recording_id(number), self.world.now, **more))

    def stop(self) -> None:
        self.do(self.recorder.stop(self.world.now, reason="enough"))

    def position_us(self, segment: Segment, media_us: int) -> int:
        """Monotonic time of a media time, as the clocks were at the start."""
        return segment.started_at_us + media_us - Carried().now.wall_us + Carried().now.monotonic_us
