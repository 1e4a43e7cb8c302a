"""Carries out commands that come by message: by the same rules as the API, once however often they come, and audited.

Who sent a message is what the broker has made sure of (the ``user_id`` of AMQP). It has to be the id of a user, whose
roles say what may be ordered.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, PlayheadError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.domain import commands
from playhead.domain.access import Action, OfAgent, Who, decide, may
from playhead.domain.cloudevents import decode, encode
from playhead.domain.commands import Answer, BlackoutOn, Ordered
from playhead.domain.events import Event
from playhead.domain.live import LiveWorkstation
from playhead.net.messaging import Bury, Message
from playhead.premises.messaging import metrics
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.access import load_who
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.handled_messages import begin_handling, end_handling, find_handled
from playhead.store.catalogue.users import find_user
from playhead.store.catalogue.workstations import get_workstation
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.wire.screen.messages import CommandName, Result

MINUTE_MAX: Final = 600
"""Commands of one sender in a minute: what a platform for some hundred agents sends at the change of a shift."""

ADDRESS: Final = "message"
"""What the audit log has for where a command came from."""

_MINUTE_US: Final = 60_000_000
_NAMES: Final[dict[str, CommandName]] = {
    commands.START.name: "start",
    commands.STOP.name: "stop",
    commands.BLACKOUT_ON.name: "blackout_on",
    commands.BLACKOUT_OFF.name: "blackout_off",
}
_log: Final[Any] = structlog.get_logger()


class Control(Protocol):
    """The workstations. `ScreenService`."""

    async def command(
        self,
        workstation: WorkstationId,
        name: CommandName,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder = ...,
    ) -> Result:
        """Have one do something, and wait for what it says about it."""
        ...

    def workstations(self) -> list[LiveWorkstation]:
        """Every one that is enrolled, as it was last heard of."""
        ...


class Commands:
    """See the module.

    Args:
        catalogue: open.
        control: of the workstations.
        bury: keeps what nobody can read.
        source: what answers name as their source.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, control: Control, bury: Bury, source: str, clock: Clock) -> None:
        self._catalogue = catalogue
        self._control = control
        self._bury = bury
        self._source = source
        self._clock = clock
        self._audit = AuditTrail(catalogue, clock)
        self._turns: dict[WorkstationId, _Turn] = {}
        self._counts: dict[str, tuple[int, int]] = {}

    async def handle(self, message: Message) -> Message:
        """Carry a command out; returns the answer, with nowhere to go where none is wanted.

        Raises:
            UnavailableError: ``catalogue.unavailable``: it is to be given again.
        """
        name = message.id
        try:
            event = decode(message.body)
            name = event.id
            ordered = commands.read(event)
        except (InvalidInputError, LimitError) as error:
            return self._answered(message, await self._unreadable(message, name, error))
        async with self._turn(ordered.workstation):
            answer = await self._answer(ordered, message.sender)
        return self._answered(message, answer)

    async def _unreadable(self, message: Message, name: str, error: InvalidInputError | LimitError) -> Answer:
        """Kept for a person; but what comes without end shall not push out what else they should see."""
        try:
            self._count(message.sender, self._clock.wall_us())
            await self._bury(message, error.code, str(error))
        except LimitError as too_many:
            error = too_many
        metrics.COMMANDS.labels(error.code).inc()
        return commands.refusal(name, error)

    async def _answer(self, ordered: Ordered, sender: str) -> Answer:
        try:
            who = await self._who(sender)
            async with self._catalogue.reading() as connection:
                before = await find_handled(connection, sender, ordered.id)
            if before is not None and before.answer is not None:
                return msgspec.json.decode(before.answer, type=Answer)
            now_us = self._clock.wall_us()
            if before is None:
                self._count(sender, now_us)
                if commands.is_stale(ordered, now_us):
                    hint = "Send a new one; and see to the clock of the sender, should it be wrong."
                    raise InvalidInputError("command.stale", "The moment of this command is over.", hint=hint)
            await self._require(who, ordered)
            async with self._catalogue.reading() as connection:
                await get_workstation(connection, ordered.workstation)
        except UnavailableError:
            raise
        except PlayheadError as error:
            metrics.COMMANDS.labels(error.code).inc()
            return commands.refusal(ordered.id, error)
        if before is None:
            recording = RecordingId.new(self._clock) if ordered.kind is commands.START else None
            async with self._catalogue.writing() as connection:
                await begin_handling(connection, sender, ordered.id, recording=recording, at_us=now_us)
        else:
            recording = before.recording  # it was begun, and nobody knows how far it came: the same again does no harm
        return await self._carry_out(ordered, who, recording)

    async def _carry_out(self, ordered: Ordered, who: Who, recording: RecordingId | None) -> Answer:
        try:
            answer = _told(ordered.id, await self._order(ordered, who, recording))
        except PlayheadError as error:
            hint = error.hint or "It is switched off, or cannot reach this server."
            answer = Answer(
                command=ordered.id,
                ok=False,
                code=commands.OFFLINE.get(error.code, error.code),
                message=error.message,
                hint=hint,
            )
        metrics.COMMANDS.labels(answer.code or "done").inc()
        detail = answer.recording or getattr(ordered.wish, "reason", "")
        details = {"message": ordered.id, "detail": detail, "outcome": answer.code}
        entry = self._audit.entry(
            str(who.user),
            ordered.kind.action,
            str(ordered.workstation),
            ADDRESS,
            {name: value for name, value in details.items() if value},
        )
        async with self._catalogue.writing() as connection:
            await add_audit_entry(connection, entry)
            await end_handling(connection, str(who.user), ordered.id, msgspec.json.encode(answer))
        return answer

    async def _order(self, ordered: Ordered, who: Who, recording: RecordingId | None) -> Result:
        wish = ordered.wish
        reason, length_ms = (wish.reason, wish.minutes * 60_000) if isinstance(wish, BlackoutOn) else ("", 0)
        ends_any = ordered.kind is commands.BLACKOUT_OFF and may(who, Action.BLACKOUT_OFF, self._thing(ordered))
        return await self._control.command(
            ordered.workstation,
            _NAMES[ordered.kind.name],
            recording=recording,
            reason=reason,
            blackout=BlackoutOrder("api", by=str(who.user), length_ms=length_ms, any=ends_any),
        )

    async def _who(self, sender: str) -> Who:
        """Who sent it.

        Raises:
            RefusedError: ``command.anonymous``, ``access.refused``.
        """
        if not sender:
            hint = "Set the message's user_id to the name that you sign in to the broker with: the broker checks it."
            raise RefusedError("command.anonymous", "The message does not say who sent it.", hint=hint)
        try:
            user = UserId(sender)
            async with self._catalogue.reading() as connection:
                found = await find_user(connection, user)
                if found is not None and found.disabled_at_us is None:
                    return await load_who(connection, user, found.name)
        except InvalidInputError:
            pass  # no user can be called so
        await self._audit.refuse("unknown", "access.refused", sender, ADDRESS)
        hint = "Add one with `playhead users add`, with a role that allows what it is to order."
        raise RefusedError("access.refused", f"There is no user {sender[:64]!r} who may do this.", hint=hint)

    async def _require(self, who: Who, ordered: Ordered) -> None:
        thing = self._thing(ordered)
        decisions = [decide(who, action, thing) for action in ordered.kind.needs]
        if not any(one.allowed for one in decisions):
            details = {"action": str(ordered.kind.needs[-1]), "message": ordered.id}
            await self._audit.refuse(str(who.user), "access.refused", str(ordered.workstation), ADDRESS, details)
            raise RefusedError("access.refused", "You may not do this.", hint=" ".join(decisions[-1].why))

    def _thing(self, ordered: Ordered) -> OfAgent:
        known = self._control.workstations()
        return OfAgent(next((live.agent for live in known if live.id == ordered.workstation), ""))

    def _count(self, sender: str, now_us: int) -> None:
        since_us, count = self._counts.get(sender, (now_us, 0))
        if not 0 <= now_us - since_us < _MINUTE_US:
            since_us, count = now_us, 0
        if count >= MINUTE_MAX:
            hint = "Wait a minute."
            raise LimitError("command.too_many", f"{sender} gives more than {MINUTE_MAX} commands a minute.", hint=hint)
        self._counts[sender] = (since_us, count + 1)  # bounded by the accounts that the broker has

    def _answered(self, message: Message, answer: Answer) -> Message:
        reply_to = message.reply_to
        if reply_to and not commands.may_be_answered(reply_to, message.sender):
            _log.warning("command not answered: that is not the sender's queue", sender=message.sender)
            reply_to = ""
        now_us = self._clock.wall_us()
        told = Event(f"answer-{answer.command}", commands.ANSWER, answer.command, now_us, msgspec.json.encode(answer))
        return Message(
            id=told.id,
            key=told.type,
            body=encode(told, self._source),
            reply_to=reply_to,
            correlation=message.correlation or answer.command,
        )

    @asynccontextmanager
    async def _turn(self, workstation: WorkstationId) -> AsyncGenerator[None]:
        """One command of a workstation at a time, in the order they came."""
        turn = self._turns.setdefault(workstation, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[workstation]


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0


def _told(command: str, result: Result) -> Answer:
    recording = str(RecordingId.parse(result.recording.hex())) if result.recording else None
    if result.ok:
        return Answer(command=command, ok=True, recording=recording)
    code, message = result.code or "workstation.refused", result.message or "The workstation refused."
    return Answer(command=command, ok=False, recording=recording, code=code, message=message)
