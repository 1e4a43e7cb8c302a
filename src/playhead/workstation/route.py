"""Which address of which premises is tried next, and when: pure decisions.

The premises are listed in order of preference, each with its addresses. An attempt goes through the addresses in that
order; after the last comes a pause. A premises that asked to be left alone for a while is passed over meanwhile, where
there is another.
"""

import random
from dataclasses import dataclass
from typing import Final

from playhead.base.addresses import Address

PLACES_MAX: Final = 4
"""Premises that may be listed."""

ADDRESSES_MAX: Final = 3
"""Addresses that each of them may have."""

RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 60.0
"""Pause after a round, doubling up to the second; each time a random half to whole of it (screen.md §7)."""

PROBES: Final = 3
"""How often in a row a preferred premises must have answered before the workstation goes back to it."""

PROBES_MAX: Final = 48
"""The same, doubled each time that it went back and did not stay, grows to this."""

Places = tuple[tuple[Address, ...], ...]
"""Addresses by premises, both in order of preference."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An address to try."""

    place: int
    """The premises: 0 is the preferred one."""
    address: Address


class Route:
    """Where to connect next.

    Args:
        places: at least one address.
    """

    def __init__(self, places: Places) -> None:
        self._stops = [Stop(place, address) for place, found in enumerate(places) for address in found]
        self._at = 0
        self._rounds = 0
        self._has_begun = False
        self._closed_until_us: dict[int, int] = {}
        self._needed = [PROBES] * len(places)
        self._answers = [0] * len(places)

    def next(self, now_us: int) -> Stop:
        """The address to try now, or after `pause_s`."""
        self._pass_over(now_us)
        return self._stops[self._at]

    def pause_s(self, now_us: int, chance: random.Random) -> float:
        """How long to wait before that."""
        self._pass_over(now_us)
        closed_us = self._closed_until_us.get(self._stops[self._at].place, 0) - now_us
        pause_s = 0.0
        if self._at == 0 and self._has_begun:
            longest_s = min(RETRY_S * 2 ** min(max(self._rounds - 1, 0), 10), RETRY_S_MAX)
            pause_s = longest_s * chance.uniform(0.5, 1.0)
        return max(pause_s, closed_us / 1e6)

    def left(self, stop: Stop, now_us: int, *, was_steady: bool, retry_us: int = 0) -> None:
        """An attempt is over, or a connection.

        Args:
            stop: where.
            now_us: monotonic time.
            was_steady: it lasted. Then the search begins anew, with the preferred one.
            retry_us: for how long the premises asked to be left alone.
        """
        self._has_begun = True
        if retry_us:
            self._closed_until_us[stop.place] = now_us + retry_us
        if was_steady:
            self._at = self._rounds = 0
            self._needed[stop.place] = PROBES
            self._answers[stop.place] = 0
            return
        if self._answers[stop.place] >= self._needed[stop.place]:
            self._needed[stop.place] = min(2 * self._needed[stop.place], PROBES_MAX)
        self._answers[stop.place] = 0
        self._advance()

    def preferred(self, stop: Stop) -> list[Stop]:
        """The addresses of every premises that is preferred to the one of ``stop``."""
        return [each for each in self._stops if each.place < stop.place]

    def answered(self, place: int, *, ok: bool) -> bool:
        """A preferred premises was asked whether it is there; returns whether to go back to it now."""
        self._answers[place] = self._answers[place] + 1 if ok else 0
        return self._answers[place] >= self._needed[place]

    def go_to(self, place: int) -> None:
        """Try this premises next, and at once: it has answered, whatever it said before."""
        self._closed_until_us.pop(place, None)
        self._at = next(number for number, stop in enumerate(self._stops) if stop.place == place)
        self._rounds = 0
        self._has_begun = False

    def _advance(self) -> None:
        self._at += 1
        if self._at == len(self._stops):
            self._at = 0
            self._rounds += 1

    def _pass_over(self, now_us: int) -> None:
        """Go on to a premises that may be tried, where there is one."""
        for _ in self._stops:
            if self._closed_until_us.get(self._stops[self._at].place, 0) <= now_us:
                return
            if all(until_us > now_us for until_us in self._all_closed()):
                # None may: the one that is free first.
                first = min(range(len(self._stops)), key=lambda n: self._closed_until_us[self._stops[n].place])
                self._at = first
                return
            self._at = (self._at + 1) % len(self._stops)

    def _all_closed(self) -> list[int]:
        return [self._closed_until_us.get(stop.place, 0) for stop in self._stops]
