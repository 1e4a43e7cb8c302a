"""Days of a time zone, as SQL over quarters of an hour since 1970."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from playhead.base.errors import InvalidInputError
from playhead.base.instants import utc, wall_us
from playhead.domain.spans import Span
from playhead.store.analytics.columns import DAY_SLOTS, SLOT_US

NOON: Final = DAY_SLOTS // 2


def zone_named(name: str) -> ZoneInfo:
    """A time zone.

    Raises:
        InvalidInputError: ``analytics.zone``.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "Name one as the tz database does, such as Europe/Berlin."
        raise InvalidInputError("analytics.zone", f"{name[:64]!r} is no time zone.", hint=hint) from error


def day_sql(period: Span, zone: ZoneInfo) -> str:
    """The day that ``slot`` is in, as its number since 1970-01-01.

    Arithmetic, but for days that a change of the clock makes longer or shorter.
    """
    pieces: list[tuple[int, str]] = []
    for number, first, past in _days(period, zone):
        rule = f"(slot + {number * DAY_SLOTS - first}) // {DAY_SLOTS}" if past - first == DAY_SLOTS else f"{number}"
        if pieces and pieces[-1][1] == rule:
            pieces[-1] = (past, rule)
        else:
            pieces.append((past, rule))
    *others, last = pieces
    cases = " ".join(f"WHEN slot < {past} THEN {rule}" for past, rule in others)
    return f"(CASE {cases} ELSE {last[1]} END)" if cases else f"({last[1]})"


def moving_sql(period: Span, zone: ZoneInfo) -> str:
    """Whether ``slot`` may be of another day than noon (UTC) of its day of UTC; empty where none is.

    A day of the zone must begin between the two for that. So this is true of few, in ways that files sorted by
    ``slot`` are read by without looking at the rest.
    """
    begins = {first % DAY_SLOTS for _, first, _ in _days(period, zone)} - {0}
    until = max((one for one in begins if one <= NOON), default=0)
    since = min((one for one in begins if one > NOON), default=DAY_SLOTS)
    found = [f"slot % {DAY_SLOTS} < {until}"] if until else []
    if since < DAY_SLOTS:
        found.append(f"slot % {DAY_SLOTS} >= {since}")
    return f"({' OR '.join(found)})" if found else ""


def day_name(number: int) -> str:
    """``2026-11-23`` of its number since 1970-01-01."""
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def _days(period: Span, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    day = utc(period.from_us).astimezone(zone).date()
    first = _begins(day, zone)
    while first * SLOT_US < period.to_us:
        past = _begins(day + timedelta(days=1), zone)
        yield (day - date(1970, 1, 1)).days, first, past
        day, first = day + timedelta(days=1), past


def _begins(day: date, zone: ZoneInfo) -> int:
    return wall_us(datetime.combine(day, time(), zone).astimezone(UTC)) // SLOT_US
