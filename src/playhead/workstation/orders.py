"""What the workstation is told to do, by the premises or at its own control socket: made durable, then done."""

import asyncio
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, InvalidInputError, UnavailableError
from playhead.base.ids import RecordingId
from playhead.wire.screen import Command, Result
from playhead.workstation.director import Director
from playhead.workstation.spool_files import SpooledSegment
from playhead.workstation.state_file import StateFile, WorkstationState
from playhead.workstation.wanted import Resumption

LOCAL_NAMES: Final = frozenset({"start", "stop", "blackout_on", "blackout_off"})

RETRY_S: Final = 5.0
"""How often the state is tried to be kept that could not be kept when something was done."""

_log = structlog.get_logger(__name__)


class Orders:
    """One order at a time, but a blackout, which is done before anything else.

    Args:
        director: does it.
        state_file: keeps it.
        state: what was kept.
        clock: for ids.
        continuous: the configuration wants one recording after another.
    """

    def __init__(
        self, director: Director, state_file: StateFile, state: WorkstationState, clock: Clock, *, continuous: bool
    ) -> None:
        self._director = director
        self._state_file = state_file
        self._state = self._wanted = state
        self._clock = clock
        self._continuous = continuous
        self._lock = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._darkenings = 0
        self._closed = False

    def darken(self) -> None:
        """Go on with a blackout that was in force. Call before anything is captured."""
        if self._state.blackout is not None:
            self._director.set_blackout(on=True, reason=self._state.blackout)

    async def resume(self, mended: list[SpooledSegment]) -> None:
        """Go on with what the end of the program interrupted, or begin what the configuration wants.

        Args:
            mended: segments that the crash broke off.
        """
        if self._state.recording:
            recording = RecordingId.parse(self._state.recording)
            ends = [each.started_at_us + each.covered_us for each in mended if each.recording == recording]
            is_clean = not ends and self._state.until_us > 0
            resumption = Resumption("restarted" if is_clean else "killed", max([*ends, self._state.until_us]))
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
        done = await self.do(command.name, recording=recording, reason=command.reason, command=command.id)
        return Result(command.id, ok=True, recording=b"" if done is None else done.bytes)

    async def do(
        self, name: str, *, recording: RecordingId | None = None, reason: str = "", command: int | None = None
    ) -> RecordingId | None:
        """Start, stop, begin or end a blackout.

        Args:
            name: one of `LOCAL_NAMES`.
            recording: ``start``: its id; a new one where it is left out.
            reason: goes into the recording.
            command: the id to keep with it.

        Returns:
            The recording that was started or stopped.

        Raises:
            ConflictError: ``recording.*``.
            UnavailableError: ``file.unwritable``: it could not be made durable, so it was not done.
            InvalidInputError: ``command.unknown``.
        """
        if name == "blackout_on":
            self._darkenings += 1
            self._director.set_blackout(on=True, reason=reason)  # before all else: it must not wait for a disk
        darkenings = self._darkenings
        kept = {} if command is None else {"command": command}
        async with self._lock:
            match name:
                case "start":
                    return await self._start(recording or RecordingId.new(self._clock), reason, kept)
                case "stop":
                    return await self._stop(reason, kept)
                case "blackout_on":
                    await self._keep_if_possible(blackout=reason, **kept)
                    return None
                case "blackout_off":
                    await self._lighten(darkenings, reason, kept)
                    return None
                case _:
                    message = f"There is no command {name[:40]!r}."
                    raise InvalidInputError(
                        "command.unknown", message, hint=f"Known: {', '.join(sorted(LOCAL_NAMES))}."
                    )

    def note_recording(self, recording: RecordingId) -> None:
        """Another recording has taken over by itself: keep that, soon."""
        if self._state.recording != str(recording):
            self._keep_later(recording=str(recording), until_us=0)

    async def close(self) -> None:
        """The workstation stops in good order: end the director, once its capture has stopped.

        What was ordered goes on after the next start: a recording until it is stopped, a blackout until it is lifted.
        What the configuration wants ends here, for it begins anew by itself.
        """
        async with self._lock:
            self._closed = True
            if self._retry is not None:
                self._retry.cancel()
            await asyncio.gather(*self._tasks)
            is_recording = self._director.recording is not None
            self._director.end(goes_on=not self._continuous)
            if not is_recording:  # it may not even have come to `resume`
                await self._keep_if_possible()
            elif self._continuous:
                await self._keep_if_possible(recording="", until_us=0)
            else:
                await self._keep_if_possible(until_us=max(self._director.until_us, self._state.until_us))

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
        await self._keep(recording=str(recording), until_us=0, **kept)
        self._director.start(recording, reason=reason, ordered=not self._continuous)
        return recording

    async def _lighten(self, darkenings: int, reason: str, kept: dict[str, Any]) -> None:
        """End the blackout that was in force when so many had been ordered: one that was ordered since then stays."""
        if darkenings == self._darkenings:
            kept = {"blackout": None, **kept}
        await self._keep(**kept)
        if darkenings == self._darkenings:
            self._director.set_blackout(on=False, reason=reason)

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
        await self._keep_if_possible(recording="", until_us=0, **kept)
        self._director.stop(reason=reason)
        return active

    async def _keep(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        """Make these fields of the state durable, and those that could not be made so before."""
        async with self._saving:
            wanted = msgspec.structs.replace(self._wanted, **changes)
            if wanted != self._state:
                await asyncio.to_thread(self._state_file.save, wanted)
            self._state = self._wanted = wanted

    async def _keep_if_possible(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        try:
            await self._keep(**changes)
        except UnavailableError as error:
            _log.error("state not kept", code=error.code, error=error.message)
            self._wanted = msgspec.structs.replace(self._wanted, **changes)
            if self._retry is None and not self._closed:
                self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._keep_later)

    def _keep_later(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of WorkstationState
        self._retry = None
        task = asyncio.create_task(self._keep_if_possible(**changes))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
