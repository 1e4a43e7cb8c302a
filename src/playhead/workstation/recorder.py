"""When to record what: a state machine without IO. What the pipeline hands on and commands go in, actions come out.

All times are arguments (`Now` holds both clocks, read together). The caller carries out the actions in order, calls
`Recorder.tick` by `Recorder.due_us`, and says through `Recorder.lost` when a segment could not be written any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import ConflictError
from playhead.base.ids import RecordingId
from playhead.wire.vid import MAX_NAME_CHARS, Track
from playhead.workstation.actions import Action, ForceKey, Now, OpenSegment, SealSegment, SetBlackout, WriteRecord
from playhead.workstation.intake import Intake, because
from playhead.workstation.outputs import Output, Sample
from playhead.workstation.pieces import Cutter, Details, Item, Mark, Picture, track_id
from playhead.workstation.prebuffer import PreBuffer
from playhead.workstation.rotation import Rotation
from playhead.workstation.wanted import Resumption, Wanted

HEARTBEAT_US: Final = 1_000_000
"""Longest time without a record while capture is alive. What a record claims is up to a second old where nothing
happens (`playhead.workstation.capture_thread.EAGER_US`), and a crash may cost two seconds at most."""

KEY_PATIENCE_US: Final = 2_000_000
"""How long a key frame that was asked for may take before it is asked for again, or gone on without."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the recorder is configured with, in microseconds and bytes."""

    pre_buffer_us: int = 10_000_000
    segment_span_us: int = 3_600_000_000
    segment_bytes: int = 1 << 30


