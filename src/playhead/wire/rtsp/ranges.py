"""The ``Range`` header (RFC 2326 §3.5 to §3.7 and §12.29, RFC 7826 §4.4 and §18.40)."""

import re
from dataclasses import dataclass
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.base.instants import from_rfc3339, rfc3339

ACCEPTED: Final = "npt, clock"
"""Units that are understood."""

_SECONDS: Final = re.compile(r"(\d{1,10})(?:\.(\d{0,12}))?")
_CLOCKED: Final = re.compile(r"(\d{1,6}):([0-5]?\d):([0-5]?\d)(?:\.(\d{0,12}))?")
_UTC: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,12}))?Z")
_UNIT: Final = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Npt:
    """A stretch in normal play time: microseconds from the beginning."""

    start_us: int | None
    """None: where one is."""
    end_us: int | None = None
    now: bool = False
    """From the live edge."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A stretch in wall time: microseconds since 1970 in UTC."""

    start_us: int | None
    end_us: int | None = None


Range = Npt | Clock


def parse_range(text: str) -> Range:
    """Read the header. When to begin (``;time=``) is passed over: it is at once (RFC 7826 §18.40 has dropped it).

    Raises:
        InvalidInputError: ``rtsp.range`` where it is malformed, ``rtsp.range_unit`` where its unit is not spoken here.
    """
    unit, _, rest = text.partition(";")[0].strip().partition("=")
    unit = unit.strip().lower()
    begin, dash, end = (part.strip() for part in rest.partition("-"))
    if unit not in {"npt", "clock"}:
        if _UNIT.fullmatch(unit) is None:
            raise _malformed()
        raise InvalidInputError("rtsp.range_unit", "This unit of time is not spoken here.", hint=f"Use {ACCEPTED}.")
    if not dash and not (unit == "npt" and begin):
        raise _malformed()
    if not begin and not end:
        raise _malformed()
    if unit == "clock":
        return Clock(_utc_us(begin) if begin else None, _utc_us(end) if end else None)
    now = begin == "now"
    return Npt(None if now or not begin else _npt_us(begin), _npt_us(end) if end else None, now)


def write_range(found: Range) -> str:
    """The header."""
    if isinstance(found, Clock):
        begin = "" if found.start_us is None else _utc(found.start_us)
        return f"clock={begin}-{'' if found.end_us is None else _utc(found.end_us)}"
    begin = "now" if found.now else "" if found.start_us is None else _seconds(found.start_us)
    return f"npt={begin}-{'' if found.end_us is None else _seconds(found.end_us)}"


def _malformed() -> InvalidInputError:
    return InvalidInputError("rtsp.range", "The Range header is malformed.")


def _npt_us(text: str) -> int:
    match = _SECONDS.fullmatch(text)
    if match is not None:
        return int(match[1]) * 1_000_000 + _fraction_us(match[2])
    match = _CLOCKED.fullmatch(text)
    if match is None:
        raise _malformed()
    whole = (int(match[1]) * 60 + int(match[2])) * 60 + int(match[3])
    return whole * 1_000_000 + _fraction_us(match[4])


def _utc_us(text: str) -> int:
    match = _UTC.fullmatch(text)
    if match is None:
        raise _malformed()
    try:
        whole_us = from_rfc3339("{}-{}-{}T{}:{}:{}Z".format(*match.groups()[:6]))
    except ValueError as error:  # there is no such day
        raise _malformed() from error
    return whole_us + _fraction_us(match[7])


def _fraction_us(digits: str | None) -> int:
    return int((digits or "")[:6].ljust(6, "0"))


def _seconds(us: int) -> str:
    return f"{us // 1_000_000}.{us % 1_000_000:06d}"


def _utc(us: int) -> str:
    return rfc3339(us).replace("-", "").replace(":", "")
