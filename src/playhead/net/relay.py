"""A relay of TCP connections that can be cut and stalled: the bad network of drills and tests."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from playhead.base.addresses import Address

READ_BYTES: Final = 64 * 1024

Watch = tuple[Callable[[bytes], None], Callable[[bytes], None]]
"""Is told the bytes of one connection as they pass: towards the server, and back."""


def _blind() -> Watch:
    return (lambda _: None), (lambda _: None)


class Relay:
    """Passes bytes on to a server, until it is told otherwise.

    Args:
        server: where to.
        watch: called for each connection.
    """

    def __init__(self, server: Address, watch: Callable[[], Watch] = _blind) -> None:
        self._to = server
        self._watch = watch
        self._server: asyncio.Server | None = None
        self._links: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._is_cut = False

    async def open(self) -> Address:
        """Listen on a free port of this machine; the address."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return Address("127.0.0.1", self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """End everything."""
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._links, return_exceptions=True)

    def cut(self) -> None:
        """End every connection without a word, and take no other."""
        self._is_cut = True
        for task in self._links:
            task.cancel()

    def stall(self) -> None:
        """Keep connections open, and pass nothing on."""
        self._flowing.clear()

    def mend(self) -> None:
        """Be a good network again."""
        self._is_cut = False
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # it runs in one
        writers = self._links[task] = [writer]
        try:
            if self._is_cut:
                return
            back, forth = await asyncio.open_connection(self._to.host, self._to.port)
            writers.append(forth)
            sent, answered = self._watch()
            async with asyncio.TaskGroup() as both:
                # What is told as sent has not arrived yet; what is told as answered was true before it passed by.
                both.create_task(self._pass(reader, forth, sent))
                both.create_task(self._pass(back, writer, answered))
        except* OSError:
            pass  # one of the two is not there, or went: so does the other
        except* asyncio.CancelledError:
            pass  # cut
        finally:
            del self._links[task]
            for each in writers:
                each.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Callable[[bytes], None]
    ) -> None:
        while data := await reader.read(READ_BYTES):
            await self._flowing.wait()
            told(data)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
