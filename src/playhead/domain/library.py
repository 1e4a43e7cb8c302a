"""Questions to the library: which recordings, in which order, from which place on. Pure values."""

import base64
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from playhead.base.errors import InvalidInputError
from playhead.domain.access import Sight
from playhead.domain.recordings import RecordingState

PAGE_ITEMS_MAX: Final = 200
"""What one page may hold: about what a person scrolls through, and a bounded answer."""

VALUES_MAX: Final = 100
"""Values of one filter that are asked for at once, any of which will do."""

_CURSOR: Final = struct.Struct(">BQQ")


class Order(StrEnum):
    """How the library is sorted. A minus: the greatest first."""

    NEWEST = "-started"
    OLDEST = "started"
    LONGEST = "-length"
    SHORTEST = "length"

    @property
    def descends(self) -> bool:
        """The greatest comes first."""
        return self.value.startswith("-")

    @property
    def by_length(self) -> bool:
        """Sorted by length, in milliseconds; otherwise by the wall time of the beginning, in microseconds."""
        return self in {Order.LONGEST, Order.SHORTEST}


_ORDERS: Final = tuple(Order)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a recording stands: by what it is sorted by, and where that is equal by its number."""

    value: int
    number: int

    def encode(self, order: Order) -> str:
        """Opaque text for a URL."""
        packed = _CURSOR.pack(_ORDERS.index(order), self.value, self.number)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, order: Order) -> Self:
        """Read what `encode` wrote for the same order.

        Raises:
            InvalidInputError: ``list.cursor``.
        """
        try:
            which, value, number = _CURSOR.unpack(base64.b64decode(text.encode("ascii") + b"=", b"-_", validate=True))
        except (ValueError, struct.error):
            which, value, number = -1, 0, 0
        if which != _ORDERS.index(order) or max(value, number) >= 1 << 63:
            raise InvalidInputError("list.cursor", "This is not a cursor that the list has given out in this order.")
        return cls(value, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which recordings. What is empty or None asks for nothing; where several values are given, any of them will do."""

    sight: Sight
    """What may be shown at all."""
    agents: frozenset[str] = frozenset()
    """Agent keys."""
    members: frozenset[str] | None = None
    """Agent keys of a group; empty where nobody is in it."""
    workstations: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    states: frozenset[RecordingState] = frozenset()
    tags: frozenset[str] = frozenset()
    from_us: int | None = None
    """Began at or after this wall time."""
    to_us: int | None = None
    """Began before this wall time."""
    length_us_min: int | None = None
    length_us_max: int | None = None
    has_gap: bool | None = None
    has_blackout: bool | None = None
    held: bool | None = None
    words: tuple[str, ...] = ()
    """Beginnings of words (`playhead.domain.words.searched_words`), each of which is found in the agent, the
    workstation, a tag, a shared bookmark or the reason of the hold."""
