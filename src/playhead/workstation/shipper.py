"""Keeps a connection to the premises: ships what the spool holds, tells what the workstation does, takes commands.

Of several premises the first that answers is taken, in the order in which they are configured; and the workstation goes
back to one that it prefers once that has answered steadily for a while, without leaving the other before.
"""

import asyncio
import random
from typing import Final

import structlog

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError, RefusedError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.net.network import Network
from playhead.net.screen import ScreenPeer, connect
from playhead.wire.screen import VERSIONS, Authority, Command, Goodbye, Hello, Inquire, Result, Welcome
from playhead.wire.screen.commands import CommandLog
from playhead.workstation.claims import Claims
from playhead.workstation.command_runner import CommandRunner
from playhead.workstation.conversation import Conversation, Owner
from playhead.workstation.enrolment import renew
from playhead.workstation.examining import Examining, Telling
from playhead.workstation.identity import Identity, IdentityFolder
from playhead.workstation.journal import Journal
from playhead.workstation.journal_shipping import JournalShipping
from playhead.workstation.route import Places, Route, Stop
from playhead.workstation.shipping import Shipping
from playhead.workstation.spool import Spool

SHUTDOWN: Final = "screen.shutdown"
"""The server stops in good order, and will be back soon: however short the connection was, it was none that failed."""

STEADY_S: Final = 30.0
"""A connection that lasted for so long was a good one: the next pause is a short one again."""

PROBE_S: Final = 20.0
"""How often it is asked whether a preferred premises is there; each time a random half to one and a half of it, so that
a thousand workstations do not come back at once."""

PROBE_ANSWER_S: Final = 10.0
"""How long that may take."""

FINISH_S: Final = 900.0
"""A segment that was begun at a premises is finished there, if that comes back within so long. Else another one gets
the whole of it."""

CLAIMS_RETRY_S: Final = 5.0
"""How soon it is tried again to keep the claims. Nothing that was not sent before is sent meanwhile."""

_log = structlog.get_logger(__name__)


