"""The logging service: listens, stores, packs, and lets go of what is old, until it is cancelled."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import WorkstationId
from playhead.base.instants import utc
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery
from playhead.net.either import EitherListening
from playhead.net.http.hosts import is_loopback
from playhead.net.tls import load_certificate, server_context
from playhead.premises.logs.config import LogsConfig
from playhead.premises.logs.connection import LogConnection
from playhead.premises.logs.exporting import Exporting
from playhead.premises.logs.following import Follower, Following
from playhead.premises.logs.metrics import BYTES, CONNECTED, DUPLICATES
from playhead.premises.logs.own import OwnLines
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import list_revoked
from playhead.store.disk import Disk
from playhead.store.keyring import Keyring
from playhead.store.logs import LogSearch, LogWriter, list_files
from playhead.store.logs.files import remove
from playhead.store.logs.journal import Journal
from playhead.store.logs.keeping import due, measure
from playhead.store.logs.packing import pack

UPKEEP_S: Final = 60.0
"""How often it is looked what is due, and who was revoked."""
SEARCHES_MAX: Final = 2
"""At a time; others wait. Each keeps a processor busy."""

_log = structlog.get_logger(__name__)


class LogsService:
    """See the module.

    Args:
        config: what the operator set.
        root: folder of the store.
        disk: that it lies on.
        keyring: the server's certificate, and the authority of those who show one.
        catalogue: who was revoked.
        clock: tells the time.
        own: this process's own lines; None to store none.
    """

    def __init__(
        self,
        config: LogsConfig,
        root: Path,
        *,
        disk: Disk,
        keyring: Keyring,
        catalogue: Catalogue,
        clock: Clock,
        own: OwnLines | None = None,
    ) -> None:
        self._config = config
        self._root = root
        self._disk = disk
        self._keyring = keyring
        self._catalogue = catalogue
        self._clock = clock
        self._own = own
        self._following = Following()
        self._finished = asyncio.Event()
        journal = Journal(
            disk,
            root,
            clock,
            file_bytes=config.file_size.bytes,
            file_age_us=config.file_age.us,
            free_bytes_min=config.disk_free_min.bytes,
        )
        self._writer = LogWriter(journal, on_stored=self._following.tell, on_finished=self._finished.set)
        self._search = LogSearch(disk, root, clock)
        self._searching = asyncio.Semaphore(SEARCHES_MAX)
        self._exporting = Exporting(self)
        self._connections: set[LogConnection] = set()
        self._tls: ssl.SSLContext | None = None
        self.listening = asyncio.Event()
        """Set while senders are accepted; `port` is known then."""
        self.port = 0

    async def run(self) -> None:
        """Recover the store, listen, and serve until cancelled.

        Raises:
            UnavailableError: ``net.port_taken`` and the like; ``logs.unwritable``.
        """
        await self._writer.open()
        file = self._keyring.server_file
        tls = self._tls = server_context(file, file, self._keyring.authority.certificate, alpn="")
        listener = EitherListening(self._make_connection, self._config.listen, tls, may_be_plain=self._may_be_plain)
        self.port = listener.address.port
        work = [self._writer.run(), self._pack(), self._upkeep()]
        if self._own is not None:
            work.append(self._own.run(self._writer))
        tasks = [asyncio.create_task(each) for each in work]
        self.listening.set()
        _log.info("logging service listening", address=str(listener.address), plain=self._config.plain)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # none ends by itself: this raises
        finally:
            self.listening.clear()
            await listener.close()
            for connection in list(self._connections):
                connection.leave()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for connection in list(self._connections):
                connection.abort()

    async def find(self, query: LogQuery, *, before: Cursor | None = None, limit: int = 100) -> LogPage:
        """A page of what is looked for, newest first.

        Raises:
            UnavailableError: ``logs.unreadable``.
        """
        async with self._searching:
            return await asyncio.to_thread(self._search.find, query, before=before, limit=limit)

    async def span(self) -> tuple[int, int] | None:
        """Wall times of the earliest and the latest line; None where there is none.

        Raises:
            UnavailableError: ``logs.unreadable``.
        """
        async with self._searching:
            return await asyncio.to_thread(self._search.span)

    def export(self, query: LogQuery) -> AsyncGenerator[Sequence[LogLine]]:
        """All that is looked for, oldest first, in pieces.

        Raises:
            UnavailableError: ``logs.exports``; from the iterator ``logs.unreadable``.
        """
        return self._exporting.export(query)

    def follow(self, query: LogQuery) -> Follower:
        """What comes from the ``with`` on.

        Raises:
            UnavailableError: ``logs.followers``.
        """
        return self._following.follow(query)

    def _make_connection(self) -> LogConnection:
        return LogConnection(self._writer, self._clock, on_made=self._made, on_lost=self._lost)

    def _may_be_plain(self, remote: str) -> bool:
        return self._config.plain == "yes" or (self._config.plain == "loopback" and is_loopback(remote))

    def _made(self, connection: LogConnection) -> bool:
        if len(self._connections) >= self._config.connections_max:
            _log.warning("sender turned away", remote=connection.remote, connections=len(self._connections))
            return False
        self._connections.add(connection)
        CONNECTED.set(len(self._connections))
        return True

    def _lost(self, connection: LogConnection) -> None:
        self._connections.discard(connection)
        CONNECTED.set(len(self._connections))

    async def _pack(self) -> None:
        while True:
            self._finished.clear()
            try:
                files = await asyncio.to_thread(list_files, self._disk, self._root)
                for file in files:
                    if not file.is_packed and file.number < self._writer.number:
                        await asyncio.to_thread(pack, self._disk, file)
            except (PlayheadError, OSError) as error:
                _log.error("log not packed", error=str(error))
            await self._finished.wait()

    async def _upkeep(self) -> None:
        counted = 0
        while True:
            try:
                await self._writer.look()
                await asyncio.to_thread(self._let_go)
                await self._cut_off_revoked()
                self._renew()
            except (PlayheadError, OSError) as error:
                _log.error("logs not looked after", error=str(error))
            DUPLICATES.inc(self._writer.duplicates - counted)
            counted = self._writer.duplicates
            await asyncio.sleep(UPKEEP_S)

    def _let_go(self) -> None:
        kept = measure(self._disk, list_files(self._disk, self._root))
        BYTES.set(sum(each.bytes for each in kept))
        today = utc(self._clock.wall_us()).date()
        going = due(
            kept,
            today=today,
            days=self._config.kept_days,
            bytes_max=self._config.quota.bytes,
            current=self._writer.number,
        )
        for file in going:
            remove(self._disk, file)
        if going:
            _log.info("old logs removed", files=len(going), newest=str(going[-1].folder.name))

    def _renew(self) -> None:
        """Show the certificate that there is now: it is renewed once in a while."""
        if self._tls is not None:
            load_certificate(self._tls, self._keyring.server_file, self._keyring.server_file)

    async def _cut_off_revoked(self) -> None:
        proven = {each.workstation: each for each in self._connections if each.workstation is not None}
        if not proven:
            return
        async with self._catalogue.reading() as connection:
            revoked = await list_revoked(connection, [WorkstationId(name) for name in proven])
        for each in [one for one in self._connections if one.workstation in {str(name) for name in revoked}]:
            _log.warning("sender was revoked", workstation=each.workstation)
            each.abort()
