"""One simulated connection: two transports back to back."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, cast

from typing_extensions import Buffer

from playhead.testing.loop import context_of


class Wires(Protocol):
    """What a link takes from its network."""

    links: "list[Link]"

    tap: "Callable[[SimTransport, Buffer], bytes]"
    """Hears what an end writes; what it returns is what arrives."""

    def delay_s(self) -> float:
        """How long the next piece takes."""
        ...

    def piece_bytes(self) -> int:
        """How long the next piece is at the most."""
        ...

    def port(self) -> int:
        """A port nobody has."""
        ...


class Link:
    """One connection: two transports back to back."""

    def __init__(
        self, network: Wires, client: tuple[str, asyncio.BaseProtocol], server: tuple[str, asyncio.BaseProtocol]
    ) -> None:
        self.network = network
        port = network.port()
        one = SimTransport(self, *client, peername=(server[0], 5633))
        two = SimTransport(self, *server, peername=(client[0], port))
        one.other, two.other = two, one
        self.ends = (one, two)
        network.links.append(self)
        for end in self.ends:
            end.context.run(end.protocol.connection_made, end)

    def cut(self) -> None:
        """Both sides lose the connection; what is on its way is lost."""
        for end in self.ends:
            end.lose(ConnectionResetError("Cut"))

    def cut_half(self, side: int) -> None:
        """``side`` (0 is who connected) loses the connection; the other hears nothing any more."""
        self.ends[side].lose(ConnectionResetError("Cut"))
        self.ends[1 - side].silence()

    def stall(self, seconds: float) -> None:
        """Nothing arrives for a while, in both directions."""
        until = asyncio.get_running_loop().time() + seconds
        for end in self.ends:
            end.stalled_until = max(end.stalled_until, until)

    def abandon(self, seconds: float) -> None:
        """Who connected gives up; what it had sent arrives all the same, later than what it sends anew."""
        self.stall(seconds)
        self.ends[0].linger()


class SimTransport(asyncio.Transport):
    """One end. What is written waits here until a piece of it is delivered at the other end."""

    other: "SimTransport"

    def __init__(self, link: Link, host: str, protocol: asyncio.BaseProtocol, peername: tuple[str, int]) -> None:
        super().__init__({"peername": peername})
        self.host = host
        self.context = context_of(host)
        """In which its protocol is called."""
        self.protocol = protocol
        self.stalled_until = 0.0
        self.link = link
        self._loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._high = 64 * 1024
        self._writers_paused = False
        self.reading = True
        self._closing = False
        self._eof_received = False
        self._gone = False
        self.muted = False
        self._moving = False
        self._lingering = False

    # asyncio.Transport

    def write(self, data: Buffer) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as 3.12 has it
        """Take bytes to deliver."""
        if self._closing or self._gone:
            return
        self._unsent += self.link.network.tap(self, data)
        if len(self._unsent) > self._high and not self._writers_paused:
            self._writers_paused = True
            self.protocol.pause_writing()
        self.move()

    def get_write_buffer_size(self) -> int:
        """Bytes not delivered."""
        return len(self._unsent)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """When to pause writers; they go on at a quarter of it."""
        del low
        self._high = high if high is not None else 64 * 1024

    def pause_reading(self) -> None:
        """Deliver nothing here."""
        self.reading = False

    def resume_reading(self) -> None:
        """Deliver again."""
        self.reading = True
        self.other.move()

    def is_reading(self) -> bool:
        """Whether data is delivered here."""
        return self.reading

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing or self._gone

    def close(self) -> None:
        """Deliver what is written, then the end of the stream; then it is gone."""
        self._closing = True
        self.move()

    def abort(self) -> None:
        """Gone at once; the other side hears of it."""
        self.lose(None)
        if not self.muted and not self.other.muted:
            self.other.lose(ConnectionResetError("Aborted by the other side"))

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Whom data is delivered to."""
        return self.protocol

    # What the simulation does to it

    def lose(self, error: Exception | None) -> None:
        """This side learns that the connection is gone."""
        if self._lingering:
            self.vanish()
        elif not self._gone:
            self._vanish()
            self._loop.call_soon(self.protocol.connection_lost, error, context=self.context)

    def vanish(self) -> None:
        """This side's process is dead: its protocol is never called again."""
        if not self._gone:
            self._vanish()

    def linger(self) -> None:
        """This side takes the connection for lost; what it wrote is on its way."""
        if not self._gone:
            self._closing = self._lingering = True
            self._writers_paused = False
            self._loop.call_soon(self.protocol.connection_lost, ConnectionResetError("Given up"), context=self.context)
            self.move()

    def silence(self) -> None:
        """Nothing is delivered from or to here any more, and nobody says so."""
        self.muted = True

    def _vanish(self) -> None:
        self._gone = True
        self._unsent.clear()
        links = self.link.network.links
        if self.link in links:
            links.remove(self.link)

    # How data moves

    def move(self) -> None:
        """Have the next piece delivered, after its delay."""
        if not self._moving and not self._gone:
            self._moving = True
            self._loop.call_later(self.link.network.delay_s(), self._moved)

    def _moved(self) -> None:
        self._moving = False
        if self._gone or self.muted or self.other.muted:
            return
        now = self._loop.time()
        if now < self.stalled_until:
            self._moving = True
            self._loop.call_at(self.stalled_until, self._moved)
            return
        if self._unsent:
            if not self.other.reading:
                return  # its resume_reading comes back here
            piece = bytes(self._unsent[: self.link.network.piece_bytes()])
            del self._unsent[: len(piece)]
            self.other.context.run(self.other.deliver, piece)
            if self._writers_paused and len(self._unsent) <= self._high // 4 and not self._gone:
                self._writers_paused = False
                self.context.run(self.protocol.resume_writing)
            if self._unsent or self._closing:
                self.move()
        elif self._closing:
            self.other.context.run(self.other.deliver_eof)
            if self._lingering:
                self.vanish()
            else:
                self.lose(None)

    def deliver(self, piece: bytes) -> None:
        """Data for this side has arrived."""
        if self._gone or self._closing:
            return
        if isinstance(self.protocol, asyncio.BufferedProtocol):
            while piece and not self._gone:
                buffer = memoryview(cast("Any", self.protocol.get_buffer(len(piece))))
                size = min(len(buffer), len(piece))
                buffer[:size] = piece[:size]
                piece = piece[size:]
                self.protocol.buffer_updated(size)
        else:
            cast("asyncio.Protocol", self.protocol).data_received(piece)

    def deliver_eof(self) -> None:
        """The other side has closed."""
        if self._gone or self._eof_received:
            return
        self._eof_received = True
        if not cast("asyncio.Protocol", self.protocol).eof_received():
            self.close()
