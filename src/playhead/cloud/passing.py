"""Passing a site's answer on to a browser, as it comes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from playhead.net.pool.http import Answer

PASSED_ON: Final = ("accept-encoding", "if-none-match", "if-range", "range", "x-playhead-page")
"""Headers of a request that its site sees."""

PASSED_BACK: Final = frozenset(
    {"accept-ranges", "content-disposition", "content-encoding", "content-length", "content-range", "content-type",
     "etag", "last-modified", "vary", "x-accel-buffering"}
)  # fmt: skip
"""Headers of a site's answer that the browser sees; the others are the cloud's own."""


class Passed(StreamingResponse):
    """A site's answer. Where the browser breaks it off here, it is broken off there."""

    def __init__(self, answer: Answer) -> None:
        told = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers)
        self._body = _read(answer)
        super().__init__(self._body, answer.status, {name: value for name, value in told if name in PASSED_BACK})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        async with aclosing(self._body):
            await super().__call__(scope, receive, send)


async def _read(answer: Answer) -> AsyncGenerator[bytes]:
    is_whole = False
    try:
        async for data in answer:
            yield data
        is_whole = True
    finally:
        if not is_whole:
            answer.give_up()
