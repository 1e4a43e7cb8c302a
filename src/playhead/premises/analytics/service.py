"""The service of desktop analytics: listens, stores, packs, acts, and lets go of what is old, until it is cancelled."""

import asyncio
import ssl
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import NotFoundError, PlayheadError, RefusedError
from playhead.domain.analytics.events import PACKED_BYTES_MAX, Answer, Kind, decoded, joined
from playhead.domain.analytics.privacy import Privacy
from playhead.domain.analytics.rollout import SETS_MAX, Rollout, encoded
from playhead.domain.analytics.rollout import RuleSet as ToldRules
from playhead.net.either import EitherListening
from playhead.net.http import mutual
from playhead.net.tls import load_certificate, server_context
from playhead.premises.analytics import metrics
from playhead.premises.analytics.acting import Acting
from playhead.premises.analytics.config import AnalyticsConfig
from playhead.premises.analytics.incoming import Incoming
from playhead.premises.analytics.rules import Taken, judged, replayed, unpacked
from playhead.store.analytics.asking import Asking
from playhead.store.analytics.session import Session
from playhead.store.analytics.store import EventStore
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.analytics_rules import RuleSet, note_digest, note_events, rule_sets_for
from playhead.store.catalogue.workstations import Workstation, find_workstation
from playhead.store.disk import Disk
from playhead.store.keyring import Keyring
from playhead.wire.pki import signer_of, workstation_of

