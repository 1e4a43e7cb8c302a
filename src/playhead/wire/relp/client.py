"""The sending end: what has no answer when the connection ends is sent again on the next."""

import re
from collections import deque
from typing import Final, NamedTuple

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.relp.frames import Frame, Frames
from playhead.wire.relp.limits import DATA_BYTES_MAX, TRANSACTION_MAX, WINDOW
from playhead.wire.relp.offers import VERSION_MAX, read_offers, write_offers

# RSP-CODE [SP HUMANMSG] LF [CMDDATA]
_ANSWER: Final = re.compile(rb"(\d{3})(?: ([^\n]{0,255}))?(?:\n|$)")
_OPEN_TRANSACTION: Final = 1


class Answer(NamedTuple):
    """What became of a message."""

    accepted: bool
    text: str
    """Why not."""


class RelpClient:
    """One connection. Answers come in the order of the messages, whatever the server's own order.

    Args:
        software: how we call ourselves.
        first: transaction number of the first message, for tests of the numbers' end.
    """

    def __init__(self, software: str, *, first: int = _OPEN_TRANSACTION + 1) -> None:
        self._frames = Frames()
        self._next = first
        self._waiting: deque[int] = deque()
        self._early: dict[int, Answer] = {}
        self.opened = False
        """The server has agreed: messages may be sent."""
        self.closed = False
        """The server has said that it takes no more."""
        offers = write_offers(VERSION_MAX, software)
        self._output: list[bytes] = [Frame(_OPEN_TRANSACTION, "open", offers).encode()]

    @property
    def room(self) -> int:
        """How many messages may be sent before an answer is needed."""
        return WINDOW - len(self._waiting) if self.opened and not self.closed else 0

    def submit(self, message: bytes) -> None:
        """Send a syslog message; there must be `room`."""
        assert self.room > 0  # noqa: S101 - the caller has asked
        assert len(message) <= DATA_BYTES_MAX  # noqa: S101 - what we write is bounded
        self._waiting.append(self._next)
        self._output.append(Frame(self._next, "syslog", message).encode())
        self._next = self._next + 1 if self._next < TRANSACTION_MAX else 1

    def close(self) -> None:
        """Say that nothing more comes."""
        self._output.append(Frame(self._next, "close").encode())
        self.closed = True

    def receive_data(self, data: Buffer) -> list[Answer]:
        """What became of the oldest messages that had no answer.

        Raises:
            ProtocolError: ``relp.*``.
        """
        for frame in self._frames.receive_data(data):
            match frame.command:
                case "rsp":
                    self._take(frame)
                case "serverclose":
                    self.closed = True
                case _:
                    raise ProtocolError("relp.order", f"The server sends {frame.command!r}.")
        found: list[Answer] = []
        while self._waiting and self._waiting[0] in self._early:
            found.append(self._early.pop(self._waiting.popleft()))
        return found

    def data_to_send(self) -> bytes:
        """What is to be written."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def _take(self, frame: Frame) -> None:
        match = _ANSWER.match(frame.data)
        if not self.opened:
            if frame.transaction != _OPEN_TRANSACTION or match is None or match[1] != b"200":
                raise ProtocolError("relp.refused", "The server does not open.")
            read_offers(frame.data[match.end() :])
            self.opened = True
            return
        if frame.transaction in self._waiting and frame.transaction not in self._early:
            if match is None:
                raise ProtocolError("relp.answer", "An answer without a code.")
            self._early[frame.transaction] = Answer(match[1] == b"200", (match[2] or b"").decode(errors="replace"))
        elif not self.closed:
            text = f"An answer to transaction {frame.transaction}, which waits for none."
            raise ProtocolError("relp.transaction", text)