class Recorder:
    """Decides what is recorded. See the module.

    Args:
        limits: the configuration.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.intake = Intake()
        self._ring = PreBuffer(limits.pre_buffer_us)
        self._wanted: Wanted | None = None
        self._cutter: Cutter | None = None
        self._rotation: Rotation | None = None
        self._successor: RecordingId | None = None
        self._blocked = ""
        self._live = False
        self._alive_us = 0
        self._told_us = 0
        self._last_write_us = 0
        self._key_asked_us: int | None = None

    # What it is doing

    @property
    def recording(self) -> RecordingId | None:
        """The recording that is wanted, whether or not it can be written just now."""
        return None if self._wanted is None else self._wanted.recording

    @property
    def is_writing(self) -> bool:
        """A segment is open."""
        return self._cutter is not None

    @property
    def blocked(self) -> str:
        """Why nothing can be written although it is wanted; empty where it can."""
        return self._blocked

    @property
    def needs_capture(self) -> bool:
        """Whether anyone wants to know what is on the screen."""
        return self._wanted is not None or self._limits.pre_buffer_us > 0

    @property
    def due_us(self) -> int | None:
        """Monotonic time by which `tick` wants to be called; None where nothing is due."""
        if self._cutter is None:
            return None
        due = [self._last_write_us + HEARTBEAT_US]
        if self._cutter.due_us is not None:
            due.append(self._cutter.due_us)
        if self._rotation is not None:
            due.append(self._rotation.asked_us + KEY_PATIENCE_US)
        return min(due)

    # Commands

    def start(
        self, recording: RecordingId, now: Now, *, reason: str = "", resumption: Resumption | None = None
    ) -> list[Action]:
        """Begin a recording, as far back as the pre-buffer reaches.

        Raises:
            ConflictError: ``recording.active``: another one is being made. The same one again changes nothing.
        """
        if self._wanted is not None:
            if self._wanted.recording == recording:
                return []
            message = f"Recording {self._wanted.recording} is being made."
            raise ConflictError("recording.active", message, hint="Stop it first.")
        wanted = self._wanted = Wanted(recording, now, reason, resumption)
        taken = self._ring.take(now.monotonic_us)
        actions: list[Action] = []
        if any(isinstance(item, Picture) for item in taken.items):
            actions += self._open(wanted, taken.items, now)
        if taken.needs_key:
            actions += self._ask_key(now)
        return actions

    def stop(self, now: Now, *, reason: str = "") -> list[Action]:
        """End the recording and seal its segment.

        Raises:
            ConflictError: ``recording.none``.
        """
        if self._wanted is None:
            raise ConflictError("recording.none", "Nothing is being recorded.")
        actions = self._end_segment(now, Mark(self._alive_us, "recording.stopped", because(reason)))
        self._wanted = self._successor = None
        self._blocked = ""
        return actions

    def follow_with(self, recording: RecordingId, now: Now) -> list[Action]:
        """Let another recording take over without a seam, because this one has become long."""
        if self._cutter is None or self._rotation is not None:
            return []
        self._successor = recording
        return self._rotate(now)

    def cut(self, now: Now) -> list[Action]:
        """Let another segment of the same recording follow without a seam."""
        return self._rotate(now) if self._cutter is not None and self._rotation is None else []

    def set_live(self, *, on: bool) -> None:
        """While someone watches, every picture is written at once."""
        self._live = on

    def set_blackout(self, now: Now, code: str, details: Details, in_force: tuple[Details, ...]) -> list[Action]:
        """A request for a blackout began or ended. From the first one's beginning on nothing that is seen is kept.

        Args:
            now: the clocks.
            code: of its marker: ``blackout.on``, ``blackout.off``, ``blackout.expired``.
            details: what the marker tells of it.
            in_force: the same of all that are in force now, oldest first: it is black while there is any.
        """
        actions: list[Action] = []
        mark = Mark(now.monotonic_us, code, {**details, "in_force": len(in_force)})
        if self.intake.set_blackout(mark, in_force):
            actions.append(SetBlackout(bool(in_force)))
        if self._cutter is not None:
            actions += self._put(mark, now)
            actions += self._wrote(self._cutter.flush(self._alive_us, now), now)
        return actions

    def note(self, code: str, details: Details, now: Now) -> list[Action]:
        """Put a marker into the recording, where one is being written."""
        return [*self._put(Mark(now.monotonic_us, code, details), now)] if self._cutter is not None else []

    def lost(self, reason: str) -> None:
        """The open segment cannot be written any more, and ended where it was. `unblock` goes on in another one."""
        if self._wanted is not None:
            self._wanted.resumption = Resumption(reason)
            self._blocked = reason
        self._cutter = self._rotation = None

    def unblock(self) -> None:
        """Writing may be tried again."""
        self._blocked = ""

    # What happens

    def capture_began(self, now: Now) -> list[Action]:
        """What comes next is of a new pipeline: its tracks and epochs have nothing to do with the earlier ones."""
        self.intake.forget()
        self._ring.clear()
        if self._cutter is None or self._wanted is None:
            return []
        self._wanted.resumption = Resumption("lost")
        return self._end_segment(now, Mark(self._alive_us, "capture.failed"))

    def feed(
        self, outputs: Iterable[Output], alive_us: int, now: Now, *, blackout_changes: int | None = None
    ) -> list[Action]:
        """Take what one tick of the pipeline gave.

        Args:
            outputs: in order.
            alive_us: when the tick ended: capture was alive until then, and nothing else happened before it.
            now: the clocks.
            blackout_changes: how many `SetBlackout` were carried out before the tick; None for all that were asked for.
        """
        actions: list[Action] = []
        self.intake.confirm(blackout_changes)
        for output in outputs:
            if self.intake.is_shut_for(output, alive_us):
                self._leave_out(output)
                continue
            item = self.intake.take(output)
            self._ring.keep_tracks(self.intake.tracks, now.monotonic_us)
            if item is not None:
                actions += self._put(item, now)
        self._alive_us = max(self._alive_us, alive_us)
        if self._live and self._cutter is not None:
            actions += self._wrote(self._cutter.flush(self._alive_us, now), now)
        return actions + self.tick(now)

    def tick(self, now: Now) -> list[Action]:
        """Do what has become due."""
        actions: list[Action] = []
        step = None if self._wanted is None else self._wanted.look(now)
        if step is not None and self._cutter is not None:
            actions += self._put(step, now)
        cutter = self._cutter
        if cutter is not None:
            if cutter.due_us is not None and now.monotonic_us >= cutter.due_us:
                actions += self._wrote(cutter.flush(self._alive_us, now), now)
            if now.monotonic_us >= self._last_write_us + HEARTBEAT_US:
                # Without news from the capture there is nothing to claim: the silence is what the reader shall see.
                has_news = self._alive_us > self._told_us and not self.intake.no_display
                actions += cutter.heartbeat(self._alive_us, now) if has_news else []
                self._last_write_us, self._told_us = now.monotonic_us, self._alive_us
            actions += self._tick_rotation(cutter, now)
        return actions + (self._ask_key(now) if self._needs_key(now) else [])

    # How

    def _leave_out(self, output: Output) -> None:
        """Nothing can build on a picture that is not there."""
        if isinstance(output, Sample):
            self._ring.break_off(output.track)
            if self._cutter is not None:
                self._cutter.break_off(output.track)

    def _put(self, item: Item, now: Now) -> Sequence[Action]:
        """An item goes where it belongs: the ring, the open segment, or the one about to follow."""
        if isinstance(item, Picture) and item.key:
            self._key_asked_us = None
        if self._cutter is None:
            if self._wanted is None:
                self._ring.add(item)
            elif isinstance(item, Picture) and item.key and not self._blocked:
                return self._open(self._wanted, [item], now)
            return []
        rotation = self._rotation
        if rotation is not None and rotation.take(item):
            return self._follow(self._cutter, rotation, now) if rotation.is_ready(self.intake.tracks) else []
        return self._wrote(self._cutter.add(item, now), now)

    def _open(self, wanted: Wanted, items: list[Item], now: Now) -> list[Action]:
        """Begin a segment with these items, of which at least one is a picture."""
        first_us = min(item.at_us for item in items if isinstance(item, Picture))
        marks = wanted.place(first_us, now)
        marks += [mark for mark in self.intake.blackouts.since(first_us) if mark not in items]
        cutter = self._cutter = Cutter(first_us)
        tracks = tuple(Track(track_id(epoch.track), epoch.monitor[:MAX_NAME_CHARS]) for epoch in self.intake.epochs)
        actions: list[Action] = [OpenSegment(wanted.recording, wanted.wall_us(first_us), tracks)]
        for item in sorted([*marks, *items], key=lambda item: item.at_us):
            actions += cutter.add(item, now)
        self._last_write_us = now.monotonic_us
        return actions

    def _end_segment(self, now: Now, mark: Mark) -> list[Action]:
        """Put into the open segment all that belongs there, and seal it."""
        cutter, rotation = self._cutter, self._rotation
        if cutter is None:
            return []
        actions: list[Action] = []
        for item in [*(() if rotation is None else rotation.held), mark]:
            actions += cutter.add(item, now)
        self._rotation = None
        return actions + self._seal(cutter, max(self._alive_us, cutter.base_us), now)

    def _seal(self, cutter: Cutter, at_us: int, now: Now) -> list[Action]:
        actions: list[Action] = [*cutter.flush(at_us, now)]
        actions.append(SealSegment(cutter.end_us(at_us), now.wall_us))
        self._cutter = None
        return actions

    def _wrote(self, records: Sequence[WriteRecord], now: Now) -> Sequence[Action]:
        if records:
            self._last_write_us, self._told_us = now.monotonic_us, self._alive_us
        return records

    def _needs_key(self, now: Now) -> bool:
        if self._cutter is not None:
            return any(not self._cutter.can_go_on(track) for track in self.intake.tracks)
        return not self._blocked if self._wanted is not None else self._ring.needs_key(now.monotonic_us)

    def _ask_key(self, now: Now) -> list[Action]:
        asked_us = self._key_asked_us
        if self.intake.no_display or (asked_us is not None and now.monotonic_us < asked_us + KEY_PATIENCE_US):
            return []
        self._key_asked_us = now.monotonic_us
        return [ForceKey()]

    # One segment after another

    def _tick_rotation(self, cutter: Cutter, now: Now) -> Sequence[Action]:
        rotation = self._rotation
        if rotation is None:
            is_full = cutter.written_bytes >= self._limits.segment_bytes
            is_long = now.monotonic_us - cutter.base_us >= self._limits.segment_span_us
            is_stepped = self._wanted is not None and self._wanted.is_stepped(now)
            return self._rotate(now) if is_full or is_long or is_stepped else []
        if now.monotonic_us < rotation.asked_us + KEY_PATIENCE_US:
            return []
        if rotation.first_us is not None:
            return self._follow(cutter, rotation, now)  # without the tracks that gave no key frame
        rotation.asked_us = now.monotonic_us
        return self._ask_key(now)

    def _rotate(self, now: Now) -> list[Action]:
        self._rotation = Rotation(now.monotonic_us)
        self._key_asked_us = None  # one that is on its way already may come before the others'
        return self._ask_key(now)

    def _follow(self, cutter: Cutter, rotation: Rotation, now: Now) -> list[Action]:
        """The segment that was asked for takes over with what is held."""
        wanted, first_us = self._wanted, rotation.first_us
        assert wanted is not None  # noqa: S101 - a segment is open only for a recording
        assert first_us is not None  # noqa: S101 - every caller looked
        actions: list[Action] = []
        if self._successor is not None:
            mark = Mark(first_us, "recording.stopped", because("another recording goes on"))
            actions += cutter.add(mark, now)
            wanted = self._wanted = Wanted(self._successor, now, "goes on from another recording")
        self._rotation = self._successor = None
        return [*actions, *self._seal(cutter, first_us, now), *self._open(wanted, rotation.held, now)]
