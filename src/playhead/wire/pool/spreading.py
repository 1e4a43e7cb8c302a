"""When one stream's bulk takes all links (docs/wire/pool.md §7): where packets are lost by chance.

TCP takes every loss for a full link and slows down. Several connections side by side lose a part each. Where the link
is full indeed, they would only queue behind each other: then the round trip is longer than the shortest, and nothing
is spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LOST_SHARE: Final = 0.003
"""Of the packets sent; with more, bulk is spread."""
LOST_SHARE_AGAIN: Final = 0.001
"""With less, it is not any more."""
PACKETS_MIN: Final = 300
"""Fewer say nothing."""
QUEUE_FACTOR: Final = 1.25
QUEUE_US: Final = 3_000
"""A round trip longer than so many of the shortest and so much more tells of a queue."""


@dataclass(frozen=True, slots=True)
class Packets:
    """What the system knows of a connection, from its beginning on."""

    sent: int
    """With data."""
    repeated: int
    round_trip_us: int
    """Smoothed (RFC 6298)."""
    round_trip_us_min: int

    @property
    def queued(self) -> bool:
        """Whether they wait behind others."""
        return self.round_trip_us > self.round_trip_us_min * QUEUE_FACTOR + QUEUE_US


class Spreading:
    """Decides from time to time."""

    def __init__(self) -> None:
        self.on = False
        self._sent = 0
        self._repeated = 0

    def judge(self, links: Sequence[Packets]) -> bool:
        """Look at all links of a pool; whether bulk is to be spread from now on."""
        sent, repeated = sum(link.sent for link in links), sum(link.repeated for link in links)
        if sent < self._sent or repeated < self._repeated:  # another connection took the place of one
            self._sent, self._repeated = sent, repeated
        packets = sent - self._sent
        if packets < PACKETS_MIN:
            return self.on
        share = (repeated - self._repeated) / packets
        self._sent, self._repeated = sent, repeated
        if self.on:
            self.on = share >= LOST_SHARE_AGAIN
        else:
            busiest = max(links, key=lambda link: link.sent)
            self.on = share > LOST_SHARE and not busiest.queued
        return self.on
