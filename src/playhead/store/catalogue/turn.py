"""The writer's turn."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator


class Turn:
    """Lets one in at a time: in the order they came, but for those who may go first."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @contextlib.asynccontextmanager
    async def taken(self, *, first: bool) -> AsyncGenerator[None]:
        """Wait for the turn, and have it within."""
        if self._is_taken:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._waiting.appendleft if first else self._waiting.append)(mine)
            try:
                await mine  # whoever wakes us hands the turn over
            except asyncio.CancelledError:
                if mine.cancelled():
                    with contextlib.suppress(ValueError):  # it may have been passed over already
                        self._waiting.remove(mine)
                else:
                    self._hand_over()
                raise
        self._is_taken = True
        try:
            yield
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        while self._waiting:
            next_one = self._waiting.popleft()
            if not next_one.done():
                next_one.set_result(None)
                return
        self._is_taken = False
