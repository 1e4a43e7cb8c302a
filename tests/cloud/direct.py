"""A link without a network: what one end asks, the other's application answers, in the same process."""

import asyncio
from dataclasses import dataclass

from playhead.base.errors import UnavailableError


@dataclass
class DirectAnswer:
    """As `playhead.net.pool.http.Answer`."""

    status: int
    headers: tuple
    parts: asyncio.Queue
    task: asyncio.Task

    async def __aiter__(self):
        while (part := await self.parts.get()) is not None:
            if part:
                yield part
        await self.task

    async def read(self):
        return b"".join([part async for part in self])

    def give_up(self):
        self.task.cancel()


class Direct:
    """Both `SiteLink` and what `Links` does with one site.

    Args:
        application: of the other end.
        site: which the application is told asks.
    """

    def __init__(self, application, site=None):
        self.application = application
        self.site = site
        self.is_up = asyncio.Event()
        self.is_up.set()
        self.asked = []
        self.loses_answers = 0

    @property
    def up(self):
        return self.is_up.is_set()

    async def wait_up(self):
        await self.is_up.wait()

    async def ask(self, method, target, headers=(), body=b"", **_more):
        if not self.up:
            raise UnavailableError("link.down", "There is no link.")
        self.asked.append((method, target))
        answer = await self._answer(method, target, headers, body)
        if self.loses_answers:
            self.loses_answers -= 1
            await answer.read()
            raise UnavailableError("pool.gone", "The stream was broken off.")
        return answer

    async def _answer(self, method, target, headers, body):
        path, _, query = target.partition(b"?")
        head, parts = asyncio.get_running_loop().create_future(), asyncio.Queue()
        sent = asyncio.Event()

        async def receive():
            if sent.is_set():
                await asyncio.Event().wait()
            sent.set()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            if message["type"] == "http.response.start":
                head.set_result((message["status"], tuple(message.get("headers", ()))))
            else:
                await parts.put(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    await parts.put(None)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "https",
            "path": path.decode(), "raw_path": path, "query_string": query, "root_path": "",
            "headers": list(headers), "client": None, "server": None, "state": {"site": self.site},
        }  # fmt: skip
        task = asyncio.create_task(self.application(scope, receive, send))
        await asyncio.wait([task, head], return_when=asyncio.FIRST_COMPLETED)
        if not head.done():
            await task
        return DirectAnswer(*await head, parts, task)
