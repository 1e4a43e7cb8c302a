"""One sender: RELP or syslog, told apart by its first bytes.

Lines go to the store as they come. RELP is answered when they are durable. Where that fails a RELP sender is cut off,
and sends again; to a syslog sender nothing can be said, so that its lines are tried again here and no more are read
meanwhile: then the sender's own buffer holds the rest.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol, cast

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, ProtocolError
from playhead.domain.logs import LogLine
from playhead.premises.logs.metrics import FAILED, FAULTS, LINES
from playhead.premises.logs.rules import line_of
from playhead.wire.pki import workstation_of
from playhead.wire.relp import RelpServer, is_relp
from playhead.wire.syslog import Frames, parse

UNSTORED_MAX: Final = 2_000
"""Lines of a sender that are not durable yet; past it (plus one read) no more are read. Below what RELP allows."""
RETRY_S: Final = 2.0
"""When to try again to store what could not be."""
_SOFTWARE: Final = "playhead"

log = structlog.get_logger(__name__)


class Store(Protocol):
    """Where lines go: `playhead.store.logs.LogWriter`."""

    @property
    def is_full(self) -> bool:
        """More is waiting than should."""
        ...

    def append(self, lines: Sequence[LogLine], /) -> asyncio.Future[None]:
        """Have lines written; done when they are durable."""
        ...


class LogConnection(asyncio.Protocol):
    """See the module.

    Args:
        store: where lines go.
        clock: for the time at which they came.
        on_made: called once with this; False turns the sender away.
        on_lost: called once at the end.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        on_made: Callable[["LogConnection"], bool],
        on_lost: Callable[["LogConnection"], None],
    ) -> None:
        self.workstation: str | None = None
        """Whose certificate it showed."""
        self.remote = ""
        self._store = store
        self._clock = clock
        self._on_made = on_made
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._beginning = b""
        self._relp: RelpServer | None = None
        self._syslog: Frames | None = None
        self._unstored = 0
        self._paused = False
        self._retry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        name: tuple[str, int] | None = transport.get_extra_info("peername")
        self.remote = name[0].removeprefix("::ffff:") if name else ""
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        certificate = None if tls is None else tls.getpeercert(binary_form=True)
        try:
            self.workstation = None if certificate is None else str(workstation_of(certificate))
        except PlayheadError as error:
            self._fault(error)
            return
        if not self._on_made(self):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        del exc
        self._transport = None
        if self._syslog is not None:
            self._keep([], self._syslog.receive_eof())
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        if self._transport is None:
            return
        if self._relp is None and self._syslog is None:
            data = self._beginning = self._beginning + data
            speaks_relp = is_relp(data)
            if speaks_relp is None:
                return
            if speaks_relp:
                self._relp = RelpServer(_SOFTWARE)
            else:
                self._syslog = Frames()
            self._beginning = b""
        if self._syslog is not None:
            self._keep([], self._syslog.receive_data(data))
        elif self._relp is not None:
            self._take(self._relp, data)

    def abort(self) -> None:
        """Drop the connection now."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def leave(self) -> None:
        """Say that no more is taken, where that can be said, and close."""
        if self._transport is None:
            return
        if self._relp is not None:
            self._relp.leave()
            self._transport.write(self._relp.data_to_send())
        self._transport.close()

    def _take(self, relp: RelpServer, data: bytes) -> None:
        try:
            submitted = relp.receive_data(data)
        except ProtocolError as fault:
            self._fault(fault)
            return
        self._keep([each.transaction for each in submitted], [each.message for each in submitted])
        self._answer(relp)

    def _keep(self, transactions: list[int], messages: list[bytes]) -> None:
        if not messages:
            return
        now_us = self._clock.wall_us()
        lines = [
            line_of(parse(octets, now_us), workstation=self.workstation, address=self.remote, now_us=now_us)
            for octets in messages
        ]
        LINES.labels("relp" if transactions else "syslog").inc(len(lines))
        self._unstored += len(lines)
        self._append(transactions, lines)

    def _append(self, transactions: list[int], lines: list[LogLine]) -> None:
        self._retry = None
        durable = self._store.append(lines)
        durable.add_done_callback(partial(self._stored, transactions, lines))
        if self._unstored >= UNSTORED_MAX or self._store.is_full:
            self._pause()

    def _stored(self, transactions: list[int], lines: list[LogLine], durable: asyncio.Future[None]) -> None:
        if durable.cancelled():
            return
        error = durable.exception()
        if error is not None:
            self._failed(transactions, lines, error)
            return
        self._unstored -= len(lines)
        if self._relp is not None and self._transport is not None:
            for transaction in transactions:
                self._relp.acknowledge(transaction)
            self._answer(self._relp)
        if self._paused and self._unstored < UNSTORED_MAX // 2 and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _failed(self, transactions: list[int], lines: list[LogLine], error: BaseException) -> None:
        code = error.code if isinstance(error, PlayheadError) else "logs.failed"
        FAILED.labels(code).inc()
        if code == "logs.closed":
            return
        if transactions:
            log.error("lines not stored", remote=self.remote, code=code, lines=len(lines), error=str(error))
            self.abort()
            return
        log.error("lines not stored yet", remote=self.remote, code=code, lines=len(lines), error=str(error))
        self._pause()
        self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._append, transactions, lines)

    def _pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _answer(self, relp: RelpServer) -> None:
        if self._transport is None:
            return
        data = relp.data_to_send()
        if data:
            self._transport.write(data)
        if relp.closed:
            self._transport.close()

    def _fault(self, fault: PlayheadError) -> None:
        FAULTS.labels(fault.code).inc()
        log.warning("sender cut off", remote=self.remote, code=fault.code, error=fault.message)
        self.abort()
