"""HTTP to the provider of the organisation's sign-in, with an end to what it may answer."""

import ssl
from collections.abc import AsyncIterator
from typing import Final, cast

import httpx2

ANSWER_BYTES_MAX: Final = 256 * 1024
"""A description takes some 5 KiB, keys 2 KiB each, a token with a thousand groups 60 KiB."""


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """Breaks off answers past `ANSWER_BYTES_MAX`.

    Args:
        tls: whom to trust.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """As httpx wants it."""
        answer = await super().handle_async_request(request)
        answer.stream = _Bounded(cast("httpx2.AsyncByteStream", answer.stream))
        return answer


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for part in self._stream:
            length += len(part)
            if length > ANSWER_BYTES_MAX:
                raise httpx2.DecodingError(f"The answer takes more than {ANSWER_BYTES_MAX} bytes.")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
