"""Desktop analytics beside the recorder, until cancelled: watches, acts, writes down what may be told, and sends it."""

import asyncio
import getpass
import random
from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, RefusedError
from playhead.domain.analytics.events import Answer
from playhead.domain.analytics.rollout import ROLLOUT_BYTES_MAX, Rollout
from playhead.domain.analytics.rules import Action
from playhead.net.http.asking import HttpPeer
from playhead.net.network import Network, SystemNetwork
from playhead.store.disk import Disk, SystemDisk
from playhead.wire.pki import require_site
from playhead.workstation.analytics.accessible import Accessibility
from playhead.workstation.analytics.acting import Acting, Blind, Eyes
from playhead.workstation.analytics.rollouts import Rollouts
from playhead.workstation.analytics.shipping import Shipment
from playhead.workstation.analytics.source import DesktopSource, View
from playhead.workstation.analytics.spool import FOLDER, EventSpool
from playhead.workstation.analytics.telling import Teller
from playhead.workstation.analytics.watcher import Watcher
from playhead.workstation.by_rules import ByRules
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import IdentityFolder
from playhead.workstation.status import DesktopStatus

DRAIN_S: Final = 1.0
"""How long a clean stop waits for the premises to have the last events; what it has not goes after the next start."""
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_KEEP_S: Final = 5.0

_log: Any = structlog.get_logger(__name__)


