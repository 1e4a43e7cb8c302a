"""Which stream numbers of the peer were seen, and which of ours the peer may not have heard of yet.

Numbers are given out without a hole, and each is used by `OPEN` or, where that could not be sent, by `RESET`. So what
has to be remembered is only what links have overtaken of one another.
"""

from dataclasses import dataclass, field

from playhead.base.errors import LimitError, ProtocolError
from playhead.wire.pool.classes import Role
from playhead.wire.pool.limits import MAX_STREAM_ID, MAX_STREAMS_AHEAD


@dataclass(slots=True)
class Seen:
    """Numbers of streams that the peer has opened, or given up."""

    next: int
    """The smallest that was not seen."""
    _ahead: set[int] = field(default_factory=set[int])

    def __contains__(self, number: int) -> bool:
        return number < self.next or number in self._ahead

    def add(self, number: int) -> None:
        """It was seen.

        Raises:
            ProtocolError: ``pool.stream`` where it is too far ahead of the others.
        """
        if number > self.next + 2 * MAX_STREAMS_AHEAD:
            raise ProtocolError("pool.stream", f"Stream {number} is too far ahead of {self.next}.")
        self._ahead.add(number)
        while self.next in self._ahead:
            self._ahead.remove(self.next)
            self.next += 2


@dataclass(slots=True)
class Given:
    """Numbers of streams that were opened here."""

    next: int
    _unheard: dict[int, None] = field(default_factory=dict[int, None])
    """Oldest first."""

    def take(self) -> int:
        """A number.

        Raises:
            LimitError: ``pool.streams_ahead`` where the peer has to hear of older ones first, or there are none left.
        """
        oldest = next(iter(self._unheard), self.next)
        if self.next - oldest >= 2 * MAX_STREAMS_AHEAD or self.next > MAX_STREAM_ID:
            raise LimitError("pool.streams_ahead", "The other end has not heard of older streams yet.")
        number = self.next
        self.next += 2
        self._unheard[number] = None
        return number

    def note_heard(self, number: int) -> None:
        """The peer has heard of it."""
        self._unheard.pop(number, None)


def first_number(role: Role) -> int:
    """Of the streams opened by this end."""
    return 1 if role is Role.DIALER else 2
