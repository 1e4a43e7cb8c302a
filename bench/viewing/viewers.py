"""Many viewers in one process: each plays an address, and notes how each picture came beside its time."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from playhead.wire import rtp, rtsp
from playhead.wire.rtsp.messages import write_request

ANSWER_S = 30.0
READ_BYTES = 1 << 16


@dataclass
class Viewer:
    """One of them."""

    address: str
    pictures: int = 0
    size: int = 0
    first_s: float | None = None
    """From connecting to the first whole picture."""
    latest_s: float = float("-inf")
    """How long after its time, counted from the first picture, the latest one of all came; negative: before it."""
    error: str = ""
    _parser: rtsp.Parser = field(default_factory=rtsp.Parser)
    _cseq: int = 0
    _session: str = ""
    _began_s: float = 0.0
    _first: tuple[float, int] | None = None

    async def watch(self, seconds: float) -> None:
        """Play for so long, or to the end."""
        host, _, port = self.address.split("/")[2].partition(":")
        try:
            self._began_s = asyncio.get_running_loop().time()
            reader, writer = await asyncio.open_connection(host, int(port), limit=READ_BYTES)
            with contextlib.closing(writer):
                base = (await self._ask(reader, writer, "DESCRIBE", self.address, Accept="application/sdp")).headers[
                    "content-base"
                ]
                track = next(line for line in self._body.splitlines()[::-1] if line.startswith("a=control:"))
                where = track.removeprefix("a=control:")
                setup = where if where.startswith("rtsp:") else base.rstrip("/") + "/" + where
                await self._ask(reader, writer, "SETUP", setup, Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
                await self._ask(reader, writer, "PLAY", base, Range="npt=0-")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        while data := await reader.read(READ_BYTES):
                            self._take(data)
        except (OSError, AssertionError, KeyError, StopIteration, TimeoutError) as error:
            self.error = f"{type(error).__name__} {error}"

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, address: str, **headers: str
    ) -> rtsp.Response:
        self._cseq += 1
        told = {"CSeq": str(self._cseq), "User-Agent": "bench", **headers}
        if self._session:
            told["Session"] = self._session
        writer.write(write_request(rtsp.Request(method, address, rtsp.V1, told)))
        async with asyncio.timeout(ANSWER_S):
            while True:
                data = await reader.read(READ_BYTES)
                assert data, f"{method}: closed"
                answer = self._take(data)
                if answer is not None:
                    assert answer.status == 200, f"{method}: {answer.status}"
                    self._session = answer.headers.get("session", self._session).partition(";")[0]
                    self._body = answer.body.decode()
                    return answer

    def _take(self, data: bytes) -> rtsp.Response | None:
        answer = None
        for message in self._parser.receive_data(data):
            if isinstance(message, rtsp.Response):
                answer = message
            elif isinstance(message, rtsp.Interleaved) and message.channel == 0:
                self._show(message.data)
        assert self._parser.fault is None, self._parser.fault
        return answer

    def _show(self, packet: bytes) -> None:
        self.size += len(packet)
        if not packet[1] & 0x80:
            return
        now_s, timestamp = asyncio.get_running_loop().time(), int.from_bytes(packet[4:8], "big")
        self.pictures += 1
        if self._first is None:
            self._first = now_s, timestamp
            self.first_s = now_s - self._began_s
        began_s, began = self._first
        ticks = (timestamp - began + 2**31) % 2**32 - 2**31
        self.latest_s = max(self.latest_s, now_s - began_s - ticks / rtp.CLOCK_HZ)


async def crowd(addresses: Sequence[str], seconds: float, *, within_s: float) -> list[Viewer]:
    """Have every address watched, the first at once and the last so much later."""
    viewers = [Viewer(address) for address in addresses]

    async def one(number: int, viewer: Viewer) -> None:
        await asyncio.sleep(number * within_s / len(viewers))
        await viewer.watch(seconds)

    await asyncio.gather(*(one(number, viewer) for number, viewer in enumerate(viewers)))
    return viewers
