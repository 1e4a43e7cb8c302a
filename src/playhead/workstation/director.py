"""Carries out what the recorder decides: the one place where recorder, capture, keys and spool meet.

Runs in the event loop and never blocks longer than a write to the page cache. Trouble with the disk ends a segment, is
shown, and is over as soon as writing works again.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId
from playhead.wire.screen import Status
from playhead.wire.screen.limits import MAX_MONITOR_CHARACTERS, MAX_MONITORS, MAX_TEXT_CHARACTERS
from playhead.workstation.actions import Action, ForceKey, Now, OpenSegment, SealSegment, SetBlackout, WriteRecord
from playhead.workstation.capture_thread import Batch
from playhead.workstation.pieces import Details
from playhead.workstation.recorder import Limits, Recorder
from playhead.workstation.segment_writer import SegmentWriter
from playhead.workstation.session import SessionState
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import Reason, SpooledSegment
from playhead.workstation.status import Facts, judge
from playhead.workstation.wanted import Resumption

RETRY_US: Final = 5_000_000
"""How often writing is tried again after it had to stop."""

REFUSED_RETRY_US: Final = 60_000_000
"""The same after the premises refused a segment for good: the next one may fare no better."""

_NO_ROOM: Final = frozenset({"spool.full", "spool.disk_full"})

_log = structlog.get_logger(__name__)


class Capture(Protocol):
    """What is needed of `playhead.workstation.capture_thread.CaptureThread`, which documents it."""

    def set_capturing(self, *, on: bool, eager: bool) -> None:
        """Look at the screen, or do not."""
        ...

    def force_key(self) -> None:
        """Ask for key frames."""
        ...

    def set_blackout(self, *, on: bool) -> None:
        """Begin or end a blackout."""
        ...

    def set_live(self, *, on: bool) -> None:
        """Somebody watches, or nobody does."""
        ...


class Director:
    """See the module.

    Args:
        limits: of the recorder.
        recording_us: after how long a recording is followed by another; None for never.
        spool: the segments.
        writer: puts records into it.
        clock: for the time.
        notify: called when there is more to ship or to tell.
        on_recording: called when another recording than before begins to be written.
        asleep_us: how long the machine has slept in all.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        recording_us: int | None,
        spool: Spool,
        writer: SegmentWriter,
        clock: Clock,
        notify: Callable[[], None],
        on_recording: Callable[[RecordingId], None],
        asleep_us: Callable[[], int] = lambda: 0,
    ) -> None:
        self._recorder = Recorder(limits)
        self._recording_us = recording_us
        self._spool = spool
        self._writer = writer
        self._clock = clock
        self._notify = notify
        self._on_recording = on_recording
        self._asleep_us = asleep_us
        self.on_finished: Callable[[int], None] = lambda _until_us: None
        """Called when a segment has ended, with the wall time up to which it reaches."""
        self._capture: Capture | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._retry_us: int | None = None
        self._trouble = ""
        self._written: RecordingId | None = None
        self._paused: RecordingId | None = None
        self._ordered: RecordingId | None = None
        self._started_us = 0
        self.until_us = 0
        """Wall time up to which there are records; 0 while there are none."""
        self._begun_us = 0
        self._wanted_us: int | None = None
        self._newest = Batch()
        self.session: SessionState = ""
        """What the desktop session does, as was told last."""

    @property
    def recording(self) -> RecordingId | None:
        """The recording that is being made, or tried to, or that goes on after the next start."""
        return self._recorder.recording or self._paused

    @property
    def blackout(self) -> str | None:
        """Reason of the newest request for a blackout in force; None without one."""
        in_force = self._recorder.intake.blackouts.in_force
        return str(in_force[-1].get("reason", "")) if in_force else None

    def begin(self, capture: Capture) -> None:
        """The capture is there."""
        self._capture = capture
        self._apply([])

    def end(self, *, goes_on: bool) -> None:
        """Seal what is open, and do nothing any more. Call when the capture has stopped.

        Args:
            goes_on: the recording is to go on after the next start. Until then only `stop` ends it.
        """
        recording = self._recorder.recording
        if recording is not None:
            self._apply(self._recorder.stop(self._now(), reason="the workstation stops"))
            self._paused = recording if goes_on else None
        self._wanted_us = self._written = self._retry_us = None
        self._capture = None  # and so no timer any more
        self._plan()

    # What it is told to do

    def start(
        self, recording: RecordingId, *, reason: str, resumption: Resumption | None = None, ordered: bool = True
    ) -> None:
        """Record.

        Args:
            recording: its id.
            reason: goes into it.
            resumption: it was broken off before.
            ordered: somebody asked for this one: it is never dropped to make room for others.

        Raises:
            ConflictError: ``recording.active``.
        """
        actions = self._recorder.start(recording, self._now(), reason=reason, resumption=resumption)
        self._ordered = recording if ordered else None
        if self._wanted_us is None:
            self._wanted_us = self._clock.monotonic_us()
        _log.info("recording wanted", recording=str(recording), reason=reason)
        self._apply(actions)

    def stop(self, *, reason: str) -> None:
        """Record no more.

        Raises:
            ConflictError: ``recording.none``.
        """
        recording = self.recording
        actions = [] if self._paused is not None else self._recorder.stop(self._now(), reason=reason)
        self._paused = None
        self._wanted_us = self._written = self._retry_us = None
        _log.info("recording stopped", recording=str(recording), reason=reason)
        self._apply(actions)

    def set_blackout(
        self, code: str, details: Details, in_force: tuple[Details, ...], *, at_us: int | None = None
    ) -> None:
        """A request for a blackout began or ended; arguments as of `Recorder.set_blackout`.

        With ``at_us``, monotonic, it did so then: nothing of looks that ended since has been taken in yet.
        """
        now = self._now()
        if at_us is not None:
            now = Now(now.wall_us - (now.monotonic_us - at_us), at_us)
        self._apply(self._recorder.set_blackout(now, code, details, in_force))

    def set_live(self, *, on: bool) -> None:
        """Somebody watches, or nobody does."""
        self._recorder.set_live(on=on)
        if self._capture is not None:
            self._capture.set_live(on=on)

    # What happens

    def take(self, batch: Batch) -> None:
        """The capture has news."""
        self._guard(lambda: self._take(batch))

    def tick(self) -> None:
        """Do what has become due."""
        self._guard(self._tick)

    def _take(self, batch: Batch) -> None:
        now = self._now()
        actions: list[Action] = []
        if batch.is_first:
            actions += self._recorder.capture_began(now)
        is_news = bool(batch.outputs) or (batch.code, batch.fps) != (self._newest.code, self._newest.fps)
        self._newest = batch
        if not batch.problem:
            changes = batch.blackout_changes
            actions += self._recorder.feed(batch.outputs, batch.alive_us, now, blackout_changes=changes)
        if actions or is_news:
            self._apply(actions)

    def _tick(self) -> None:
        now = self._now()
        if self._retry_us is not None and now.monotonic_us >= self._retry_us:
            self._retry_us = now.monotonic_us + RETRY_US
            if self._recorder.blocked != "disk_full" or self._spool.has_room():
                self.try_again()
        actions: list[Action] = []
        if self._is_long(now):
            actions += self._recorder.follow_with(RecordingId.new(self._clock), now)
        self._apply(actions + self._recorder.tick(now))

    def try_again(self) -> None:
        """Whatever kept segments from being written may be over."""
        self._recorder.unblock()
        self._retry_us = None

    def broken(self, segment: SpooledSegment, why: str, *, retry_us: int = RETRY_US) -> None:
        """A segment cannot go on: the disk did not keep it, or the premises will never take it."""
        if segment is self._writer.segment:
            self._lose("lost", why, retry_us)
            self._apply([])

    def cut(self) -> None:
        """Go on in another segment, without a seam: this one may be long in coming to the premises."""
        self._apply(self._recorder.cut(self._now()))

    def note(self, code: str, details: Details) -> None:
        """Put a marker into the recording, where one is being written."""
        self._apply(self._recorder.note(code, details, self._now()))

    # What it says

    def status(self) -> Status:
        """As the premises shall see it."""
        state, reason = judge(self._facts())
        recording, epochs = self.recording, self._recorder.intake.epochs[:MAX_MONITORS]
        return Status(
            state,
            recording=b"" if recording is None else recording.bytes,
            reason=reason[:MAX_TEXT_CHARACTERS],
            fps=self._newest.fps,
            spool_bytes=self._spool.waiting_bytes,
            aside_segments=self._spool.aside.segments,
            aside_bytes=self._spool.aside.bytes,
            monitors=tuple(epoch.monitor[:MAX_MONITOR_CHARACTERS] for epoch in epochs),
        )

    def _facts(self) -> Facts:
        recorder, newest = self._recorder, self._newest
        return Facts(
            now_us=self._clock.monotonic_us(),
            wanted_us=self._wanted_us,
            is_writing=recorder.is_writing,
            blocked=recorder.blocked,
            trouble=self._trouble,
            is_blackout=bool(recorder.intake.blackouts.in_force),
            blackout_reason=self.blackout or "",
            no_display=recorder.intake.no_display,
            capture_code=newest.code,
            capture_problem=newest.problem,
            alive_us=newest.alive_us,
            session=self.session,
        )

    # How

    def _now(self) -> Now:
        return Now(self._clock.wall_us(), self._clock.monotonic_us(), self._asleep_us())

    def _guard(self, step: Callable[[], None]) -> None:
        """A mistake of ours costs a segment, not the recording: what is open ends, and another one begins."""
        try:
            step()
        except Exception:  # noqa: BLE001 - whatever it was: a recording that silently ended would be worse
            _log.exception("recording step failed")
            self._lose("lost", "The workstation made a mistake; its log says which.", RETRY_US)
            self._apply([])

    def _apply(self, actions: Sequence[Action]) -> None:
        capture, is_lost = self._capture, False
        for action in actions:
            if isinstance(action, ForceKey):
                if capture is not None:
                    capture.force_key()
            elif isinstance(action, SetBlackout):
                if capture is not None:
                    capture.set_blackout(on=action.on)
            elif not is_lost:
                is_lost = not self._write(action)
        if capture is not None:
            is_wanted = self._recorder.recording is not None
            capture.set_capturing(on=self._recorder.needs_capture, eager=is_wanted)
        self._plan()
        self._notify()

    def _write(self, action: OpenSegment | WriteRecord | SealSegment) -> bool:
        """Put it into the spool; False where that cannot be done, and the segment is lost."""
        try:
            match action:
                case OpenSegment():
                    self._writer.open(action, droppable=action.recording != self._ordered)
                    self._started_us = action.started_at_us
                    self._trouble = ""
                    if action.recording != self._written:
                        self._written, self._begun_us = action.recording, self._clock.monotonic_us()
                        self._on_recording(action.recording)
                case WriteRecord():
                    self._writer.write(action)
                    self.until_us = self._started_us + action.media_time_us + action.span_us
                case SealSegment():
                    self._writer.seal(action)
                    self.until_us = self._started_us + action.media_time_us
                    self.on_finished(self.until_us)
        except PlayheadError as error:
            reason: Reason = "disk_full" if error.code in _NO_ROOM else "lost"
            if str(error) != self._trouble:
                _log.error("recording interrupted", code=error.code, error=str(error))
            self._lose(reason, str(error), RETRY_US)
            return False
        return True

    def _lose(self, reason: Reason, why: str, retry_us: int) -> None:
        self._writer.finish(reason)
        self.on_finished(self.until_us)
        self._recorder.lost(reason)
        self._trouble = why
        self._retry_us = self._clock.monotonic_us() + retry_us

    def _is_long(self, now: Now) -> bool:
        is_written = self._written is not None and self._written == self._recorder.recording
        return self._recording_us is not None and is_written and now.monotonic_us - self._begun_us >= self._recording_us

    def _plan(self) -> None:
        """See to it that `tick` is called when something is due."""
        if self._timer is not None:
            self._timer.cancel()
        due_us = [each for each in (self._recorder.due_us, self._retry_us) if each is not None]
        self._timer = None
        if due_us and self._capture is not None:
            pause_s = max(min(due_us) - self._clock.monotonic_us(), 0) / 1e6
            self._timer = asyncio.get_running_loop().call_later(pause_s, self.tick)
