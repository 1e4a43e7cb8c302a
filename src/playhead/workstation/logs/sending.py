"""One connection to a premises, over which lines go out and their acknowledgements come back (RELP)."""

import asyncio
import ssl
from collections import deque
from typing import Final, cast

from playhead import __version__
from playhead.base.errors import ProtocolError
from playhead.base.instants import from_rfc3339
from playhead.domain.logs import Level
from playhead.wire.relp import RelpClient
from playhead.wire.syslog import Message, render
from playhead.workstation.logs.spool import SpooledLine

OURS: Final = "playhead@32473"
FIELDS: Final = "fields@32473"
_FACILITY_DAEMON: Final = 3  # RFC 5424 §6.2.1: system daemons


class LogPeer(asyncio.Protocol):
    """Drives a RELP client. The owner asks for `room`, sends, and waits for `news`."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        """Something came, or the connection ended."""
        self.acknowledged = 0
        """Number of the newest line that is durable there, as are all before it."""
        self.problem = ""
        """Why the connection ended; empty while it has not."""
        self.certificate: bytes | None = None
        """The server's, DER."""
        self._client = RelpClient(f"playhead {__version__}")
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[int] = deque()

    @property
    def room(self) -> int:
        """How many lines may be sent now."""
        return 0 if self.problem else self._client.room

    @property
    def is_idle(self) -> bool:
        """Everything that was sent is durable."""
        return not self._waiting

    def send(self, line: SpooledLine, *, workstation: str, spool: str, offset_us: int | None) -> None:
        """Send a line; there must be `room`."""
        self._waiting.append(line.sequence)
        self._client.submit(message_of(line, workstation=workstation, spool=spool, offset_us=offset_us))

    def flush(self) -> None:
        """Write what was sent."""
        data = self._client.data_to_send()
        if data and self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None and not self.problem:
            self._client.close()
            self.flush()
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin (`asyncio.BaseProtocol`)."""
        self._transport = cast("asyncio.Transport", transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        if tls is not None:
            self.certificate = tls.getpeercert(binary_form=True)
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Take what was read (`asyncio.Protocol`)."""
        try:
            answers = self._client.receive_data(data)
        except ProtocolError as fault:
            self._end(fault.message)
            return
        for answer in answers:
            sequence = self._waiting.popleft()
            if not answer.accepted:
                self._end(f"The premises refuses a line: {answer.text}")
                return
            self.acknowledged = sequence
        if self._client.closed and not self.problem:
            self._end("The premises closed the connection.")
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """End (`asyncio.BaseProtocol`)."""
        self._end("The connection was lost." if exc is None else f"The connection was lost: {exc}")
        self._transport = None

    def _end(self, problem: str) -> None:
        self.problem = self.problem or problem
        if self._transport is not None:
            self._transport.close()
        self.news.set()


def message_of(line: SpooledLine, *, workstation: str, spool: str, offset_us: int | None) -> bytes:
    """A line as it goes out (RFC 5424).

    Args:
        line: from the spool.
        workstation: its name.
        spool: the spool's.
        offset_us: how far the premises' clock is ahead of ours, where that is known.
    """
    ours = {"spool": spool, "sequence": str(line.sequence)}
    if offset_us:
        ours["offset"] = str(offset_us)
    data = {OURS: ours}
    if line.fields:
        data[FIELDS] = line.fields
    at_us = from_rfc3339(line.at)
    return render(
        Message(_FACILITY_DAEMON, _severity(line.level), line.text, at_us, workstation, line.service, data=data)
    )


def _severity(level: str) -> int:
    return Level[level.upper()] if level.upper() in Level.__members__ else Level.INFO
