"""One connection with a premises, from its `Welcome` to its end: sends what is due, acts on what comes."""

import asyncio
from typing import Final, Protocol

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.net.screen import ScreenPeer
from playhead.wire.screen import (
    Accept,
    Ack,
    Command,
    Decline,
    Examine,
    Goodbye,
    Heartbeat,
    Journal,
    JournalAck,
    Message,
    Pace,
    Records,
    Released,
    Result,
    Status,
    Welcome,
)
from playhead.workstation.command_runner import CommandRunner
from playhead.workstation.examining import Telling
from playhead.workstation.journal_shipping import JournalShipping
from playhead.workstation.shipping import Shipping
from playhead.workstation.spool_files import SpooledSegment

STATUS_S: Final = 10.0
"""How often figures that change all the time are told."""

FAREWELL_S: Final = 60.0
"""How long a connection that is left on purpose goes on with what is being caught up. What is not there by then goes
whole to the next premises, if this one is not met again."""

LIVE_FAREWELL_S: Final = 10.0
"""And with what was just recorded: it is there within a second, as a rule."""

_log = structlog.get_logger(__name__)


class Owner(Protocol):
    """Whom the shipper asks and tells. Nothing here may block."""

    def status(self) -> Status:
        """What the workstation is doing now."""
        ...

    async def carry_out(self, command: Command) -> Result:
        """Do what the premises wants. Its id is to be durable before anything is done.

        Raises:
            PlayheadError: it could not be done.
        """
        ...

    def welcomed(self, welcome: Welcome) -> None:
        """The premises has said who it is, and what it thinks the time is."""
        ...

    def heard_time(self, wall_time_us: int) -> None:
        """The premises has said what time it thinks it is."""
        ...

    def set_live(self, *, on: bool) -> None:
        """Someone watches, or nobody does."""
        ...

    def refused(self, segment: SpooledSegment, why: str) -> None:
        """The segment that is being recorded will never be taken."""
        ...

    def cut(self) -> None:
        """Go on recording in another segment, without a seam, where one is being recorded."""
        ...


class Conversation:
    """See the module.

    Args:
        peer: the premises, which has said its `Welcome`.
        shipping: what goes to it.
        telling: what it is told of the journal.
        examined: what it is told of the machine.
        owner: see `Owner`.
        commands: runs what it asks for.
        clock: for the time.
        news: set when there may be something to send. Shared with those that wait for what was sent.
    """

    def __init__(
        self,
        peer: ScreenPeer,
        shipping: Shipping,
        telling: JournalShipping,
        owner: Owner,
        *,
        examined: Telling,
        commands: CommandRunner,
        clock: Clock,
        news: asyncio.Event,
    ) -> None:
        self._peer = peer
        self._shipping = shipping
        self._telling = telling
        self._examined = examined
        self._owner = owner
        self._commands = commands
        self._clock = clock
        self._news = news
        self._told: Status | None = None
        self._told_us = 0
        self.goodbye: Goodbye | None = None
        """What the premises said when it left."""
        self.progress_us: int | None = None
        """Monotonic time at which it last acknowledged more of what is being recorded."""

    async def run(self) -> None:
        """Until the connection ends.

        Raises:
            ProtocolError: the premises broke the protocol.
            UnavailableError: it went away.
        """
        self._commands.attach(self._peer.post)
        sender = asyncio.create_task(self._send_all(), name="ship")
        sender.add_done_callback(lambda task: None if task.cancelled() else self._peer.abort())
        try:
            async for message in self._peer:
                self._receive(message)
        finally:
            self._commands.detach()
            sender.cancel()
            (outcome,) = await asyncio.gather(sender, return_exceptions=True)
            self._shipping.close()
            self._examined.close()
        if isinstance(outcome, Exception):
            raise outcome

    @property
    def is_drained(self) -> bool:
        """The premises knows the state and has the journal."""
        now, told = self._owner.status(), self._told
        has_told = told is not None and (told.state, told.recording) == (now.state, now.recording)
        return has_told and self._telling.is_done

    def tell_status(self) -> None:
        """The premises wants to hear the status, although it may be as it was."""
        self._told = None
        self._news.set()

    async def farewell(self) -> None:
        """Bring to an end what is under way, as far as that goes in a while: the connection is to be left."""
        shipping = self._shipping
        shipping.offers_finished = False
        try:
            async with asyncio.timeout(FAREWELL_S):
                while shipping.is_catching_up:
                    await self._hear_news()
        except TimeoutError:
            _log.info("premises left with a segment under way", remote=self._peer.remote)
        shipping.offers_growing = False
        self._owner.cut()
        try:
            async with asyncio.timeout(LIVE_FAREWELL_S):
                while not shipping.is_idle:
                    await self._hear_news()
        except TimeoutError:
            return

    async def _hear_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _send_all(self) -> None:
        while True:
            self._news.clear()
            now_us = self._clock.monotonic_us()
            message = self._due_status(now_us) or self._telling.next(now_us) or self._examined.next()
            message = message or self._shipping.next(now_us)
            if self._shipping.take_cut():
                self._owner.cut()
            if message is not None:
                await self._peer.send(message)
                if not isinstance(message, Records):
                    _log.debug("told the premises", what=type(message).__name__, remote=self._peer.remote)
                if isinstance(message, Status):
                    self._told, self._told_us = message, now_us
                if isinstance(message, Status | Journal):
                    self._news.set()  # for who waits until everything is told
                continue
            wakes_us = self._shipping.wakes_us(now_us)
            pause_s = STATUS_S if wakes_us is None else min(STATUS_S, max((wakes_us - now_us) / 1e6, 0.001))
            try:
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _due_status(self, now_us: int) -> Status | None:
        status = self._owner.status()
        told = self._told
        if told is not None:
            if status == told:
                return None
            is_mere_figure = msgspec.structs.replace(status, spool_bytes=told.spool_bytes) == told
            if is_mere_figure and now_us < self._told_us + STATUS_S * 1e6:
                return None
        return status

    def _ship(self, message: Accept | Pace | Released | Ack | Decline) -> None:
        now_us, shipping = self._clock.monotonic_us(), self._shipping
        match message:
            case Ack():
                if shipping.acknowledge(message):
                    self.progress_us = now_us
            case Decline():
                refused = shipping.decline(message, now_us)
                if refused is not None:
                    self._owner.refused(refused, f"{message.code}: {message.message}")
            case _:
                shipping.take(message, now_us)

    def _receive(self, message: Message) -> None:
        if not isinstance(message, Ack | Heartbeat):  # they come all the time
            _log.debug("premises says", what=type(message).__name__, remote=self._peer.remote)
        match message:
            case Accept() | Pace() | Released() | Ack() | Decline():
                self._ship(message)
            case Command():
                self._commands.admit(message)
            case Examine():
                self._examined.asked(message.request)
            case JournalAck():
                self._telling.acknowledge(message.seq)
            case Heartbeat():
                self._owner.heard_time(message.wall_time_us)
                return
            case Goodbye():
                self.goodbye = message
                _log.warning(
                    "premises said goodbye", address=self._peer.remote, code=message.code, text=message.message
                )
            case _:
                return
        self._news.set()
