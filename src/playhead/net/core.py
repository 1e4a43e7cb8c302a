"""What a sans-IO core offers to the loop that drives it, and the words for how that ends."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError


class End(StrEnum):
    """Why a connection ended."""

    CLOSED = "closed"
    """We closed it."""
    GOODBYE = "goodbye"
    """The peer said goodbye."""
    EOF = "eof"
    """The peer closed without goodbye."""
    LOST = "lost"
    """The transport broke."""
    TLS = "tls"
    """TLS broke: most often a certificate that the other side refuses."""
    FAULT = "fault"
    """The peer broke the protocol."""
    TIMEOUT = "timeout"
    """The handshake took too long."""
    SILENT = "silent"
    """Nothing was heard for too long."""
    STALLED = "stalled"
    """The peer did not read what we sent."""


M = TypeVar("M")


class Core(Protocol[M]):
    """What a protocol core offers. `playhead.wire.screen.Connection` is one."""

    fault: ProtocolError | None

    @property
    def established(self) -> bool:
        """Whether the handshake is over."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing more can be sent or received."""
        ...

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole message yet."""
        ...

    def receive_data(self, data: Buffer) -> list[M]:
        """The messages that ``data`` completes."""
        ...

    def receive_eof(self) -> None:
        """The stream ended."""
        ...

    def send(self, message: M) -> int:
        """Queue a message; the number of bytes queued."""
        ...

    def data_to_send(self) -> list[bytes | memoryview]:
        """What is to be written."""
        ...

    def heartbeat(self, wall_time_us: int) -> M | None:
        """What to send when silent for too long."""
        ...

    def goodbye(self, code: str, message: str, retry_ms: int = 0) -> M:
        """The message that closes."""
        ...


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds; see the protocol's specification for the meaning."""

    handshake_s: float
    heartbeat_s: float
    silence_s: float
    stall_s: float = 60.0
