"""Those who watch lines come. Nothing grows with one that is slow: it loses lines, and is told how many."""

from collections.abc import Sequence
from typing import Final, Self

from playhead.base.errors import UnavailableError
from playhead.domain.logs import LogLine, LogQuery
from playhead.net.inbox import Inbox

FOLLOWERS_MAX: Final = 100
"""At a time."""
WAITING_MAX: Final = 1000
"""Lines that are kept for one; the oldest are lost."""


class Follower:
    """One that watches. Used as a context manager."""

    def __init__(self, following: "Following", query: LogQuery) -> None:
        self._following = following
        self._query = query
        self._waiting: Inbox[LogLine] = Inbox()
        self._lost = 0

    def __enter__(self) -> Self:
        self._following.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._following.discard(self)

    def offer(self, lines: Sequence[LogLine]) -> None:
        """Put those that are looked for in line; never waits."""
        for line in lines:
            if self._query.matches(line):
                if len(self._waiting) >= WAITING_MAX:
                    self._waiting.drop_oldest()
                    self._lost += 1
                self._waiting.add(line)

    async def next(self, timeout_s: float) -> tuple[list[LogLine], int]:
        """What has come, and how many before it were lost; nothing where there was nothing for ``timeout_s``."""
        lines, lost = await self._waiting.all(timeout_s), self._lost
        self._lost = 0
        return lines, lost


class Following:
    """All of them."""

    def __init__(self) -> None:
        self._followers: set[Follower] = set()

    def follow(self, query: LogQuery) -> Follower:
        """What comes from the ``with`` on.

        Raises:
            UnavailableError: ``logs.followers``.
        """
        if len(self._followers) >= FOLLOWERS_MAX:
            raise UnavailableError("logs.followers", f"{FOLLOWERS_MAX} follow the logs already.")
        return Follower(self, query)

    def add(self, follower: Follower) -> None:
        """Tell it from now on."""
        self._followers.add(follower)

    def discard(self, follower: Follower) -> None:
        """Tell it no more."""
        self._followers.discard(follower)

    def tell(self, lines: Sequence[LogLine]) -> None:
        """These have come."""
        for follower in self._followers:
            follower.offer(lines)
