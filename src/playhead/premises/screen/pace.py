"""How fast each workstation may send what it catches up: the site's one number, divided evenly."""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from playhead.premises.screen import metrics

DIVIDE_S: Final = 0.5
"""Least time between two divisions. After an outage all workstations come within seconds: to tell all of them at each
that comes would take a million messages for a thousand."""

K = TypeVar("K")


class Division(Generic[K]):
    """Who shares, and what each was told. Pure.

    Args:
        bytes_per_s: what all of them together may send a second; 0: as fast as they can.
    """

    def __init__(self, bytes_per_s: int) -> None:
        self._bytes_per_s = bytes_per_s
        self._told: dict[K, int | None] = {}

    def __len__(self) -> int:
        return len(self._told)

    def join(self, member: K) -> None:
        """Somebody has something to catch up, and waits to be told how fast. Also of one that is among them."""
        self._told[member] = None

    def leave(self, member: K) -> None:
        """Somebody has nothing to catch up any more, or is gone."""
        self._told.pop(member, None)

    def divide(self) -> list[tuple[K, int]]:
        """Whom to tell what, in bytes a second; those that know it already are left out. 0: as fast as they can.

        Whoever is to go slower comes first: what is taken from some is then not given to others before.
        """
        share = max(1, self._bytes_per_s // max(1, len(self._told))) if self._bytes_per_s else 0
        changed = [member for member, told in self._told.items() if told != share]
        changed.sort(key=lambda member: self._told[member] is None)
        self._told.update(dict.fromkeys(changed, share))
        return [(member, share) for member in changed]


class Pacing(Generic[K]):
    """Tells whoever shares how fast to go, as it changes.

    Args:
        bytes_per_s: as `Division`.
        tell: sends it without waiting.
    """

    def __init__(self, bytes_per_s: int, tell: Callable[[K, int], None]) -> None:
        self._division = Division[K](bytes_per_s)
        self._tell = tell
        self._changed = asyncio.Event()

    def join(self, member: K) -> None:
        """As `Division.join`."""
        self._division.join(member)
        self._changed.set()

    def leave(self, member: K) -> None:
        """As `Division.leave`."""
        self._division.leave(member)
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            metrics.CATCHING_UP.set(len(self._division))
            for member, share in self._division.divide():
                self._tell(member, share)
            await asyncio.sleep(DIVIDE_S)
