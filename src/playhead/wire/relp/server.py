"""The receiving end: every message is answered by its transaction number, once it is durable."""

from typing import Final, NamedTuple

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.relp.frames import Frame, Frames
from playhead.wire.relp.limits import FRAMES_IN_FLIGHT_MAX
from playhead.wire.relp.offers import VERSION_MAX, read_offers, write_offers

_OK: Final = b"200 OK"


class Submitted(NamedTuple):
    """A syslog message to be kept, and then answered by `RelpServer.acknowledge`."""

    transaction: int
    message: bytes


class RelpServer:
    """One connection.

    Args:
        software: how we call ourselves.
    """

    def __init__(self, software: str) -> None:
        self._software = software
        self._frames = Frames()
        self._opened = False
        self._unanswered: dict[int, None] = {}
        self._closing: int | None = None
        self._output: list[bytes] = []
        self.closed = False
        """The peer has said that nothing more comes, and has its answer: the connection is to be closed."""

    @property
    def in_flight(self) -> int:
        """Messages that wait for their answer."""
        return len(self._unanswered)

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole frame yet."""
        return self._frames.held_bytes

    def receive_data(self, data: Buffer) -> list[Submitted]:
        """The messages that ``data`` completes, to be kept in this order.

        Raises:
            ProtocolError: ``relp.*``; nothing more can come of this connection.
        """
        found: list[Submitted] = []
        for frame in self._frames.receive_data(data):
            if self._closing is not None:
                raise ProtocolError("relp.closed", "Something comes after the peer has closed.")
            if not self._opened and frame.command != "open":
                raise ProtocolError("relp.order", f"{frame.command!r} comes before the peer has opened.")
            if frame.transaction == 0 or frame.transaction in self._unanswered:
                raise ProtocolError("relp.transaction", f"Transaction {frame.transaction} cannot begin.")
            self._take(frame, found)
        return found

    def acknowledge(self, transaction: int) -> None:
        """A message is durable."""
        del self._unanswered[transaction]
        self._answer(transaction, _OK)
        self._close_when_done()

    def data_to_send(self) -> bytes:
        """What is to be written."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def leave(self) -> None:
        """We end the connection: the client connects anew, and sends again what has no answer."""
        self._output.append(Frame(0, "serverclose").encode())

    def _take(self, frame: Frame, found: list[Submitted]) -> None:
        match frame.command:
            case "open":
                if self._opened:
                    raise ProtocolError("relp.order", "The peer opens twice.")
                offers = read_offers(frame.data)
                self._opened = True
                version = min(VERSION_MAX, int(offers["relp_version"][:9]))
                self._answer(frame.transaction, _OK + b"\n" + write_offers(version, self._software))
            case "syslog":
                if len(self._unanswered) >= FRAMES_IN_FLIGHT_MAX:
                    text = f"{FRAMES_IN_FLIGHT_MAX} messages have no answer yet."
                    raise ProtocolError("relp.in_flight", text)
                self._unanswered[frame.transaction] = None
                found.append(Submitted(frame.transaction, frame.data))
            case "close":
                self._closing = frame.transaction
                self._close_when_done()
            case _:
                self._answer(frame.transaction, b"500 unknown command")

    def _answer(self, transaction: int, data: bytes) -> None:
        self._output.append(Frame(transaction, "rsp", data).encode())

    def _close_when_done(self) -> None:
        if self._closing is not None and not self._unanswered and not self.closed:
            self._answer(self._closing, b"")
            self.leave()
            self.closed = True
