"""HTTP over streams of a pool: one request and its answer each, to an ASGI application at the other end.

The stream's kind is ``http``; its head is a MessagePack array ``[method, target, headers]``, its data the request's
body. What comes back is ``size u32 ‖ [status, headers] ‖ body``. Header names are in lower case, those of one hop are
left out (RFC 9110 §7.6.1). A request that may be repeated goes once more by another link where its own was lost.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast
from urllib.parse import unquote

import msgspec
from msgspec import Meta

from playhead.base.errors import PlayheadError, ProtocolError, UnavailableError
from playhead.net.pool.end import PoolEnd, Serve
from playhead.net.pool.streams import PoolStream
from playhead.wire.pool import Urgency

KIND: Final = "http"
MAX_ANSWER_HEAD_BYTES: Final = 64 * 1024
"""Status and headers of an answer."""
SIZE_BYTES: Final = 4
ONE_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""Headers that speak of a connection rather than of what is asked."""
IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""What may be asked twice (RFC 9110 §9.2.2)."""
LINK_LOST: Final = "pool.link_lost"

Header = tuple[bytes, bytes]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class RequestHead(msgspec.Struct, frozen=True, array_like=True):
    """What is asked for."""

    method: Annotated[str, Meta(min_length=1, max_length=32)]
    target: Annotated[bytes, Meta(min_length=1)]
    """Path and query, as in the request's first line."""
    headers: tuple[Header, ...] = ()


class AnswerHead(msgspec.Struct, frozen=True, array_like=True):
    """What is answered, before the body."""

    status: Annotated[int, Meta(ge=200, le=599)]
    headers: tuple[Header, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(RequestHead)
_answers = msgspec.msgpack.Decoder(AnswerHead)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose body is still coming. Iterate over it to the end, or `give_up`."""

    status: int
    headers: tuple[Header, ...]
    _stream: PoolStream
    _first: bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._first:
            yield self._first
        while data := await self._stream.read():
            yield data

    async def read(self) -> bytes:
        """All of the body."""
        return b"".join([data async for data in self])

    def give_up(self) -> None:
        """The rest is not wanted: the other end stops making it."""
        self._stream.reset("http.unwanted")


async def ask(
    end: PoolEnd,
    method: str,
    target: bytes,
    headers: Iterable[Header] = (),
    body: AsyncIterator[bytes] | bytes = b"",
    *,
    urgency: Urgency = Urgency.INTERACTIVE,
) -> Answer:
    """Ask the application at the other end; a round trip if it answers at once.

    Where the link is lost before there is an answer, and another is there, what is idempotent is asked once more.

    Args:
        end: the pool.
        method: as in HTTP.
        target: path and query, percent-encoded.
        headers: names in lower case.
        body: whole, or as it comes; it is sent while the answer is waited for and read.
        urgency: playback for media, interactive for what a person waits for.

    Raises:
        UnavailableError: ``pool.*``: there is no link, or the stream was broken off.
        ProtocolError: ``http.answer``.
        LimitError: ``pool.streams``.
    """
    head = _encoder.encode(RequestHead(method, target, _of_all_hops(headers)))
    try:
        return await _ask_once(end, head, body, urgency)
    except UnavailableError as error:
        if error.code != LINK_LOST or method not in IDEMPOTENT or not isinstance(body, bytes) or not end.links:
            raise
    return await _ask_once(end, head, body, urgency)


async def _ask_once(end: PoolEnd, head: bytes, body: AsyncIterator[bytes] | bytes, urgency: Urgency) -> Answer:
    whole = body if isinstance(body, bytes) else b""
    stream = end.open(KIND, urgency=urgency, head=head, data=whole, end=isinstance(body, bytes))
    try:
        if not isinstance(body, bytes):
            end.spawn(_send_body(stream, body), "pool request body")
        return await _read_answer(stream)
    except BaseException:
        stream.reset("http.unwanted")
        raise


def serve_asgi(application: Application, state: Mapping[str, Any] | None = None) -> Serve:
    """What a pool does with streams of the kind ``http``: hands them to ``application``; other kinds are refused.

    Args:
        application: an ASGI application.
        state: for its scope's ``state``: who asks.
    """

    async def serve(stream: PoolStream) -> None:
        if stream.kind != KIND:
            raise ProtocolError("http.kind", "Only HTTP is served here.")
        try:
            request = _requests.decode(stream.head)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ProtocolError("http.request", f"The head of a request cannot be understood: {error}.") from None
        exchange = _Exchange(stream)
        await application(_scope(request, state or {}), exchange.receive, exchange.send)
        exchange.check()

    return serve


class _Exchange:
    """The two callables that an ASGI application is given."""

    def __init__(self, stream: PoolStream) -> None:
        self._stream = stream
        self._asked = False
        self._complete = False
        self._head: bytes | None = None

    async def receive(self) -> Message:
        """The next part of the request's body, then the news that nobody listens any more."""
        if not self._asked:
            data = await self._stream.read()
            self._asked = not data
            return {"type": "http.request", "body": data, "more_body": bool(data)}
        await self._stream.wait_over()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """The head of the answer, then its body."""
        if message["type"] == "http.response.start":
            headers = cast("Iterable[Header]", message.get("headers", ()))
            plain = _of_all_hops((bytes(name).lower(), bytes(value)) for name, value in headers)
            words = _encoder.encode(AnswerHead(message["status"], plain))
            if len(words) > MAX_ANSWER_HEAD_BYTES:
                raise AssertionError("The headers of an answer are too long")
            self._head = len(words).to_bytes(SIZE_BYTES, "big") + words
        elif message["type"] == "http.response.body":
            data = bytes(message.get("body", b""))
            if self._head is not None:
                data, self._head = self._head + data, None
            if data:
                await self._stream.write(data)
            self._complete = not message.get("more_body", False)
            if self._complete:
                self._stream.end()

    def check(self) -> None:
        """The application has returned."""
        if not self._complete:
            raise AssertionError("The application has returned without a whole answer")


async def _send_body(stream: PoolStream, body: AsyncIterator[bytes]) -> None:
    try:
        async for data in body:
            await stream.write(data)
    except BaseException as error:
        gone = isinstance(error, PlayheadError) and stream.broken is not None
        stream.reset("http.body")
        if not gone:  # else it is who reads the answer that learns it
            raise
    else:
        stream.end()


async def _read_answer(stream: PoolStream) -> Answer:
    held = b""
    size = None
    while size is None or len(held) < SIZE_BYTES + size:
        data = await stream.read()
        if not data:
            raise ProtocolError("http.answer", "The answer ended in its head.")
        held += data
        if len(held) >= SIZE_BYTES:
            size = int.from_bytes(held[:SIZE_BYTES], "big")
            if size > MAX_ANSWER_HEAD_BYTES:
                raise ProtocolError("http.answer", "The head of an answer is too long.")
    try:
        head = _answers.decode(held[SIZE_BYTES : SIZE_BYTES + size])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProtocolError("http.answer", f"The head of an answer cannot be understood: {error}.") from None
    return Answer(head.status, head.headers, stream, held[SIZE_BYTES + size :])


def _of_all_hops(headers: Iterable[Header]) -> tuple[Header, ...]:
    return tuple((name, value) for name, value in headers if name not in ONE_HOP)


def _scope(request: RequestHead, state: Mapping[str, Any]) -> Scope:
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method.upper(),
        "scheme": "https",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(request.headers),
        "client": None,
        "server": None,
        "state": dict(state),
    }
