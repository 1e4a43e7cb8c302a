"""Between a workstation and its server: passes bytes on, until it is told to cut, to refuse or to stall."""

import asyncio
import contextlib
from collections.abc import Callable

from torturing.witness import Conversation, Witness

READ_BYTES = 64 * 1024


class Relay:
    """One workstation's way to the server.

    Args:
        port: the server's.
        witness: sees everything that gets through.
    """

    def __init__(self, port: int, witness: Witness) -> None:
        self._server_port = port
        self._witness = witness
        self._server: asyncio.Server | None = None
        self._links: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._is_cut = False
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._links, return_exceptions=True)

    def cut(self) -> None:
        """End every connection without a word, and take no other."""
        self._is_cut = True
        for task in self._links:
            task.cancel()

    def mend(self) -> None:
        self._is_cut = False
        self._flowing.set()

    def stall(self) -> None:
        """Keep connections open, and pass nothing on."""
        self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links[task] = (writer,)
        try:
            if self._is_cut:
                return
            back, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
            self._links[task] = (writer, forth)
            seen = Conversation(self._witness)
            async with asyncio.TaskGroup() as both:
                # What is noted as sent has not arrived yet; what is noted as answered was true before it passed by.
                both.create_task(self._pass(reader, forth, seen.sent))
                both.create_task(self._pass(back, writer, seen.answered))
        except* OSError:
            pass  # one of them is not there: so be it
        except* asyncio.CancelledError:
            pass  # cut
        finally:
            for each in self._links.pop(task):
                each.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Callable[[bytes], None]
    ) -> None:
        while data := await reader.read(READ_BYTES):
            await self._flowing.wait()
            note(data)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