EVENTS_PATH: Final = "/v1/events"
RULES_PATH: Final = "/v1/rules"
UPKEEP_S: Final = 15.0
"""How often it is looked what is to be packed, and what has come beside the network."""
FORGET_S: Final = 3_600.0
"""How often old days are removed."""
BODIES_BYTES_MAX: Final = 64 << 20
"""Of all batches that are being received."""
_UNCHANGED: Final = 304
_TRIGGER: Final = Kind.TRIGGER
"""Looked up once: a member of an enumeration costs more to find than an event to compare."""

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class AnalyticsService:
    """See the module.

    Args:
        config: what the operator set.
        root: folder of the store.
        disk: that it lies on.
        keyring: the server's certificate, and the authority of those who show one.
        catalogue: who is enrolled, and which rules hold where.
        acting: does what triggers say.
        clock: tells the time.
        zone: in which days of reports begin: a name of the tz database.
    """

    def __init__(
        self,
        config: AnalyticsConfig,
        root: Path,
        *,
        disk: Disk,
        keyring: Keyring,
        catalogue: Catalogue,
        acting: Acting,
        clock: Clock,
        zone: str = "UTC",
    ) -> None:
        self.zone = zone
        """In which days begin."""
        self._config = config
        self._keyring = keyring
        self._catalogue = catalogue
        self._acting = acting
        self._clock = clock
        self._store = EventStore(disk, root, clock, site=str(keyring.site), free_bytes_min=config.disk_free_min.bytes)
        self._asking = Asking(disk, root, memory_bytes=config.query_memory.bytes)
        self._incoming = Incoming(disk, root)
        self._privacy = Privacy()
        self._bodies = mutual.Bodies(BODIES_BYTES_MAX, PACKED_BYTES_MAX)
        self._connections: set[mutual.MutualHttp] = set()
        self._tls: ssl.SSLContext | None = None
        self.ready = asyncio.Event()
        """Set while workstations are served; `port` is known then. Also where it is not enabled."""
        self.port = 0

    @property
    def known(self) -> Sequence[str]:
        """Names of the applications that are known, which may hold ``*`` and ``?``."""
        return self._config.known

    async def run(self) -> None:
        """Recover the store, listen, and serve until cancelled; where it is not enabled, do nothing until then.

        Raises:
            CorruptError: ``analytics.*``: what is stored cannot be read.
            InvalidInputError: ``analytics.privacy``.
            UnavailableError: ``net.port_taken`` and the like; ``analytics.unwritable``.
        """
        if not self._config.enabled:
            self.ready.set()
            await asyncio.Event().wait()
        self._privacy = await asyncio.to_thread(self._config.load_privacy)
        await self._store.open()
        file = self._keyring.server_file
        tls = self._tls = server_context(file, file, self._keyring.authority.certificate, alpn="")
        plain = self._config.transport == "plain"
        listener = EitherListening(self._connection, self._config.listen, tls, may_be_plain=lambda _remote: plain)
        self.port = listener.address.port
        tasks = [asyncio.create_task(each) for each in (self._store.run(), self._upkeep(), self._forget())]
        self.ready.set()
        _log.info("desktop analytics listening", address=str(listener.address), transport=self._config.transport)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none ends by itself: this raises
        finally:
            self.ready.clear()
            await listener.close()
            await self._drain()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._asking.close()

    async def ask(self, query: Callable[[Session], _T], /) -> _T:
        """The answer of one of the queries of `playhead.store.analytics`. Raises as `Asking.ask`."""
        return await self._asking.ask(query)

    def digest(self, rules: Sequence[RuleSet], /) -> str:
        """What a workstation that has exactly these in force tells of them."""
        return self._rollout(rules).digest

    async def _handle(self, request: mutual.Request) -> mutual.Answer:
        try:
            workstation = await self._admitted(request)
            path = request.target.partition("?")[0]
            if path == EVENTS_PATH and request.method == "POST":
                answer = await self._take(request, workstation)
            elif path == RULES_PATH and request.method == "GET":
                answer = await self._tell_rules(request, workstation)
            else:
                hint = f"POST {EVENTS_PATH} and GET {RULES_PATH} are."
                raise NotFoundError("http.path", "This is not served here.", hint=hint)
        except PlayheadError as error:
            metrics.REQUESTS.labels(error.code).inc()
            _log.info("request refused", remote=request.remote, code=error.code, reason=error.message)
            raise
        metrics.REQUESTS.labels("done").inc()
        return answer

    async def _admitted(self, request: mutual.Request) -> Workstation | None:
        """Who asks; None where nobody is asked for a certificate.

        Raises:
            RefusedError: ``analytics.certificate``, ``analytics.not_enrolled``, ``pki.foreign_certificate``.
        """
        if request.certificate is None:
            if self._config.transport == "plain":
                return None
            hint = "Use the certificate of the enrolment."
            raise RefusedError("analytics.certificate", "A workstation shows its certificate.", hint=hint)
        name = workstation_of(request.certificate)
        async with self._catalogue.reading() as connection:
            known = await find_workstation(connection, name)
        if known is None or known.revoked_at_us is not None or known.signer != signer_of(request.certificate):
            text = f"Workstation {name} is not enrolled with this certificate, or was revoked."
            raise RefusedError("analytics.not_enrolled", text, hint="Enrol it with a new code.")
        return known

    async def _take(self, request: mutual.Request, workstation: Workstation | None) -> mutual.Answer:
        received = decoded(unpacked(request.body, request.headers.get("content-encoding", "")))
        certified = None if workstation is None else str(workstation.id)
        taken = judged(received, certified, now_us=self._clock.wall_us(), kept_us=self._config.kept.us)
        stored = await self.store_batch(received.workstation, received.spool, taken)
        rules = ""
        if workstation is not None:
            now_us = self._clock.wall_us()
            async with self._catalogue.writing(durable=False) as connection:
                await note_events(connection, workstation.id, stored.durable, now_us)
            rules = (await self._rollout_for(workstation)).digest
        return mutual.Answer(200, msgspec.json.encode(msgspec.structs.replace(stored, rules=rules)))

    async def store_batch(self, workstation: str, spool: str, taken: Taken) -> Answer:
        """Store what was judged good, durably, and do what its triggers say.

        Raises:
            UnavailableError: ``analytics.unwritable``, ``analytics.full``, ``analytics.busy``; nothing was stored.
        """
        before = self._store.reached(workstation, spool)
        again = replayed(taken.events, before) if taken.events and taken.events[0].sequence <= before else ()
        await self._store.append(workstation, spool, taken.events)
        stored = bisect_right(taken.events, before, key=lambda event: event.sequence)
        metrics.EVENTS.inc(len(taken.events) - stored)
        metrics.DUPLICATES.inc(stored)
        for one in taken.refused:
            metrics.REFUSED.labels(one.code).inc((one.through or one.sequence) - one.sequence + 1)
        triggers = [event for event in taken.events if event.kind is _TRIGGER]
        if triggers:  # also of those that were stored before: the answer may have been lost with the power
            await self._acting.act(workstation, spool, triggers)
        durable = max(self._store.reached(workstation, spool), taken.settled)
        return Answer(durable=durable, refused=joined([*taken.refused, *again]))

    async def _tell_rules(self, request: mutual.Request, workstation: Workstation | None) -> mutual.Answer:
        rollout = await self._rollout_for(workstation)
        etag = f'"{rollout.digest}"'
        has = request.headers.get("if-none-match", "")
        if workstation is not None and has:
            async with self._catalogue.writing(durable=False) as connection:
                await note_digest(connection, workstation.id, has.strip('"')[:64], self._clock.wall_us())
        if has == etag:
            return mutual.Answer(_UNCHANGED, headers={"etag": etag})
        return mutual.Answer(200, encoded(rollout), {"etag": etag})

    async def _rollout_for(self, workstation: Workstation | None) -> Rollout:
        async with self._catalogue.reading() as connection:
            return self._rollout(await rule_sets_for(connection, "" if workstation is None else workstation.agent))

    def _rollout(self, rules: Sequence[RuleSet]) -> Rollout:
        sets = tuple(ToldRules(name=one.name, text=one.text) for one in rules[:SETS_MAX])
        return Rollout(sets=sets, privacy=self._privacy)

    def _connection(self) -> mutual.MutualHttp:
        return mutual.MutualHttp(self._handle, self._bodies, on_made=self._made, on_lost=self._lost)

    def _made(self, connection: mutual.MutualHttp) -> bool:
        if len(self._connections) >= self._config.connections_max:
            _log.warning("workstation turned away", remote=connection.remote, connections=len(self._connections))
            return False
        self._connections.add(connection)
        metrics.CONNECTED.set(len(self._connections))
        return True

    def _lost(self, connection: mutual.MutualHttp) -> None:
        self._connections.discard(connection)
        metrics.CONNECTED.set(len(self._connections))

    async def _drain(self) -> None:
        """Answer what was received; then close all."""
        under_way = [task for each in self._connections if (task := each.answering) is not None]
        for connection in list(self._connections):
            connection.leave()
        if under_way:
            await asyncio.wait(under_way, timeout=5.0)
        for connection in list(self._connections):
            connection.abort()

    async def _upkeep(self) -> None:
        while True:
            try:
                await self._take_incoming()
                await self._store.pack()
                if self._tls is not None:
                    load_certificate(self._tls, self._keyring.server_file, self._keyring.server_file)
            except (PlayheadError, OSError) as error:
                _log.error("desktop events not looked after", error=str(error))
            await asyncio.sleep(UPKEEP_S)

    async def _take_incoming(self) -> None:
        """Batches that the command line has put there."""
        async for name, received in self._incoming.batches():
            taken = judged(received, None, now_us=self._clock.wall_us(), kept_us=self._config.kept.us)
            answer = await self.store_batch(received.workstation, received.spool, taken)
            refused = sum((one.through or one.sequence) - one.sequence + 1 for one in answer.refused)
            _log.info("desktop events imported", file=name, events=len(taken.events), refused=refused)

    async def _forget(self) -> None:
        while True:
            try:
                await self._store.forget(self._config.kept_days)
            except (PlayheadError, OSError) as error:
                _log.error("old desktop events not removed", error=str(error))
            await asyncio.sleep(FORGET_S)
