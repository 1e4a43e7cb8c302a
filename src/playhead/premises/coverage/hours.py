"""When a site records: hours by weekday in its time zone, as stretches of wall time."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from playhead.base.instants import day_begins, utc, wall_at
from playhead.domain.spans import Spans

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES: Final = 24 * 60
_LINE: Final = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([0-2]\d):([0-5]\d)-([0-2]\d):([0-5]\d)")
_LOCAL: Final = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours by weekday, Monday first: minutes from midnight, on the clock on the wall."""

    by_day: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def parse(cls, lines: Sequence[str]) -> Self:
        """Read lines such as ``mon-fri 08:00-18:00``.

        Raises:
            ValueError: what is wrong, and what to write.
        """
        by_day: list[list[tuple[int, int]]] = [[] for _ in DAYS]
        for line in lines:
            match = _LINE.fullmatch(line)
            first, last = (match[1], match[2] or match[1]) if match else ("", "")
            if match is None or first not in DAYS or last not in DAYS:
                raise ValueError(f"hours: expected such as 'mon-fri 08:00-18:00', got {line[:40]!r}")
            begin, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
            if not begin < end <= _DAY_MINUTES:
                raise ValueError(f"hours: {line!r} ends before it begins; write a night as two lines, up to 24:00")
            if DAYS.index(first) > DAYS.index(last):
                raise ValueError(f"hours: {line!r} goes past Sunday; write it as two lines")
            for day in range(DAYS.index(first), DAYS.index(last) + 1):
                by_day[day].append((begin, end))
        return cls(tuple(tuple(one) for one in by_day))

    def between(self, from_us: int, to_us: int, zone: ZoneInfo) -> Spans:
        """When the site records from one wall time to another."""
        found: list[tuple[int, int]] = []
        day = utc(from_us).astimezone(zone).date()
        while (begin_us := day_begins(day, zone)) < to_us:
            for begin, end in self.by_day[day.weekday()]:
                found.append((wall_at(day, begin, zone) if begin else begin_us, wall_at(day, end, zone)))
            day += timedelta(days=1)
        return Spans.of(found) & Spans.of([(from_us, to_us)])


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; empty for this machine's.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name or _local_name())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time_zone: there is no time zone {name[:64]!r}, write such as 'Europe/Berlin'") from error


def _local_name() -> str:
    named = os.environ.get("TZ", "").lstrip(":")
    if named and not named.startswith("/"):
        return named
    _, found, name = str(_LOCAL.resolve()).partition("/zoneinfo/")
    return name if found else "UTC"