class WorkstationAnalytics:
    """See the module.

    Args:
        config: what the operator set.
        open_source: the desktop; called again after each failure.
        recorder: the recorder that it runs beside.
        clock: for the time.
        session_bus: address of the D-Bus on which programs say what their windows show; empty: they are not asked.
        disk: for tests; so are the others.
        network: where the premises is.
        chance: for the spool's name, and the pauses between attempts to connect.
    """

    def __init__(
        self,
        config: WorkstationConfig,
        open_source: Callable[[], DesktopSource],
        recorder: ByRules,
        clock: Clock,
        *,
        session_bus: str = "",
        disk: Disk | None = None,
        network: Network | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._config = config
        self._recorder = recorder
        self._clock = clock
        self._disk = disk or SystemDisk()
        self._network = network or SystemNetwork()
        self._chance = chance or random.SystemRandom()
        self._identities = IdentityFolder(self._disk, config.data / IDENTITY_FOLDER)
        folder = config.data / FOLDER
        self.rollouts = Rollouts(self._disk, folder, config.analytics.rules)
        self.spool = EventSpool(
            self._disk,
            folder,
            bytes_max=config.analytics.spool_max.bytes,
            new_name=lambda: f"{self._chance.getrandbits(64):016x}",
        )
        self._news = asyncio.Event()
        self._teller: Teller | None = None
        self._acting: Acting | None = None
        self.watcher = Watcher(open_source, self._seen, self._blind, self._due_us, clock)
        self._accessibility = (
            Accessibility(session_bus, self.watcher.wake, lambda: self._wants("text")) if session_bus else None
        )
        self._eyes: Eyes = self._accessibility or Blind()
        self._refused = 0
        self._sent_us: int | None = None
        self.shipping_problem = ""
        """Why nothing is sent, in a sentence; empty while it is."""

    def catch_up(self) -> None:
        """Before a picture is taken in: what the screen shows by now counts."""
        self.watcher.catch_up()

    def status(self) -> DesktopStatus:
        """What it does, for whoever asks this program."""
        reading = "" if self._accessibility is None else self._accessibility.problem
        return DesktopStatus(
            watching_since_us=self.watcher.since_us,
            problem=" ".join(filter(None, (self.watcher.problem, reading, self.shipping_problem))),
            rules=len(self.rollouts.rules),
            digest=self.rollouts.rollout.digest,
            told=0 if self._teller is None else self._teller.told,
            waiting=self.spool.waiting,
            lost=self.spool.lost,
            refused=self._refused,
            fired=0 if self._teller is None else self._teller.fired,
            sent_us=self._sent_us,
        )

    async def run(self) -> None:
        """Work until cancelled.

        Raises:
            PlayheadError: its folder or its rules cannot be used; where it fails closed it is black from then on.
        """
        try:
            await asyncio.to_thread(self._open)
        except (PlayheadError, OSError) as error:
            _log.error("desktop analytics not possible", error=str(error))
            raise
        tasks = [
            asyncio.create_task(self.watcher.run(), name="watcher"),
            asyncio.create_task(self._ship(), name="desktop events"),
            asyncio.create_task(self._keep_staying(), name="lasting blackouts"),
        ]
        if self._accessibility is not None:
            tasks.append(asyncio.create_task(self._accessibility.run(), name="accessibility"))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none ends by itself: this raises
        finally:
            if self._teller is not None:
                self._teller.end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.spool.close()

    def _open(self) -> None:
        self.spool.open()
        try:
            self.rollouts.load()
        except PlayheadError as error:
            if error.code != "analytics.rules_damaged":
                raise
            _log.error("rules lost", code=error.code, error=error.message)
        config = self._config
        self._acting = Acting(
            self._recorder.decide,
            self._recorder.order,
            self._triggered,
            self._clock,
            fails_closed=config.analytics.failing == "closed",
            staying=self.rollouts.staying(),
        )
        self._teller = Teller(
            self._keep,
            config.agent or getpass.getuser(),
            self.rollouts.key(),
            self._clock,
            idle_us=config.analytics.idle_after.us,
        )
        self._follow_rollout()
        self._teller.begin()

    def _follow_rollout(self) -> None:
        if self._acting is not None and self._teller is not None:
            self._acting.set_rules(self.rollouts.rules)
            self._teller.set_privacy(self.rollouts.rollout.privacy)

    # What is seen

    def _seen(self, view: View, counted: tuple[int, int], since_us: int | None) -> None:
        acting, teller = self._acting, self._teller
        if acting is None or teller is None:
            return
        session = view.session or self._recorder.session
        acting.look(
            view, self._eyes, since_us=since_us, is_locked=bool(session)
        )  # before all else: a blackout must not wait
        url = None if view.front is None else self._eyes.of(view.front)[0]
        teller.see(view, url or "", counted, session=session, private=self._recorder.is_private)

    def _blind(self) -> None:
        if self._acting is not None:
            self._acting.failed()

    def _wants(self, fact: str) -> bool:
        return any(rule.needs(fact) for rule in self.rollouts.rules)

    def _due_us(self) -> int | None:
        return None if self._acting is None else self._acting.due_us

    def _triggered(self, rule: str, action: Action, at_us: int) -> None:
        if self._teller is not None:
            self._teller.triggered(rule, action, at_us)

    def _keep(self, event: Any) -> bool:  # noqa: ANN401 - a DesktopEvent
        is_kept = self.spool.tell(event)
        self._news.set()
        return is_kept

    async def _keep_staying(self) -> None:
        kept: frozenset[str] = frozenset()
        while True:
            staying = () if self._acting is None else self._acting.staying
            names = frozenset(name for name, _ in staying)
            if names or kept:
                try:
                    await asyncio.to_thread(self.rollouts.keep_staying, staying)
                    kept = names
                except PlayheadError as error:
                    _log.error("lasting blackouts not kept", code=error.code, error=error.message)
            await asyncio.sleep(_KEEP_S)

    # Sending

    async def _ship(self) -> None:
        pause_s, place = _FIRST_PAUSE_S, 0
        addresses = [address for group in self._config.analytics_places for address in group]
        while True:
            began_us = self._clock.monotonic_us()
            await self._visit(addresses[place % len(addresses)])
            if self._clock.monotonic_us() - began_us > _LONGEST_PAUSE_S * 1e6:
                pause_s = _FIRST_PAUSE_S
            else:
                place += 1
            await asyncio.sleep(pause_s * self._chance.uniform(0.5, 1.0))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _visit(self, address: Address) -> None:
        """One connection, from its making to its end."""
        try:
            peer = await self._connect(address)
        except (PlayheadError, OSError) as error:
            self._note_problem(str(error))
            return
        shipment = Shipment(
            peer,
            self._config.id,
            self.spool,
            self._news,
            digest=lambda: self.rollouts.rollout.digest,
            take_rules=self._take_rules,
            settled=self._note_answer,
            clock=self._clock,
        )
        try:
            self._note_problem("")
            await shipment.run()
        except (PlayheadError, OSError) as error:
            self._note_problem(str(error))
        except asyncio.CancelledError:
            await self._drain(shipment)
            raise
        finally:
            peer.close()

    async def _drain(self, shipment: Shipment) -> None:
        """What was told last is sent, if there is time."""
        try:
            async with asyncio.timeout(DRAIN_S):
                await shipment.send_all()
        except (TimeoutError, PlayheadError, OSError) as error:
            _log.info("last desktop events wait for the next start", error=type(error).__name__)

    async def _connect(self, address: Address) -> HttpPeer:
        def make() -> HttpPeer:
            return HttpPeer(str(address), body_bytes_max=ROLLOUT_BYTES_MAX)

        if self._config.plain:
            return await self._network.connect(make, address, None)
        identity = await asyncio.to_thread(self._identities.load, self._config.id, certified=True)
        context = self._identities.tls_context(identity, alpn="")
        peer = await self._network.connect(make, address, context)
        try:
            require_site(peer.certificate or b"", identity.site)
        except RefusedError:
            peer.close()
            raise
        return peer

    def _take_rules(self, rollout: Rollout) -> None:
        if self.rollouts.take(rollout):
            self._follow_rollout()
            self.watcher.wake()

    def _note_answer(self, answer: Answer) -> None:
        self._sent_us = self._clock.wall_us()
        self._refused += sum(max(one.through, one.sequence) - one.sequence + 1 for one in answer.refused)

    def _note_problem(self, problem: str) -> None:
        if problem and problem != self.shipping_problem:
            _log.info("desktop events wait", reason=problem)
        self.shipping_problem = problem
