"""A small HTTP/1.1 server on asyncio, whose tests may cut it, stall it and restart it on the same port."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()

    def many(self, key):
        """Every value of a part of the query that may be repeated."""
        return [value for name, value in self.pairs if name == key]

    def json(self):
        return json.loads(self.body)

    @property
    def cookies(self):
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass
class Answer:
    body: bytes | AsyncIterator[bytes] = b""
    status: int = 200
    media_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(value, status=200, **headers):
    return Answer(json.dumps(value).encode(), status, "application/json", headers)


def refusal(status, code, message, hint=""):
    return json_answer({"error": {"code": code, "message": message, "hint": hint}}, status)


Handler = Callable[[Request], Awaitable[Answer]]


class Server:
    """Serves one handler. `stop` cuts every connection, as a killed process does; `start` is back at the same port."""

    def __init__(self, handler: Handler):
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task] = set()
        self.port = 0

    async def start(self):
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    async def _connected(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            while (request := await self._request(reader)) is not None:
                await self._reply(writer, await self._handler(request))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _request(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        url = urlsplit(target)
        pairs = tuple(parse_qsl(url.query, keep_blank_values=True))
        return Request(method, unquote(url.path), dict(pairs), headers, body, pairs)

    async def _reply(self, writer, answer: Answer):
        headers = {"content-type": answer.media_type, "cache-control": "no-store", **answer.headers}
        whole = isinstance(answer.body, bytes)
        headers |= {"content-length": str(len(answer.body))} if whole else {"transfer-encoding": "chunked"}
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if whole:
            writer.write(answer.body)
        else:
            async for chunk in answer.body:
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
        await writer.drain()
