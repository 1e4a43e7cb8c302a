"""What the workstation answers at its control socket: to the command line, the indicator, and programs beside it."""

from collections.abc import Callable
from typing import Any

import msgspec

from playhead.base.clock import Clock
from playhead.base.errors import RefusedError
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.blackouts import NAME_CHARS_MAX, Asker, Source
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.workstation.by_rules import ByRules
from playhead.workstation.chronicle import Chronicle
from playhead.workstation.control import Question
from playhead.workstation.director import Director
from playhead.workstation.orders import Orders
from playhead.workstation.server_clock import ServerClock
from playhead.workstation.shipper import Shipper
from playhead.workstation.status import DURABLE_US, LocalStatus

_MINUTE_MS = 60_000


class Answers:
    """See the module.

    Args:
        workstation: its name.
        agent: who works here.
        director: knows what is recorded.
        orders: carries out.
        shipper: knows what has arrived.
        chronicle: knows what is missing.
        by_rules: knows what desktop analytics does.
        server_clock: what time the premises thinks it is.
        hand_over: has the workstation stop at once, for another program that goes on with what it does.
        clock: for the time.
    """

    def __init__(
        self,
        workstation: WorkstationId,
        agent: str,
        *,
        director: Director,
        orders: Orders,
        shipper: Shipper,
        chronicle: Chronicle,
        by_rules: ByRules,
        server_clock: ServerClock,
        hand_over: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._workstation = workstation
        self._agent = agent
        self._director = director
        self._orders = orders
        self._shipper = shipper
        self._chronicle = chronicle
        self._by_rules = by_rules
        self._server_clock = server_clock
        self._hand_over = hand_over
        self._clock = clock

    async def answer(self, question: Question) -> dict[str, Any]:
        """The fields of an answer.

        Raises:
            PlayheadError: it could not be done.
        """
        recording = ""
        match question.command:
            case "status":
                pass
            case "hand_over":
                self._hand_over()
            case "decide":
                self._orders.darkness.decide(question.by, black=question.black, reason=question.reason)
            case "blackout_toggle":
                await self.toggle()
            case name:
                recording = await self._do(name, question)
        return {"recording": recording, "status": msgspec.to_builtins(self.status())}

    async def toggle(self) -> None:
        """The agent begins a blackout, or ends the one that they began.

        Raises:
            PlayheadError: it could not be kept.
        """
        agent = BlackoutOrder("agent", by=self._agent[:NAME_CHARS_MAX])
        is_on = self._orders.darkness.has(Asker(Source.AGENT, agent.by))
        if is_on:
            await self._orders.do("blackout_off", blackout=agent)
        else:
            await self._orders.do("blackout_on", reason="asked for by the agent", blackout=agent)

    async def _do(self, name: str, question: Question) -> str:
        if question.source in {"api", "decision_source"}:
            message = f"Nobody asks as {question.source} from here."
            hint = "Sources here are command_line, agent, interaction and analytics."
            raise RefusedError("blackout.source", message, hint=hint)
        blackout = BlackoutOrder(
            question.source, by=question.by, label=question.label, length_ms=question.minutes * _MINUTE_MS
        )
        recording = RecordingId.parse(question.recording) if question.recording else None
        done = await self._orders.do(name, recording=recording, reason=question.reason, blackout=blackout)
        return "" if done is None else str(done)

    def status(self) -> LocalStatus:
        """As a person at this machine shall see it."""
        status, progress_us = self._director.status(), self._shipper.progress_us
        age_us = None if progress_us is None else self._clock.monotonic_us() - progress_us
        recording, cover = self._director.recording, self._chronicle.cover()
        offset_us = self._server_clock.offset_us(self._clock.wall_us(), self._clock.monotonic_us())
        return LocalStatus(
            workstation=str(self._workstation),
            state=status.state,
            reason=status.reason,
            recording="" if recording is None else str(recording),
            durable=recording is not None and age_us is not None and age_us < DURABLE_US,
            durable_age_ms=None if age_us is None else age_us // 1000,
            connected=self._shipper.is_connected,
            premises=self._shipper.remote,
            connection_problem=self._shipper.problem,
            spool_bytes=status.spool_bytes,
            fps=status.fps,
            monitors=status.monitors,
            due=cover.due,
            code=cover.code,
            alarm=cover.alarm,
            agent=self._agent,
            blackouts=self._orders.darkness.told,
            unkept=self._orders.problem,
            analytics=None if self._by_rules.status is None else self._by_rules.status(),
            clock_offset_ms=None if offset_us is None else offset_us // 1000,
        )
