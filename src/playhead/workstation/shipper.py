"""Keeps a connection to the premises: ships what the spool holds, tells what the workstation does, takes commands."""

import asyncio
import random
from typing import Final, Protocol

import msgspec
import structlog

from playhead import __version__
from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.net.network import Network
from playhead.net.screen import ScreenPeer, connect
from playhead.wire.screen import (
    VERSIONS,
    Accept,
    Ack,
    Command,
    Decline,
    Goodbye,
    Hello,
    JournalAck,
    Message,
    Result,
    Status,
    Welcome,
)
from playhead.wire.screen.commands import CommandLog
from playhead.workstation.command_runner import CommandRunner
from playhead.workstation.enrolment import renew
from playhead.workstation.identity import Identity, IdentityFolder
from playhead.workstation.journal import Journal
from playhead.workstation.journal_shipping import JournalShipping
from playhead.workstation.shipping import Shipping
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 60.0
"""Pause after a loss, doubling up to the second; each time a random half to whole of it (screen.md §7)."""

STEADY_S: Final = 30.0
"""A connection that lasted for so long was a good one: the next pause is a short one again."""

STATUS_S: Final = 10.0
"""How often figures that change all the time are told."""

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

    def set_live(self, *, on: bool) -> None:
        """Someone watches, or nobody does."""
        ...

    def refused(self, segment: SpooledSegment, why: str) -> None:
        """The segment that is being recorded will never be taken."""
        ...


