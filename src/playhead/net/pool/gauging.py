"""What a pool carried of late, by class: from figures that were taken every few seconds."""

from collections import deque
from typing import Final

from playhead.domain.link import LinkLine, LinkTraffic
from playhead.wire.pool import Figures, LinkFigures, Traffic, Urgency

EVERY_S: Final = 2.0
"""How often to take figures."""
TAKEN_MAX: Final = 6
"""Of which so many are kept: rates are those of ten seconds."""


class Gauge:
    """Takes figures, and says at which rate they grew."""

    def __init__(self) -> None:
        self._taken: deque[tuple[int, Figures]] = deque(maxlen=TAKEN_MAX)

    def take(self, now_us: int, figures: Figures) -> None:
        """These are the figures now. A pool that began anew begins anew here."""
        if self._taken and any(
            figures.traffic[urgency].sent_bytes < before.sent_bytes
            for urgency, before in self._taken[-1][1].traffic.items()
        ):
            self._taken.clear()
        self._taken.append((now_us, figures))

    def traffic(self) -> tuple[LinkTraffic, ...]:
        """By class, the most urgent first."""
        if not self._taken:
            return ()
        (first_us, first), (last_us, last) = self._taken[0], self._taken[-1]
        seconds = (last_us - first_us) / 1e6
        return tuple(
            _traffic(urgency, first.traffic[urgency], last.traffic[urgency], last.streams[urgency], seconds)
            for urgency in Urgency
        )


def line_of(figures: LinkFigures) -> LinkLine:
    """A link's figures as people read them."""
    return LinkLine(
        slot=figures.slot,
        round_trip_ms=_ms(figures.round_trip_us),
        round_trip_ms_min=_ms(figures.round_trip_us_min),
        rate_kbit_s=round(figures.rate_bytes_s / 125, 1),
        flight_bytes=figures.flight_bytes,
        sent_bytes=figures.sent_bytes,
        received_bytes=figures.received_bytes,
        waiting=figures.streams_waiting,
    )


def _ms(us: int | None) -> float | None:
    return None if us is None else round(us / 1000, 2)


def _traffic(urgency: Urgency, first: Traffic, last: Traffic, streams: int, seconds: float) -> LinkTraffic:
    def rate(before: int, after: int) -> float:
        return round((after - before) / 125 / seconds, 1) if seconds > 0 else 0.0

    return LinkTraffic(
        urgency=urgency.name.lower(),
        streams=streams,
        sent_kbit_s=rate(first.sent_bytes, last.sent_bytes),
        received_kbit_s=rate(first.received_bytes, last.received_bytes),
        sent_bytes=last.sent_bytes,
        received_bytes=last.received_bytes,
        broken=last.broken,
    )
