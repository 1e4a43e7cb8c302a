import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from playhead.base.errors import ConflictError
from playhead.net.http.mutual import HEAD_BYTES_MAX, Answer, Bodies, MutualHttp

BODY_MAX = 100


@asynccontextmanager
async def serving(bodies=None):
    async def handle(request):
        if request.target == "/wrong":
            raise ConflictError("test.wrong", "No.")
        if request.target == "/broken":
            raise ZeroDivisionError
        return Answer(200, request.body.upper())

    bodies = bodies or Bodies(BODY_MAX, BODY_MAX)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: MutualHttp(handle, bodies, on_made=lambda _: True, on_lost=lambda _: None), "127.0.0.1", 0
    )

    async def ask(*requests):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"".join(requests))
        answers = []
        try:
            for _ in requests:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                answers.append((int(head.split()[1]), await reader.readexactly(length)))
        finally:
            writer.close()
        return answers

    async with server:
        yield ask


def post(body, target="/", **more):
    headers = {"host": "x", "content-length": len(body), **more}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None)
    return f"POST {target} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def test_requests_that_come_together_are_answered_in_their_order():
    async with serving() as ask:
        assert await ask(post(b"one"), post(b"two"), post(b"")) == [(200, b"ONE"), (200, b"TWO"), (200, b"")]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (post(b"x" * (BODY_MAX + 1)), 413, "http.body_size"),
        (post(b"0\r\n\r\n", **{"content-length": None, "transfer-encoding": "chunked"}), 400, "http.length"),
        (b"\x16\x03\x01 nonsense\r\n\r\n", 400, "http.malformed"),
        (b"POST / HTTP/1.1\r\nfiller: " + b"x" * HEAD_BYTES_MAX, 400, "http.malformed"),
        (post(b"", "/wrong"), 409, "test.wrong"),
        (post(b"", "/broken"), 500, "internal.error"),
    ],
)
async def test_what_cannot_be_answered_is_told(request_, status, code):
    async with serving() as ask:
        ((answered, body),) = await ask(request_)
        assert (answered, json.loads(body)["error"]["code"]) == (status, code)
        assert await ask(post(b"x" * BODY_MAX)) == [(200, b"X" * BODY_MAX)]


async def test_all_bodies_together_are_bounded():
    bodies = Bodies(BODY_MAX, BODY_MAX)
    assert bodies.take(60)
    async with serving(bodies) as ask:
        ((status, body),) = await ask(post(b"x" * 41))
        assert (status, json.loads(body)["error"]["code"]) == (503, "http.busy")
        bodies.give_back(60)
        assert (await ask(post(b"x" * 41)))[0][0] == 200
        assert bodies.take(BODY_MAX)  # what was received was given back
