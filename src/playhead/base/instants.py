"""Instants as other libraries want them. On disk and wire an instant is an integer of microseconds."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(wall_us: int) -> datetime:
    """The aware instant of microseconds since 1970-01-01T00:00:00Z, exactly."""
    return _EPOCH + timedelta(microseconds=wall_us)


def wall_us(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an aware instant, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)
