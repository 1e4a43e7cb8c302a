"""What has come for one who fetches it, and may be slow."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """In the order in which they came. How many may wait, and what goes where it is too many, their owner decides."""

    def __init__(self) -> None:
        self._waiting: deque[T] = deque()
        self._came = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, one: T) -> None:
        """Put it in line; never waits."""
        self._waiting.append(one)
        self._came.set()

    def drop_oldest(self) -> None:
        """Let go of what has waited longest."""
        self._waiting.popleft()

    def clear(self) -> None:
        """Let go of all that waits."""
        self._waiting.clear()

    async def next(self, timeout_s: float) -> T | None:
        """What has waited longest, or None where nothing came for ``timeout_s``."""
        return self._waiting.popleft() if await self._any(timeout_s) else None

    async def all(self, timeout_s: float) -> list[T]:
        """All that waits, at least one; empty where nothing came for ``timeout_s``."""
        if not await self._any(timeout_s):
            return []
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    async def _any(self, timeout_s: float) -> bool:
        if not self._waiting:
            self._came.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._came.wait()
            except TimeoutError:
                return False
        return True
