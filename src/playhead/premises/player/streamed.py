"""Answers that take a while: bounded in number, and cleaned up however they end."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from playhead.base.errors import UnavailableError


class Turns:
    """A number of things that may be under way at a time.

    Args:
        most: how many.
        refusal: what to say past it.
    """

    def __init__(self, most: int, refusal: UnavailableError) -> None:
        self._most = most
        self._refusal = refusal
        self.under_way = 0

    @contextmanager
    def turn(self) -> Generator[None]:
        """One of them, while the block lasts.

        Raises:
            UnavailableError: as told at the beginning.
        """
        if self.under_way >= self._most:
            raise UnavailableError(self._refusal.code, self._refusal.message, hint=self._refusal.hint)
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1


class Streamed(StreamingResponse):
    """A body from a generator, which is closed when the peer goes away, and a turn that is given back."""

    def __init__(
        self,
        body: AsyncGenerator[bytes],
        turn: AbstractContextManager[Any],
        *,
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(body, headers=headers, media_type=media_type)
        self._body = body
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        with self._turn:
            async with aclosing(self._body):
                await super().__call__(scope, receive, send)
