"""What the doctor asks a web port: headers by name alone, pieces one by one, and no more of it than is named."""

import asyncio
import json

import pytest
from starlette.applications import Starlette

from playhead.base.errors import UnavailableError
from playhead.net.http import echo
from playhead.net.http.echo import ECHOES_MAX, Echoes


class Caller:
    """Calls the application as a server does, and takes the answer piece by piece."""

    def __init__(self, app, query="", headers=()):
        scope = {
            "type": "http", "method": "GET", "path": "/echo", "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }  # fmt: skip
        self.said = asyncio.Queue()
        self.gone = asyncio.Event()
        self.task = asyncio.create_task(app(scope, self._receive, self.said.put))

    async def _receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def start(self):
        return await self.said.get()

    async def event(self):
        body = (await self.said.get())["body"]
        assert body.startswith(b"data: ")
        assert body.endswith(b"\n\n")
        return json.loads(body[6:])


@pytest.fixture
def app():
    return Starlette(routes=[Echoes().route])


async def test_the_second_piece_waits_for_the_first_to_be_seen(app):
    caller = Caller(app, headers=[("range", "bytes=0-"), ("x-other", "1")])
    start = await caller.start()
    assert (start["status"], dict(start["headers"])[b"etag"]) == (200, b'"echo"')
    first = await caller.event()
    assert first["headers"] == ["range"]  # header names arrive in lower case; of the values nothing comes back
    assert not caller.task.done()
    assert (await Caller(app, f"seen={first['number']}").start())["status"] == 204
    assert await caller.event() == {"seen": True}
    await caller.task


async def test_nothing_of_a_header_comes_back_but_its_name(app):
    caller = Caller(app, headers=[("cookie", "session=s3cret"), ("authorization", "Bearer s3cret")])
    start = await caller.start()
    first = await caller.event()
    assert first["headers"] == ["authorization", "cookie"]
    assert "s3cret" not in str(start) + str(first)
    caller.gone.set()
    caller.task.cancel()


async def test_what_is_never_seen_is_said(app, monkeypatch):
    monkeypatch.setattr(echo, "SEEN_S", 0.01)
    caller = Caller(app)
    await caller.start()
    await caller.event()
    assert (await Caller(app, "seen=another").start())["status"] == 204
    assert await caller.event() == {"seen": False}


async def test_only_so_many_at_a_time():
    refused = []

    async def note(_request, error):
        refused.append(error.code)
        raise asyncio.CancelledError

    app = Starlette(routes=[Echoes().route], exception_handlers={UnavailableError: note})
    callers = [Caller(app) for _ in range(ECHOES_MAX)]
    for caller in callers:
        await caller.start()
        await caller.event()
    past = Caller(app)
    await asyncio.gather(past.task, return_exceptions=True)
    assert refused == ["echo.busy"]
    for caller in callers:
        caller.task.cancel()
    await asyncio.gather(*(caller.task for caller in callers), return_exceptions=True)
    again = Caller(app)
    assert (await again.start())["status"] == 200
    again.task.cancel()
