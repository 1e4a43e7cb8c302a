"""When the policy is carried out."""

from datetime import timedelta, tzinfo
from typing import Final

from playhead.base.instants import utc, wall_us

LEAP_US: Final = 3_600_000_000
"""A wall clock that goes this much faster or slower than the monotonic one was set, and is not trusted for a while."""

SETTLING_US: Final = 86_400_000_000
"""How long it is not trusted: whoever keeps the time has corrected it by then, or somebody has seen the alarm."""


def scheduled_us(now_us: int, hour: int, zone: tzinfo | None = None) -> int:
    """The latest wall time up to now at which a run was to begin.

    Args:
        now_us: wall time.
        hour: of the day, 0 to 23.
        zone: whose; None for the machine's own.
    """
    now = utc(now_us).astimezone(zone)
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return wall_us(today if today <= now else today - timedelta(days=1))


def is_run_due(now_us: int, last_us: int | None, hour: int, zone: tzinfo | None = None) -> bool:
    """Whether a run is to begin: none did since the last time at which one was to.

    One that seems to lie in the future was made while the clock was wrong, and counts for nothing.
    """
    return last_us is None or not scheduled_us(now_us, hour, zone) <= last_us <= now_us


class Steadiness:
    """Notices when the wall clock was set: what jumps ahead must not make recordings look old."""

    def __init__(self, wall_us: int, monotonic_us: int) -> None:
        self._wall_us = wall_us
        self._monotonic_us = monotonic_us
        self._leapt_us: int | None = None

    def look(self, wall_us: int, monotonic_us: int) -> bool:
        """Whether the clock may be trusted now; to be asked again and again.

        Args:
            wall_us: what it says.
            monotonic_us: what the clock says that is never set.
        """
        off_us = (wall_us - self._wall_us) - (monotonic_us - self._monotonic_us)
        self._wall_us, self._monotonic_us = wall_us, monotonic_us
        if abs(off_us) > LEAP_US:
            self._leapt_us = monotonic_us
        return self._leapt_us is None or monotonic_us - self._leapt_us >= SETTLING_US
