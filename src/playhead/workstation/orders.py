"""What the workstation is told to do, by the premises or at its own control socket: made durable, then done."""

import asyncio
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, InvalidInputError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.domain.blackouts import REASON_CHARS_MAX, Asker, Source
from playhead.wire.screen import BlackoutOrder, Command, Result
from playhead.wire.screen.limits import MAX_TEXT_CHARACTERS
from playhead.workstation.darkness import BlackoutRules, Darkness
from playhead.workstation.director import Director
from playhead.workstation.spool_files import SpooledSegment
from playhead.workstation.state_file import StateFile, WorkstationState
from playhead.workstation.wanted import Resumption

LOCAL_NAMES: Final = frozenset({"start", "stop", "blackout_on", "blackout_off"})

BY_COMMAND_LINE: Final = BlackoutOrder("command_line")

RETRY_S: Final = 5.0
"""How often the state is tried to be kept that could not be kept when something was done."""

LAST_TRIES: Final = 5
"""So often at the end of the program, which nobody should wait long for."""
LAST_PAUSE_S: Final = 0.2

_log = structlog.get_logger(__name__)


class Orders:
    """One order at a time, but a blackout, which is done before anything else.

    Args:
        director: does it.
        state_file: keeps it.
        state: what was kept.
        clock: for ids.
        continuous: the configuration wants one recording after another.
        rules: of blackouts; the defaults where left out.
        agent: who works here.
    """

    def __init__(
        self,
        director: Director,
        state_file: StateFile,
        state: WorkstationState,
        clock: Clock,
        *,
        continuous: bool,
        rules: BlackoutRules | None = None,
        agent: str = "",
    ) -> None:
        self._director = director
        director.on_finished = self._note_reached
        keep = self._keep_blackouts
        self.darkness = Darkness(rules or BlackoutRules(), director, clock, agent=agent, changed=keep)
        """The requests for blackouts."""
        self._state_file = state_file
        self._state = self._wanted = state
        self._clock = clock
        self._continuous = continuous
        self._lock = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._closed = False
        self.problem = ""
        """Why what was decided is not durable, and would be forgotten by a crash; empty where it is."""

    def darken(self) -> None:
        """Go on with the blackouts that were in force. Call before anything is captured."""
        self.darkness.restore(self._state.blackouts)

    async def resume(self, mended: list[SpooledSegment]) -> None:
        """Go on with what the end of the program interrupted, or begin what the configuration wants.

        Args:
            mended: segments that the crash broke off.
        """
        if self._state.recording:
            recording = RecordingId.parse(self._state.recording)
            ends = [each.started_at_us + each.covered_us for each in mended if each.recording == recording]
            is_clean = not ends and self._state.until_us > 0
            # The clock may have been set back before the crash, and what had ended may be at the server by now.
            not_before_us = max([*ends, self._state.until_us, self._state.reached_us])
            resumption = Resumption("restarted" if is_clean else "killed", not_before_us)
            self._director.start(recording, reason="", resumption=resumption, ordered=not self._continuous)
        elif self._continuous:
            await self.do("start", reason="continuous")

    async def carry_out(self, command: Command) -> Result:
        """Do what the premises wants.

        Raises:
            PlayheadError: it could not be done.
        """
        if command.name in {"live_on", "live_off"}:
            self._director.set_live(on=command.name == "live_on")
        if command.name not in LOCAL_NAMES:
            await self._keep(command=command.id)
            return Result(command.id, ok=True)
        recording = RecordingId(UUID(bytes=command.recording)) if command.recording else None
        done = await self.do(
            command.name, recording=recording, reason=command.reason, command=command.id, blackout=command.blackout
        )
        message = self.problem[:MAX_TEXT_CHARACTERS]
        return Result(command.id, ok=True, message=message, recording=b"" if done is None else done.bytes)

    async def do(
        self,
        name: str,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        command: int | None = None,
        blackout: BlackoutOrder = BY_COMMAND_LINE,
    ) -> RecordingId | None:
        """Start, stop, begin or end a blackout.

        Args:
            name: one of `LOCAL_NAMES`.
            recording: ``start``: its id; a new one where it is left out.
            reason: goes into the recording.
            command: the id to keep with it.
            blackout: ``blackout_on``, ``blackout_off``: who asks.

        Returns:
            The recording that was started or stopped.

        Raises:
            ConflictError: ``recording.*``.
            UnavailableError: ``file.unwritable``: it could not be made durable, so it was not done.
            InvalidInputError: ``command.unknown``.
            LimitError: ``blackout.too_many``.
        """
        asker = Asker(Source(blackout.source), blackout.by, blackout.label)
        if name == "blackout_on":  # before all else: it must not wait for a disk
            length_us = blackout.length_ms * 1000 or None
            reason = reason[:REASON_CHARS_MAX]
            self.darkness.begin(asker, reason=reason, length_us=length_us, interaction=self._interaction)
        ends = self.darkness.endable(asker, any_of_them=blackout.any)
        kept = {} if command is None else {"command": command}
        async with self._lock:
            match name:
                case "start":
                    return await self._start(recording or RecordingId.new(self._clock), reason, kept)
                case "stop":
                    return await self._stop(reason, kept)
                case "blackout_on":
                    await self._keep_if_possible(blackouts=self.darkness.kept(), **kept)
                    return None
                case "blackout_off":
                    await self._keep(blackouts=self.darkness.kept(without=ends), **kept)
                    self.darkness.end(ends, reason=reason, by=blackout.by if blackout.any else "")
                    return None
                case _:
                    message = f"There is no command {name[:40]!r}."
                    raise InvalidInputError(
                        "command.unknown", message, hint=f"Known: {', '.join(sorted(LOCAL_NAMES))}."
                    )

    def note_recording(self, recording: RecordingId) -> None:
        """Another recording has taken over by itself: keep that, soon."""
        if self._state.recording != str(recording):
            self.darkness.interaction_moved(self._state.recording, str(recording))
            self._keep_later(recording=str(recording), until_us=0, reached_us=0)

    def _note_reached(self, until_us: int) -> None:
        """A segment has ended: the recording's next one must not begin before that, not even after a crash."""
        if not self._closed and self._state.recording and until_us > self._state.reached_us:
            self._keep_later(reached_us=until_us)

    async def close(self, *, hands_over: bool = False) -> None:
        """The workstation stops in good order: end the director, once its capture has stopped.

        What was ordered goes on after the next start: a recording until it is stopped, a blackout until it is lifted.
        What the configuration wants ends here, for it begins anew by itself; it goes on, too, where another program
        takes over at once.
        """
        goes_on = hands_over or not self._continuous
        async with self._lock:
            self._closed = True
            self.darkness.close()
            if self._retry is not None:
                self._retry.cancel()
            await asyncio.gather(*self._tasks)
            is_recording = self._director.recording is not None
            self._director.end(goes_on=goes_on)
            blackouts = self.darkness.kept()
            if not is_recording:  # it may not even have come to `resume`
                await self._keep_if_possible(blackouts=blackouts)
            elif not goes_on:
                await self._keep_if_possible(recording="", until_us=0, reached_us=0, blackouts=blackouts)
            else:
                await self._keep_if_possible(
                    blackouts=blackouts, until_us=max(self._director.until_us, self._state.until_us)
                )
            await self._keep_at_last()

    async def _keep_at_last(self) -> None:
        """A disk that failed for a moment must not make the next start forget a blackout."""
        for _ in range(LAST_TRIES):
            if not self.problem:
                return
            await asyncio.sleep(LAST_PAUSE_S)
            await self._keep_if_possible()
        if self.problem:
            _log.error("state.lost", reason=self.problem, hint="The next start goes on with what was kept before.")

    async def _start(self, recording: RecordingId, reason: str, kept: dict[str, Any]) -> RecordingId:
        active = self._director.recording
        if active is not None and active != recording:
            await self._keep_if_possible(**kept)
            raise ConflictError("recording.active", f"Recording {active} is being made.", hint="Stop it first.")
        if self._closed:
            await self._keep_if_possible(**kept)
            if active is not None:
                return active
            raise ConflictError("workstation.stopping", "The workstation stops.", hint="Start it again first.")
        reached_us = self._state.reached_us if self._state.recording == str(recording) else 0
        await self._keep(recording=str(recording), until_us=0, reached_us=reached_us, **kept)
        self._director.start(recording, reason=reason, ordered=not self._continuous)
        return recording

    @property
    def _interaction(self) -> str:
        """What a blackout that begins now is bound to; nothing where recordings follow one another all the time."""
        recording = self._director.recording
        return "" if recording is None or self._continuous else str(recording)

    def _keep_blackouts(self) -> None:
        """They have changed by themselves."""
        if not self._closed:
            self._keep_later(blackouts=self.darkness.kept())

    async def _stop(self, reason: str, kept: dict[str, Any]) -> RecordingId | None:
        active = self._director.recording
        if active is None or self._continuous:
            await self._keep_if_possible(**kept)
        if active is None:
            raise ConflictError("recording.none", "Nothing is being recorded.")
        if self._continuous:
            hint = "Set continuous = false in its configuration, or begin a blackout."
            raise ConflictError("recording.continuous", "This workstation records all the time.", hint=hint)
        # A full disk must not keep a recording from being stopped; a crash would then let it go on once more.
        await self._keep_if_possible(recording="", until_us=0, reached_us=0, **kept)
        self._director.stop(reason=reason)
        self.darkness.interaction_over(str(active))
        return active

    async def _keep(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        """Make these fields of the state durable, and those that could not be made so before."""
        async with self._saving:
            wanted = msgspec.structs.replace(self._wanted, **changes)
            # After a failure it is not known what a crash would leave: then it is written although it may be as before.
            if wanted != self._state or self.problem:
                try:
                    await asyncio.to_thread(self._state_file.save, wanted)
                except UnavailableError as error:
                    self._failed(error)
                    raise
            self._state = self._wanted = wanted
            if self.problem:
                self.problem = ""
                _log.info("state.kept")

    def _failed(self, error: UnavailableError) -> None:
        if not self.problem:
            _log.error("state.not_kept", code=error.code, reason=error.message, hint="It is tried again.")
        self.problem = f"What was decided is not kept, and a crash would forget it: {error.message}"
        if self._retry is None and not self._closed:
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self._keep_later()

    async def _keep_if_possible(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        try:
            await self._keep(**changes)
        except UnavailableError:
            self._wanted = msgspec.structs.replace(self._wanted, **changes)

    def _keep_later(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        task = asyncio.create_task(self._keep_if_possible(**changes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
