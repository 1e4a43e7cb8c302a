"""What a link can carry: its rate, its shortest round trip, and how much bulk may be on its way (docs/wire/pool.md §7).

The rate is measured as in draft-cheng-iccrg-delivery-rate-estimation: of what was acknowledged between the sending of a
frame and its acknowledgement, over the longer of the two times that took. What is on its way is held to a little more
than rate × shortest round trip: enough to keep the link full, and too little to build up the queue that everyone else
would have to wait in.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from playhead.wire.pool.limits import (
    FLIGHT_GAIN,
    FLIGHT_INITIAL_BYTES,
    FLIGHT_MIN_BYTES,
    FLIGHT_SLACK_BYTES,
    MAX_DATA_BYTES,
    MIXED_US,
    QUANTUM_BYTES_MIN,
    QUANTUM_BYTES_MIXED,
    QUANTUM_US,
    RATE_ROUNDS,
    ROUND_TRIP_AGE_US,
    STARTUP_DELAY,
    STARTUP_GAIN,
    STARTUP_GROWTH,
    STARTUP_ROUNDS,
)

SLACK_US_MIN: Final = 4_000
SLACK_US_MAX: Final = 5_000
"""The cap leaves a quarter of a round trip more, within these: acknowledgements come in bursts."""
DRAIN_ROUND_TRIPS: Final = 3
"""How long bulk is held back to measure the round trip anew: until the queue is gone, and once around after that."""


@dataclass(slots=True)
class Mark:
    """What was known when something was sent; it comes back with its acknowledgement."""

    at_us: int
    first_at_us: int
    delivered: int
    delivered_at_us: int
    limited: bool
    """Whether there was too little to send, so that the rate says nothing about the link."""


@dataclass(slots=True)
class Path:
    """Estimates for one direction of one link. Times are monotonic, in microseconds."""

    rate_bytes_s: float = 0.0
    round_trip_us: int | None = None
    """The newest."""
    round_trip_us_min: int | None = None
    """The shortest, which is without queues."""
    sent: int = 0
    delivered: int = 0
    starting: bool = True
    """Whether the rate still grows."""
    _measured_at_us: int = 0
    _delivered_at_us: int = 0
    _first_at_us: int = 0
    _limited_until: int = 0
    _round_end: int = 0
    _rates: deque[float] = field(default_factory=lambda: deque([0.0], RATE_ROUNDS))
    _flat_rounds: int = 0
    _full_rate: float = 0.0
    _drain_until_us: int = 0
    _drained_us: int | None = None
    _asked: bool = False
    _urgent_at_us: int = -MIXED_US

    @property
    def flight_bytes(self) -> int:
        """What is on its way."""
        return self.sent - self.delivered

    def flight_bytes_max(self, now_us: int) -> int:
        """How much may be on its way before bulk has to wait."""
        if self.round_trip_us_min is None or not self.rate_bytes_s:
            return FLIGHT_INITIAL_BYTES
        product = self.rate_bytes_s * self.round_trip_us_min / 1e6
        if now_us < self._drain_until_us:
            return max(int(product / 2), FLIGHT_MIN_BYTES // 2)
        slack = self.rate_bytes_s * min(max(self.round_trip_us_min / 4, SLACK_US_MIN), SLACK_US_MAX) / 1e6
        gain = STARTUP_GAIN if self.starting else FLIGHT_GAIN
        least = FLIGHT_INITIAL_BYTES if self.starting else FLIGHT_MIN_BYTES
        return max(int(gain * product + slack) + FLIGHT_SLACK_BYTES, least)

    def quantum_bytes(self, now_us: int) -> int:
        """How long a frame of bulk should be: a few milliseconds, and less where somebody may be in a hurry."""
        most = QUANTUM_BYTES_MIXED if now_us - self._urgent_at_us < MIXED_US else MAX_DATA_BYTES
        return min(max(int(self.rate_bytes_s * QUANTUM_US / 1e6), QUANTUM_BYTES_MIN), most)

    def wants_ping(self, now_us: int) -> bool:
        """Whether the queue is gone that was to be, so that now is the moment to measure; once each time."""
        if self._asked or now_us >= self._drain_until_us or self.flight_bytes > self.flight_bytes_max(now_us):
            return False
        self._asked = True
        return True

    def note_urgent(self, now_us: int) -> None:
        """Somebody in a hurry was served."""
        self._urgent_at_us = now_us

    def note_idle(self) -> None:
        """There was room on the link and nothing to send."""
        self._limited_until = self.sent

    def send(self, size: int, now_us: int, *, first: bool) -> Mark:
        """So much goes out now, ``first`` with nothing else on its way; give the mark back to `acknowledge`."""
        if first:
            self._first_at_us = self._delivered_at_us = now_us
        self.sent += size
        return Mark(
            now_us, self._first_at_us, self.delivered, self._delivered_at_us, self._limited_until > self.delivered
        )

    def acknowledge(self, delivered: int, now_us: int, mark: Mark | None) -> None:
        """The peer has so much of everything; ``mark`` is of the newest frame that is acknowledged as a whole by it."""
        self.delivered = delivered
        self._delivered_at_us = now_us
        if delivered >= self._round_end:
            self._end_round()
        if mark is None:
            return
        self._first_at_us = mark.at_us
        self.measure_round_trip(now_us - mark.at_us, now_us)
        interval_us = max(now_us - mark.delivered_at_us, mark.at_us - mark.first_at_us)
        if interval_us <= 0 or interval_us < (self.round_trip_us_min or 0):
            return
        rate = (delivered - mark.delivered) * 1e6 / interval_us
        if not mark.limited or rate > self.rate_bytes_s:
            self._rates[-1] = max(self._rates[-1], rate)
            self.rate_bytes_s = max(self._rates)

    def measure_round_trip(self, round_trip_us: int, now_us: int) -> None:
        """Something came back after so long."""
        self.round_trip_us = max(round_trip_us, 1)
        if self._drain_until_us:
            self._drained_us = min(self._drained_us or self.round_trip_us, self.round_trip_us)
            if now_us >= self._drain_until_us:
                self.round_trip_us_min, self._measured_at_us = self._drained_us, now_us
                self._drain_until_us, self._drained_us = 0, None
        elif self.round_trip_us_min is None or self.round_trip_us <= self.round_trip_us_min:
            self.round_trip_us_min, self._measured_at_us = self.round_trip_us, now_us
        elif now_us - self._measured_at_us > ROUND_TRIP_AGE_US:
            self._drain_until_us = now_us + DRAIN_ROUND_TRIPS * self.round_trip_us
            self._asked = False
        if self.starting and self.round_trip_us > (self.round_trip_us_min or 0) * STARTUP_DELAY + SLACK_US_MAX:
            self.starting = False  # a queue has begun to build up: the link is full

    def _end_round(self) -> None:
        newest = self._rates[-1]
        self._round_end = self.sent
        if newest:
            self._rates.append(0.0)
            self.rate_bytes_s = max(self._rates)
        if not self.starting or not newest or self._limited_until > self.delivered:
            return
        if newest >= self._full_rate * STARTUP_GROWTH:
            self._full_rate, self._flat_rounds = newest, 0
        else:
            self._flat_rounds += 1
            self.starting = self._flat_rounds < STARTUP_ROUNDS
