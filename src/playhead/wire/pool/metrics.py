"""What a pool counts, by class, for its health page and for Prometheus."""

from dataclasses import dataclass, replace

from playhead.wire.pool.classes import Urgency


@dataclass(slots=True)
class Traffic:
    """Of one class of streams, since the pool was made. Bytes are those of streams, without frames."""

    opened: int = 0
    """Streams, from both ends."""
    broken: int = 0
    """Streams that were reset or lost."""
    sent_bytes: int = 0
    repeated_bytes: int = 0
    """Sent again after the loss of a link; not in ``sent_bytes``."""
    received_bytes: int = 0

    def copy(self) -> "Traffic":
        """The figures as they are now."""
        return replace(self)


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Of one link, now."""

    slot: int
    round_trip_us: int | None
    round_trip_us_min: int | None
    rate_bytes_s: float
    flight_bytes: int
    flight_bytes_max: int
    sent_bytes: int
    received_bytes: int
    streams_waiting: int
    """Streams with something to send that it was not the turn of yet."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a pool, now."""

    links: tuple[LinkFigures, ...]
    traffic: dict[Urgency, Traffic]
    streams: dict[Urgency, int]
    """Open ones."""
    retained_bytes: int
    unread_bytes: int