class Shipper:
    """The workstation's end of the screen protocol (docs/wire/screen.md).

    Args:
        workstation: its name.
        places: the premises and their addresses, in order of preference.
        spool: what there is to ship.
        journal: what there is to tell.
        owner: see `Owner`.
        claims: which server holds something of what.
        identity: who the workstation is; None for plain TCP.
        folder: the files of the identity.
        commands: which commands were taken already.
        agent: who works here.
        clock: for the time.
        chance: for the pauses.
        examining: what is known of the machine; None for nothing.
        network: for simulations.
    """

    def __init__(
        self,
        workstation: WorkstationId,
        places: Places,
        spool: Spool,
        journal: Journal,
        owner: Owner,
        *,
        claims: Claims,
        identity: Identity | None,
        folder: IdentityFolder,
        commands: CommandLog,
        agent: str,
        clock: Clock,
        chance: random.Random,
        examining: Examining | None = None,
        network: Network | None = None,
    ) -> None:
        self._examining = examining or Examining(None, chance, self.notify)
        software, examines = f"Playhead {__version__}", self._examining.can
        self._hello = Hello(VERSIONS, str(workstation), software, agent, examines, aside=True, levels=True)
        self._workstation = workstation
        self._route = Route(places)
        self._spool = spool
        self._journal = journal
        self._owner = owner
        self._claims = claims
        self._identity = identity
        self._folder = folder
        self._commands = CommandRunner(commands, self._carry_out)
        self._clock = clock
        self._chance = chance
        self._network = network
        self._news = asyncio.Event()
        self._claims_news = asyncio.Event()
        self._conversation: Conversation | None = None
        self._begun_us = clock.monotonic_us()
        self._seen_us: dict[bytes, int] = {}
        self._progress_us: int | None = None
        self._back_to: int | None = None
        """The preferred premises that the one in use is being left for."""
        self.is_connected = False
        self.remote = ""
        """Address and port of the premises that is connected; empty where none is."""
        """The premises has welcomed us."""
        self.problem = "It has not been tried yet."
        """Why there is no connection, in a sentence; empty while there is one."""

    @property
    def progress_us(self) -> int | None:
        """Monotonic time at which the premises last acknowledged more of what is being recorded."""
        conversation = self._conversation
        if conversation is not None and conversation.progress_us is not None:
            self._progress_us = conversation.progress_us
        return self._progress_us

    def notify(self) -> None:
        """The spool has more, or the status changed."""
        self._news.set()

    async def run(self) -> None:
        """Connect, ship, and come back after every loss, until cancelled."""
        keeping = asyncio.create_task(self._keep_claims(), name="claims")
        try:
            while True:
                await asyncio.sleep(self._route.pause_s(self._clock.monotonic_us(), self._chance))
                await self._visit(self._route.next(self._clock.monotonic_us()))
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._commands.close()

    async def drained(self) -> None:
        """Return when the premises has all that the spool held, and the status. For a clean stop, with a time limit."""
        while self._spool.segments or self._conversation is None or not self._conversation.is_drained:
            self._news.clear()
            await self._news.wait()

    # One connection

    async def _visit(self, stop: Stop) -> None:
        """One connection, from its making to its end, and what it says about the next."""
        began_us = self._clock.monotonic_us()
        goodbye: Goodbye | None = None
        self._back_to = None
        try:
            peer = await self._connect(stop)
        except (UnavailableError, RefusedError) as error:
            if error.message != self.problem:
                _log.warning("premises not reached", address=str(stop.address), code=error.code, error=error.message)
            self.problem = error.message
        else:
            goodbye = await self._meet(peer, stop)
        now_us = self._clock.monotonic_us()
        retry_us = 0 if goodbye is None else goodbye.retry_ms * 1000
        stopped_well = goodbye is not None and goodbye.code == SHUTDOWN
        was_steady = stopped_well or now_us - began_us >= STEADY_S * 1e6
        self._route.left(stop, now_us, was_steady=was_steady, retry_us=retry_us)
        if self._back_to is not None:
            self._route.go_to(self._back_to)

    async def _connect(self, stop: Stop) -> ScreenPeer:
        identity, address = self._identity, stop.address
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

    async def _meet(self, peer: ScreenPeer, stop: Stop) -> Goodbye | None:
        """Talk with a premises; returns what it said when it left."""
        self.problem = ""
        goodbye: Goodbye | None = None
        try:
            await peer.send(self._hello)
            first = await anext(aiter(peer), None)
            if isinstance(first, Welcome):
                goodbye = await self._talk(peer, stop, first)
            else:
                self.problem = f"{peer.remote} closed the connection before it welcomed us."
                goodbye = first if isinstance(first, Goodbye) else None
        except UnavailableError as error:
            self.problem = self.problem or error.message
        except ProtocolError as error:
            _log.error("premises broke the protocol", address=str(stop.address), code=error.code, error=error.message)
            self.problem = error.message
        finally:
            if peer.end is None:
                await peer.close("net.closed", "The workstation stops.")
        if goodbye is not None:
            self.problem = f"The premises said: {goodbye.message} ({goodbye.code})"
        return goodbye

    async def _talk(self, peer: ScreenPeer, stop: Stop, welcome: Welcome) -> Goodbye | None:
        _log.info("premises welcomed us", address=peer.remote, site=welcome.site, place=stop.place)
        server = welcome.server
        shipping = Shipping(self._spool, self._claims, server, self._waits_for, self._claims_news.set)
        telling = JournalShipping(self._journal, self._spool, welcome.journal)
        conversation = Conversation(
            peer,
            shipping,
            telling,
            self._owner,
            examined=Telling(self._examining, welcome.examined, self._news.set),
            commands=self._commands,
            clock=self._clock,
            news=self._news,
        )
        self._conversation, self.is_connected, self.remote = conversation, True, peer.remote
        self._owner.welcomed(welcome)
        self._owner.set_live(on=welcome.live)
        returning = asyncio.create_task(self._go_back(peer, stop, conversation), name="go back")
        try:
            await conversation.run()
        finally:
            returning.cancel()
            (outcome,) = await asyncio.gather(returning, return_exceptions=True)
            self._progress_us = self.progress_us
            self._conversation, self.is_connected, self.remote = None, False, ""
            self._seen_us[server] = self._clock.monotonic_us()
            _log.info("premises left", address=str(stop.address), end=str(peer.end))
            self._owner.set_live(on=False)
        if isinstance(outcome, Exception):
            raise outcome
        self.problem = f"The connection to {peer.remote} ended ({peer.end})."
        return conversation.goodbye

    # Which premises

    def _waits_for(self, holders: frozenset[bytes]) -> bool:
        """Whether a server that holds a part of a segment may still come back to take the rest."""
        now_us = self._clock.monotonic_us()
        return any(now_us - self._seen_us.get(each, self._begun_us) < FINISH_S * 1e6 for each in holders)

    async def _go_back(self, peer: ScreenPeer, stop: Stop, conversation: Conversation) -> None:
        """Look after the premises that are preferred to this one; leave it for the first that is steady again."""
        preferred = self._route.preferred(stop)
        while preferred:
            await asyncio.sleep(PROBE_S * self._chance.uniform(0.5, 1.5))
            for place in dict.fromkeys(each.place for each in preferred):
                answers = [each for each in preferred if each.place == place]
                ok = False
                for each in answers:
                    ok = ok or await self._probe(each)
                if self._route.answered(place, ok=ok):
                    _log.info("preferred premises is back", place=place)
                    await conversation.farewell()
                    self._back_to = place
                    await peer.close("net.closed", "The workstation goes back to the premises that it prefers.")
                    return

    async def _probe(self, stop: Stop) -> bool:
        """Whether a premises answers: it is asked who it is, as a stranger would."""
        try:
            async with asyncio.timeout(PROBE_ANSWER_S):
                peer = await self._connect(stop)
                try:
                    await peer.send(Inquire())
                    return isinstance(await anext(aiter(peer), None), Authority)
                finally:
                    peer.abort()
        except (PlayheadError, TimeoutError):
            return False

    async def _keep_claims(self) -> None:
        """Make durable which server holds something of what: the shipping waits for it."""
        while True:
            while self._claims.is_dirty:
                data, change = self._claims.snapshot()
                try:
                    await asyncio.to_thread(self._claims.write, data)
                except UnavailableError as error:
                    _log.error("claims not kept", code=error.code, error=error.message)
                    await asyncio.sleep(CLAIMS_RETRY_S)
                else:
                    self._claims.kept(change)
                    self._news.set()
            self._claims_news.clear()
            await self._claims_news.wait()

    async def _carry_out(self, command: Command) -> Result:
        result = await self._owner.carry_out(command)
        if command.name == "status" and self._conversation is not None:
            self._conversation.tell_status()
        self._news.set()
        return result
