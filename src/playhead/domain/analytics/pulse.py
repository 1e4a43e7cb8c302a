"""Merges what is seen from moment to moment into stretches, so that noise does not become a flood of events.

Equal glimpses within a pulse are one stretch. A window that changes its title several times a second, or all day long,
is told of as often as somebody could follow. Times are microseconds of a clock that never goes back.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from playhead.domain.analytics.events import COUNT_MAX
from playhead.domain.analytics.privacy import Glimpse

PULSE_US: Final = 30_000_000
"""Without a glimpse for this long nothing is known of what was between: the machine slept, or hung."""
STRETCH_US: Final = 300_000_000
"""A stretch is told after this long although it goes on, so that what an agent does now is known now."""
SHORT_US: Final = 1_000_000
"""A title that was there for less is not told of, where the same application has another one after it."""
TITLES_MAX: Final = 30
"""Titles of one application in a row that are told of at once, …"""
TITLE_US: Final = 10_000_000
"""… and one more for each of these. Others count to the title before them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What somebody did for a while."""

    seen: Glimpse
    from_us: int
    lasts_us: int
    keys: int
    clicks: int


@dataclass(slots=True)
class _Open:
    seen: Glimpse
    from_us: int
    until_us: int
    keys: int = 0
    clicks: int = 0


@dataclass(slots=True)
class Pulse:
    """See the module."""

    _open: _Open | None = None
    _titles: int = TITLES_MAX
    _titles_us: int = 0
    _done: list[Stretch] = field(default_factory=list[Stretch])

    def see(self, at_us: int, seen: Glimpse, *, since_us: int | None = None, keys: int = 0, clicks: int = 0) -> None:
        """This is so now.

        Args:
            at_us: now.
            seen: what.
            since_us: from when on, where it has become so before now, such as idleness.
            keys: pressed since the glimpse before.
            clicks: likewise.
        """
        last = self._open
        if last is not None and at_us - last.until_us > PULSE_US:
            self.end()
            last = None
        if last is None:
            self._begin(seen, at_us, keys, clicks)
            return
        last.keys, last.clicks = min(last.keys + keys, COUNT_MAX), min(last.clicks + clicks, COUNT_MAX)
        last.until_us = max(at_us, last.until_us)
        if seen != last.seen:
            self._change(last, seen, at_us if since_us is None else min(max(since_us, last.from_us), at_us))
        elif at_us - last.from_us >= STRETCH_US:
            self._split(last, seen, at_us)

    def end(self) -> None:
        """Nothing more is known."""
        if self._open is not None:
            self._close(self._open, self._open.until_us)
            self._open = None

    def taken(self) -> list[Stretch]:
        """What is over since this was asked last, in order."""
        done, self._done = self._done, []
        return done

    def _change(self, last: _Open, seen: Glimpse, at_us: int) -> None:
        if replace(seen, title=last.seen.title, url=last.seen.url) == last.seen:
            if at_us - last.from_us < SHORT_US:
                last.seen = seen
                return
            if not self._has_room(at_us):
                return
        else:
            self._titles, self._titles_us = TITLES_MAX, at_us
        self._split(last, seen, at_us)

    def _split(self, last: _Open, seen: Glimpse, at_us: int) -> None:
        until_us = last.until_us
        if at_us == last.from_us:  # it has lasted no time: what was pressed counts to what comes after it
            self._open = _Open(seen, at_us, until_us, last.keys, last.clicks)
            return
        self._close(last, at_us)
        self._open = _Open(seen, at_us, until_us)

    def _begin(self, seen: Glimpse, at_us: int, keys: int, clicks: int) -> None:
        self._open = _Open(seen, at_us, at_us, min(keys, COUNT_MAX), min(clicks, COUNT_MAX))

    def _close(self, last: _Open, at_us: int) -> None:
        if at_us > last.from_us:
            self._done.append(Stretch(last.seen, last.from_us, at_us - last.from_us, last.keys, last.clicks))

    def _has_room(self, at_us: int) -> bool:
        gained, rest_us = divmod(at_us - self._titles_us, TITLE_US)
        self._titles = min(self._titles + gained, TITLES_MAX)
        self._titles_us = at_us - rest_us
        if self._titles == 0:
            return False
        self._titles -= 1
        return True
