"""Decisions about telling the cloud: how long to rest after a failure, and what is too much to be kept for it."""

from dataclasses import dataclass
from typing import Final

from playhead.domain.retries import Backoff
from playhead.premises.replication.config import ReplicationConfig

AGAIN: Final = Backoff(attempts_max=1 << 30, first_us=1_000_000, longest_us=60_000_000)
"""It is never given up: a site may be away for weeks."""


def rest_s(failures: int, chance: float) -> float:
    """How long to rest after so many failures in a row: half of it and more, so that many sites come back spread out.

    Args:
        failures: 1 and more.
        chance: from 0 to 1, another each time.
    """
    return AGAIN.pause_us(failures) * (0.5 + chance / 2) / 1e6


@dataclass(frozen=True, slots=True)
class Excess:
    """Events that are given up, the oldest first."""

    reason: str
    """``count`` or ``age``."""
    count: int | None = None
    """So many; None for as many as there are."""
    before_us: int | None = None
    """Those that happened before; None for whenever."""


def excess(config: ReplicationConfig, events: int, oldest_at_us: int | None, now_us: int) -> Excess | None:
    """What is too much of the events that are kept for the cloud; None where nothing is."""
    if events > config.kept_events:
        return Excess("count", count=events - config.kept_events)
    before_us = now_us - config.kept.us
    if oldest_at_us is not None and oldest_at_us < before_us:
        return Excess("age", before_us=before_us)
    return None
