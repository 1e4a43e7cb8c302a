"""Keeps the link to the cloud up, asks by it and answers what is asked; runs until cancelled."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.domain.health import Problem
from playhead.domain.link import LinkState
from playhead.net.network import Network, SystemNetwork
from playhead.net.pool import Dialing, PoolEnd
from playhead.net.pool.dialing import CONNECT_S
from playhead.net.pool.gauging import EVERY_S, Gauge, line_of
from playhead.net.pool.http import Answer, Application, Header, ask, serve_asgi
from playhead.net.pool.line import Line
from playhead.premises.link import metrics
from playhead.premises.link.config import LinkConfig
from playhead.premises.link.enrolment import renew
from playhead.premises.link.identity import LinkFolder, LinkIdentity
from playhead.premises.link.proxying import way_out
from playhead.premises.link.rules import BYTES_PER_KBIT, check_clock, explain, problem_of, rate_of
from playhead.wire.pool import Role, Urgency
from playhead.wire.pool.proof import CHALLENGE_BYTES, Credentials, Prover

LOOK_S: Final = 2.0
"""How often it is looked whether the site has joined a cloud, or another one."""
GOVERN_S: Final = 15.0
"""How often the hours of the night are looked at."""
RENEW_S: Final = 3_600.0
"""How often it is looked whether the certificate is to be renewed."""

_log: Any = structlog.get_logger()


class LinkService:
    """See the module; `playhead.premises.link.SiteLink`.

    Args:
        config: what the operator set.
        folder: who the site is to the cloud.
        application: what the cloud may ask.
        clock: tells the time.
        zone: that of the night's hours.
        line: what the site may send, of all that it sends.
        network: for tests.
        chance: for pauses before dialling again.
    """

    def __init__(
        self,
        config: LinkConfig,
        folder: LinkFolder,
        *,
        application: Application,
        clock: Clock,
        zone: ZoneInfo,
        line: Line | None = None,
        network: Network | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._config = config
        self._folder = folder
        self._application = application
        self._clock = clock
        self._zone = zone
        self._line = line or Line()
        self._network = network or SystemNetwork(connect_s=CONNECT_S, receive_buffer_bytes=None)
        self._chance = chance or random.SystemRandom()
        self._identity: LinkIdentity | None = None
        self._end: PoolEnd | None = None
        self._dialing: Dialing | None = None
        self._trouble: PlayheadError | None = None
        """Why it is not even dialled."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when `problems` are others."""
        self._told: tuple[str, ...] = ()
        self._gauge = Gauge()
        self._was_up = False
        self._since_us: int | None = None
        self._changed = asyncio.Event()

    # Asking

    @property
    def up(self) -> bool:
        """As `SiteLink.up`."""
        return self._end is not None and self._end.links > 0

    async def wait_up(self) -> None:
        """As `SiteLink.wait_up`."""
        while not self.up:
            await self._changed.wait()

    async def ask(
        self,
        method: str,
        target: bytes,
        headers: Iterable[Header] = (),
        body: AsyncIterator[bytes] | bytes = b"",
        *,
        urgency: Urgency = Urgency.BULK,
    ) -> Answer:
        """As `SiteLink.ask`."""
        end = self._end
        if end is None or not end.links:
            raise UnavailableError("link.down", "There is no link to the cloud now.")
        return await ask(end, method, target, headers, body, urgency=urgency)

    def state(self) -> LinkState:
        """How it is."""
        identity, end = self._identity, self._end
        if identity is None:
            return self._telling_why(LinkState(joined=False))
        figures = end.figures() if end is not None else None
        rate = self._line.governor.rate_bytes_s
        state = LinkState(
            joined=True,
            up=self.up,
            since_us=self._since_us,
            cloud=str(self._config.address or identity.address),
            site=str(identity.site),
            links_wanted=self._config.links,
            plain=self._config.transport == "plain",
            cap_kbit_s=None if rate is None else rate / BYTES_PER_KBIT,
            links=tuple(line_of(one) for one in figures.links) if figures is not None else (),
            traffic=self._gauge.traffic(),
        )
        return self._telling_why(state)

    def _telling_why(self, state: LinkState) -> LinkState:
        trouble = self._trouble or (self._dialing.trouble if self._dialing is not None else None)
        if trouble is None or (state.joined and len(state.links) >= state.links_wanted):
            return state
        said = explain(trouble, plain=self._config.transport == "plain")
        return replace(state, code=said.code, message=said.message, hint=said.hint)

    def problems(self) -> tuple[Problem, ...]:
        """That it is down, where it is for a while."""
        problem = problem_of(self.state(), self._clock.wall_us())
        return () if problem is None else (problem,)

    # Running

    async def run(self) -> None:
        """Keep it up until cancelled, from when the site has joined a cloud."""
        governing = asyncio.create_task(self._govern(), name="line's governor")
        try:
            while True:
                self._identity = await self._load()
                if self._identity is None:
                    await asyncio.sleep(LOOK_S)
                else:
                    await self._run_as(self._identity)
        finally:
            governing.cancel()
            await asyncio.gather(governing, return_exceptions=True)

    async def _load(self) -> LinkIdentity | None:
        try:
            identity = await asyncio.to_thread(self._folder.load)
        except PlayheadError as error:
            if self._trouble is None or self._trouble.code != error.code:
                _log.error("link to the cloud not possible", code=error.code, error=error.message)
            self._trouble = error
            return None
        self._trouble = None
        return identity

    async def _run_as(self, identity: LinkIdentity) -> None:
        """Keep it up until the identity is another, or gone."""
        self._since_us = self._clock.wall_us()
        serve = serve_asgi(self._application)
        end = PoolEnd(
            Role.DIALER, secrets.token_bytes(16), serve, on_changed=self._note_changed, governor=self._line.governor
        )
        self._end = end
        try:
            tasks = [
                asyncio.create_task(self._dial(end, identity), name="link"),
                asyncio.create_task(self._measure(end), name="link's figures"),
                asyncio.create_task(self._renew(end, identity), name="link's certificate"),
                asyncio.create_task(self._watch(identity), name="link's identity"),
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._dialing = None
            await end.close("link.closed")
            self._end = None
            self._note_changed()

    async def _dial(self, end: PoolEnd, identity: LinkIdentity) -> None:
        while True:
            try:
                check_clock(identity.validity, self._clock.wall_us())
                plain = self._config.transport == "plain"
                tls = None if plain else await asyncio.to_thread(self._folder.tls_context, identity)
                network = await asyncio.to_thread(way_out, self._config, self._network)
                break
            except PlayheadError as error:
                _log.error("link to the cloud not possible", code=error.code, error=error.message)
                self._trouble = error
                await asyncio.sleep(LOOK_S)
        self._trouble = None
        address = self._config.address or identity.address
        prove = partial(self._prover, Credentials(identity.key, identity.certificate, identity.authority))
        self._dialing = Dialing(
            end, address, tls, network, self._chance, links=self._config.links, prove=prove if plain else None
        )
        await self._dialing.run()

    def _prover(self, credentials: Credentials) -> Prover:
        return Prover(credentials, secrets.token_bytes(CHALLENGE_BYTES), self._clock.wall_us())

    async def _govern(self) -> None:
        while True:
            self._line.allow(rate_of(self._config, self._clock.wall_us(), self._zone))
            await asyncio.sleep(GOVERN_S)

    async def _measure(self, end: PoolEnd) -> None:
        while True:
            figures = end.figures()
            self._gauge.take(self._clock.monotonic_us(), figures)
            metrics.LINKS.set(len(figures.links))
            for link in figures.links:
                metrics.ROUND_TRIP.labels(str(link.slot)).set((link.round_trip_us or 0) / 1e6)
            for one in self._gauge.traffic():
                metrics.SENT.labels(one.urgency).set(one.sent_bytes)
                metrics.RECEIVED.labels(one.urgency).set(one.received_bytes)
                metrics.STREAMS.labels(one.urgency).set(one.streams)
                metrics.BROKEN.labels(one.urgency).set(one.broken)
            told = tuple(one.message for one in self.problems())
            if told != self._told:
                self._told = told
                self.on_change()
            await asyncio.sleep(EVERY_S)

    async def _renew(self, end: PoolEnd, identity: LinkIdentity) -> None:
        while True:
            await self.wait_up()
            if identity.validity.due(self._clock.wall_us()):
                try:
                    await renew(end, identity, self._folder)
                except PlayheadError as error:
                    _log.warning("site's certificate not renewed", code=error.code, error=error.message)
                else:
                    _log.info("site's certificate renewed")
            await asyncio.sleep(RENEW_S)

    async def _watch(self, identity: LinkIdentity) -> None:
        """Return when the files say something else."""
        while True:
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(PlayheadError):  # it was good when it began, and is not written anew yet
                found = await asyncio.to_thread(self._folder.load)
                if found is None or (found.certificate, found.address) != (identity.certificate, identity.address):
                    return

    def _note_changed(self) -> None:
        up = self.up
        if up != self._was_up:
            self._was_up = up
            self._since_us = self._clock.wall_us()
            metrics.UP.set(up)
            if up:
                _log.info("link to the cloud is up")
            else:
                _log.warning("link to the cloud is down")
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