class Shipper:
    """The workstation's end of the screen protocol (docs/wire/screen.md).

    Args:
        workstation: its name.
        addresses: of the premises; tried in turn.
        spool: what there is to ship.
        journal: what there is to tell.
        owner: see `Owner`.
        identity: who the workstation is; None for plain TCP.
        folder: the files of the identity.
        commands: which commands were taken already.
        agent: who works here.
        clock: for the time.
        chance: for the pauses.
        network: for simulations.
    """

    def __init__(
        self,
        workstation: WorkstationId,
        addresses: tuple[Address, ...],
        spool: Spool,
        journal: Journal,
        owner: Owner,
        *,
        identity: Identity | None,
        folder: IdentityFolder,
        commands: CommandLog,
        agent: str,
        clock: Clock,
        chance: random.Random,
        network: Network | None = None,
    ) -> None:
        self._hello = Hello(VERSIONS, str(workstation), f"Playhead {__version__}", agent)
        self._workstation = workstation
        self._addresses = addresses
        self._spool = spool
        self._journal = journal
        self._telling = JournalShipping(journal, spool, -1)
        self._owner = owner
        self._identity = identity
        self._folder = folder
        self._commands = CommandRunner(commands, self._carry_out)
        self._clock = clock
        self._chance = chance
        self._network = network
        self._news = asyncio.Event()
        self._told: Status | None = None
        self._told_us = 0
        self._retry_ms = 0
        self.is_connected = False
        """The premises has welcomed us."""
        self.problem = "It has not been tried yet."
        """Why there is no connection, in a sentence; empty while there is one."""
        self.progress_us: int | None = None
        """Monotonic time at which the premises last acknowledged more of what is being recorded."""

    def notify(self) -> None:
        """The spool has more, or the status changed."""
        self._news.set()

    async def run(self) -> None:
        """Connect, ship, and come back after every loss, until cancelled."""
        failures = 0
        try:
            while True:
                began_us = self._clock.monotonic_us()
                await self._visit(self._addresses[failures % len(self._addresses)])
                if self._clock.monotonic_us() - began_us >= STEADY_S * 1e6:
                    failures = 0
                failures += 1
                if failures % len(self._addresses) == 0:
                    await asyncio.sleep(self._pause_s(failures // len(self._addresses)))
        finally:
            await self._commands.close()

    async def drained(self) -> None:
        """Return when the premises has all that the spool held, and the status. For a clean stop, with a time limit."""
        while self._spool.segments or not self._has_told_state() or not self._telling.is_done:
            self._news.clear()
            await self._news.wait()

    def _has_told_state(self) -> bool:
        now, told = self._owner.status(), self._told
        return told is not None and (told.state, told.recording) == (now.state, now.recording)

    def _pause_s(self, rounds: int) -> float:
        longest_s = min(RETRY_S * 2 ** min(rounds - 1, 10), RETRY_S_MAX)
        wished_s, self._retry_ms = self._retry_ms / 1000, 0
        return max(longest_s * self._chance.uniform(0.5, 1.0), wished_s)

    async def _visit(self, address: Address) -> None:
        """One connection, from its making to its end."""
        try:
            peer = await self._connect(address)
        except (UnavailableError, RefusedError) as error:
            if error.message != self.problem:
                _log.warning("premises not reached", address=str(address), code=error.code, error=error.message)
            self.problem = error.message
            return
        shipping = Shipping(self._spool)
        try:
            await self._talk(peer, shipping)
        except UnavailableError as error:
            self.problem = self.problem or error.message
        except ProtocolError as error:
            _log.error("premises broke the protocol", address=str(address), code=error.code, error=error.message)
            self.problem = error.message
        finally:
            if self.is_connected:
                _log.info("premises left", address=str(address), end=str(peer.end))
                self._owner.set_live(on=False)
            self.is_connected = False
            self._commands.detach()
            shipping.close()
            if peer.end is None:
                await peer.close("net.closed", "The workstation stops.")

    async def _connect(self, address: Address) -> ScreenPeer:
        identity = self._identity
        if identity is None:
            return await connect(address, tls=None, clock=self._clock, network=self._network)
        validity = identity.validity
        if validity is not None and validity.due(self._clock.wall_us()):
            try:
                await renew(address, identity, self._folder, clock=self._clock, network=self._network)
                self._identity = identity = self._folder.load(self._workstation)
                _log.info("certificate renewed")
            except PlayheadError as error:
                _log.warning("certificate not renewed", code=error.code, error=error.message)
        context = self._folder.tls_context(identity)
        return await connect(address, tls=context, clock=self._clock, site=identity.site, network=self._network)

    async def _talk(self, peer: ScreenPeer, shipping: Shipping) -> None:
        self.problem = ""
        await peer.send(self._hello)
        first = await anext(aiter(peer), None)
        if not isinstance(first, Welcome):
            self.problem = f"{peer.remote} closed the connection before it welcomed us."
            if isinstance(first, Goodbye):
                self._take_leave(first, peer)
            return
        self.is_connected, self._told = True, None
        _log.info("premises welcomed us", address=peer.remote, site=first.site)
        self._telling = JournalShipping(self._journal, self._spool, first.journal)
        self._owner.welcomed(first)
        self._owner.set_live(on=first.live)
        self._commands.attach(peer.post)
        sender = asyncio.create_task(self._send_all(peer, shipping), name="ship")
        sender.add_done_callback(lambda task: None if task.cancelled() else peer.abort())
        try:
            async for message in peer:
                self._receive(peer, shipping, message)
        finally:
            sender.cancel()
            (outcome,) = await asyncio.gather(sender, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome
        self.problem = self.problem or f"The connection to {peer.remote} ended ({peer.end})."

    async def _send_all(self, peer: ScreenPeer, shipping: Shipping) -> None:
        while True:
            self._news.clear()
            now_us = self._clock.monotonic_us()
            message = self._due_status(now_us) or self._telling.next() or shipping.next(now_us)
            if message is not None:
                await peer.send(message)
                if isinstance(message, Status):
                    self._told, self._told_us = message, now_us
                    self._news.set()
                continue
            wakes_us = shipping.wakes_us()
            pause_s = STATUS_S if wakes_us is None else min(STATUS_S, max((wakes_us - now_us) / 1e6, 0.05))
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

    def _receive(self, peer: ScreenPeer, shipping: Shipping, message: Message) -> None:
        now_us = self._clock.monotonic_us()
        match message:
            case Accept():
                shipping.accept(message)
            case Ack():
                if shipping.acknowledge(message):
                    self.progress_us = now_us
            case Decline():
                refused = shipping.decline(message, now_us)
                if refused is not None:
                    self._owner.refused(refused, f"{message.code}: {message.message}")
            case Command():
                self._commands.admit(message)
            case JournalAck():
                self._telling.acknowledge(message.seq)
            case Goodbye():
                self._take_leave(message, peer)
            case _:
                return
        self._news.set()

    def _take_leave(self, goodbye: Goodbye, peer: ScreenPeer) -> None:
        self._retry_ms = goodbye.retry_ms
        self.problem = f"The premises said: {goodbye.message} ({goodbye.code})"
        _log.warning("premises said goodbye", address=peer.remote, code=goodbye.code, text=goodbye.message)

    async def _carry_out(self, command: Command) -> Result:
        result = await self._owner.carry_out(command)
        if command.name == "status":
            self._told = None
        self._news.set()
        return result
