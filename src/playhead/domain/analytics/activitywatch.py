"""Reads what ActivityWatch keeps (buckets of aw-core 0.5): windows, whether somebody was there, and pages of browsers.

Its window watcher tells of windows also while nobody is there, and its others of that and of pages; here one event says
all of it. So a window's stretch is cut where somebody went away or came back, and, of browsers, where the page changed.
"""

import hashlib
import itertools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from playhead.base.errors import InvalidInputError
from playhead.base.instants import from_rfc3339
from playhead.domain.analytics.events import (
    LASTS_US_MAX,
    NAME_CHARS_MAX,
    TITLE_CHARS_MAX,
    URL_CHARS_MAX,
    DesktopEvent,
    Kind,
)
from playhead.domain.patterns import is_any_of

BROWSERS: Final = ("*firefox*", "*chrom*", "*edge*", "*safari*", "*opera*", "*brave*", "*vivaldi*")
"""Applications whose pages the web watcher tells of."""


class AwEvent(msgspec.Struct, frozen=True):
    """An event of a bucket."""

    timestamp: str
    duration: float = 0.0
    data: dict[str, Any] = {}


class AwBucket(msgspec.Struct, frozen=True):
    """A bucket."""

    type: str
    hostname: str = ""
    events: list[AwEvent] = []


class _Export(msgspec.Struct, frozen=True):
    buckets: dict[str, AwBucket]


@dataclass(frozen=True, slots=True)
class Imported:
    """The events of one machine."""

    hostname: str
    spool: str
    """The same for the same machine, so that what is imported again is known."""
    events: Sequence[DesktopEvent]
    """Numbered by their beginnings, µs since 1970: the same events have the same numbers in every export."""


def read_export(data: bytes) -> list[AwBucket]:
    """The buckets of an export (``/api/0/export``).

    Raises:
        InvalidInputError: ``analytics.import``.
    """
    try:
        return list(msgspec.json.decode(data, type=_Export).buckets.values())
    except msgspec.MsgspecError as error:
        hint = "Export all buckets in ActivityWatch (Raw Data, Export all buckets as JSON)."
        message = f"This is no export of ActivityWatch: {error}."
        raise InvalidInputError("analytics.import", message, hint=hint) from error


def imported(buckets: Iterable[AwBucket], agent: str) -> list[Imported]:
    """The events of each machine, in the order of time.

    Args:
        buckets: any; those of other kinds are left out.
        agent: whose they are: ActivityWatch does not say.

    Raises:
        InvalidInputError: ``analytics.import``: a timestamp is none.
    """
    by_host: defaultdict[str, dict[str, list[_Stretch]]] = defaultdict(lambda: defaultdict(list))
    for bucket in buckets:
        by_host[bucket.hostname or "unknown"][bucket.type] += [_stretch(event) for event in bucket.events]
    return [
        Imported(host, f"activitywatch-{hashlib.sha256(host.encode()).hexdigest()[:16]}", _events(of_host, agent))
        for host, of_host in sorted(by_host.items())
        if of_host.get("currentwindow")
    ]


@dataclass(frozen=True, slots=True)
class _Stretch:
    from_us: int
    to_us: int
    data: dict[str, Any]


def _stretch(event: AwEvent) -> _Stretch:
    try:
        from_us = from_rfc3339(event.timestamp.replace("Z", "+00:00"))
    except ValueError as error:
        raise InvalidInputError("analytics.import", f"{event.timestamp[:64]!r} is no time.") from error
    return _Stretch(from_us, from_us + min(round(event.duration * 1e6), LASTS_US_MAX), event.data)


def _events(of_host: dict[str, list[_Stretch]], agent: str) -> list[DesktopEvent]:
    windows = sorted(of_host["currentwindow"], key=lambda one: one.from_us)
    away = _Covering(one for one in of_host.get("afkstatus", []) if one.data.get("status") == "afk")
    pages = _Covering(of_host.get("web.tab.current", []))
    found: list[DesktopEvent] = []
    number = reached_us = 0
    for window in windows:
        application = str(window.data.get("app", ""))[:NAME_CHARS_MAX]
        is_browser = is_any_of(application, BROWSERS)
        from_us = max(window.from_us, reached_us)  # two watchers may have told of one moment
        cuts = {*away.edges(from_us, window.to_us), *(pages.edges(from_us, window.to_us) if is_browser else ())}
        edges = [from_us, *sorted(cuts), window.to_us]
        for begin_us, end_us in itertools.pairwise(edges):
            if end_us <= begin_us:
                continue
            number = max(number + 1, begin_us)
            page = pages.at(begin_us) if is_browser else None
            found.append(
                DesktopEvent(
                    sequence=number,
                    kind=Kind.ACTIVE if away.at(begin_us) is None else Kind.IDLE,
                    from_us=begin_us,
                    lasts_us=end_us - begin_us,
                    agent=agent,
                    application=application,
                    title=str(window.data.get("title", ""))[:TITLE_CHARS_MAX],
                    url="" if page is None else str(page.data.get("url", ""))[:URL_CHARS_MAX],
                )
            )
            reached_us = end_us
    return found


class _Covering:
    """Stretches of which one at most holds at a moment: of several, the one that began last."""

    def __init__(self, stretches: Iterable[_Stretch]) -> None:
        self._stretches = sorted((one for one in stretches if one.to_us > one.from_us), key=lambda one: one.from_us)
        self._edges = sorted({edge for one in self._stretches for edge in (one.from_us, one.to_us)})

    def edges(self, from_us: int, to_us: int) -> list[int]:
        """Where something changes within, without its ends."""
        return self._edges[bisect_right(self._edges, from_us) : bisect_left(self._edges, to_us)]

    def at(self, at_us: int) -> _Stretch | None:
        """What holds then."""
        place = bisect_right(self._stretches, at_us, key=lambda one: one.from_us) - 1
        found = self._stretches[place] if place >= 0 else None
        return found if found is not None and at_us < found.to_us else None
