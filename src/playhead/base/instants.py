"""Instants as other libraries want them. On disk and wire an instant is an integer of microseconds."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST_DAY = date(1970, 1, 2)
LAST_DAY = date(2999, 12, 30)
"""Days that can be asked for: within what instants can tell, in every time zone."""


def utc(wall_us: int) -> datetime:
    """The aware instant of microseconds since 1970-01-01T00:00:00Z, exactly."""
    return _EPOCH + timedelta(microseconds=wall_us)


def wall_us(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an aware instant, exactly."""
    since = instant - _EPOCH  # its parts rather than a division by a timedelta, which takes three times as long
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def wall_at(day: date, minutes: int, zone: tzinfo) -> int:
    """Wall time at which a clock on the wall has come so many minutes past midnight of a day."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return wall_us(local.astimezone(UTC))


def day_begins(day: date, zone: tzinfo) -> int:
    """Wall time at which a day begins in a zone, which need not be at midnight."""
    return wall_at(day, 0, zone)


def day_of(at_us: int, zone: tzinfo) -> date:
    """The day in which a wall time lies."""
    return utc(at_us).astimezone(zone).date()


def rfc3339(wall_us: int) -> str:
    """``2026-11-23T11:51:17.123456Z`` (RFC 3339 §5.6).

    Always 27 characters from the year 1000 on, so that such texts sort as their instants do.
    """
    second, micros = divmod(wall_us, 1_000_000)
    return f"{_second(second)}.{micros:06}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """Of the many lines of a second, one makes the text."""
    return utc(seconds * 1_000_000).replace(tzinfo=None).isoformat()


def from_rfc3339(text: str) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an RFC 3339 timestamp with its offset.

    Raises:
        ValueError: it is none.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("An instant needs its offset from UTC")
    return wall_us(instant)


def last_such_moment(local: str, now_us: int) -> int:
    """The instant, in UTC, that a clock without year and zone meant by ``Nov 23 11:51:17``: the nearest to now.

    Raises:
        ValueError: it is none.
    """
    now = utc(now_us)
    found: list[datetime] = []
    for year in (now.year - 1, now.year, now.year + 1):
        try:
            found.append(datetime.strptime(f"{year} {local}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC))
        except ValueError:
            continue  # 29 February in most years
    if not found:
        raise ValueError(f"Expected a moment such as 'Nov 23 11:51:17', got {local!r}")
    return wall_us(min(found, key=lambda one: abs(one - now)))
