"""CPU that the core of the pool protocol takes per GB, in one process: script/bench pool_core.

Three measures of the same bytes, interleaved, each the median of some rounds: a bare TCP connection over loopback
without any protocol (the floor); the core over that very connection, its frames written with `sendmsg` and read into an
aligned buffer; and the core with nothing between its two ends, which is what the protocol alone costs.
"""

import argparse
import mmap
import socket
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import print_figures, print_header, print_table

from playhead.wire.pool import Data, Link, Opened, Pool, Role, Urgency

READ_BYTES = 1024 * 1024
WRITE_BYTES = 1024 * 1024


def aligned(size: int) -> memoryview:
    """Memory that begins at a page: the kernel copies to it faster than to a `bytearray`."""
    return memoryview(mmap.mmap(-1, size))


def connection() -> tuple[socket.socket, socket.socket]:
    """Two ends of a TCP connection over loopback, without waiting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        two, _ = listener.accept()
    for end in (one, two):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.settimeout(0)
    return one, two


class Slots:
    """A source that never ends: the same slot again and again, as a file that is in memory."""

    drained = False

    def __init__(self, total: int) -> None:
        self.slot = aligned(WRITE_BYTES)
        self.left = total

    def read(self, size_max: int) -> memoryview:
        size = min(size_max, self.left, WRITE_BYTES)
        self.left -= size
        self.drained = not self.left
        return self.slot[:size]


class Wire:
    """One way of a connection: what one end writes the other reads."""

    def __init__(self, out: socket.socket, into: socket.socket) -> None:
        self.out, self.into = out, into
        self.buffer = aligned(READ_BYTES)
        self.unsent: list[bytes | memoryview] = []

    def write(self, pieces: list[bytes | memoryview]) -> None:
        self.unsent += pieces
        while self.unsent:
            try:
                sent = self.out.sendmsg(self.unsent[:64])
            except BlockingIOError:
                return
            while sent:
                size = len(self.unsent[0])
                if sent < size:
                    self.unsent[0] = memoryview(self.unsent[0])[sent:]
                    break
                sent -= size
                self.unsent.pop(0)

    def read(self) -> memoryview:
        try:
            return self.buffer[: self.into.recv_into(self.buffer)]
        except BlockingIOError:
            return self.buffer[:0]


def now_us() -> int:
    return time.monotonic_ns() // 1000


class Ends:
    """Two pools with one link, and how many bytes of streams have come to the second."""

    def __init__(self, streams: int, total: int, *, resumable: bool) -> None:
        self.one, self.two = Pool(Role.DIALER, b"d" * 16), Pool(Role.ACCEPTOR, b"a" * 16)
        self.dialled = Link(Role.DIALER, lambda _: self.one, now_us(), self.one.hello(0))
        self.accepted = Link(Role.ACCEPTOR, lambda _: self.two, now_us())
        self.received = self.opened = 0
        self.hand_over()
        for _ in range(streams):
            source = Slots(total // streams)
            self.one.open("bench", now_us(), urgency=Urgency.BULK, resumable=resumable, source=source, end=True)

    def hand_over(self) -> None:
        """The handshake, without a connection."""
        self.take(self.accepted, b"".join(self.dialled.data_to_send(now_us())))
        self.take(self.dialled, b"".join(self.accepted.data_to_send(now_us())))

    def take(self, link: Link, data: bytes | memoryview) -> None:
        now = now_us()
        for event in link.receive_data(data, now):
            match event:
                case Data(stream, piece):
                    self.received += len(piece)
                    self.two.consume(stream, len(piece), now)
                case Opened():
                    self.opened += 1
                case _:
                    pass


def bare(total: int) -> None:
    one, two = connection()
    wire, source, received = Wire(one, two), Slots(total), 0
    while received < total:
        if not wire.unsent and not source.drained:
            wire.write([source.read(WRITE_BYTES)])
        else:
            wire.write([])
        while got := len(wire.read()):
            received += got
    one.close()
    two.close()


def over_tcp(total: int, *, streams: int, resumable: bool) -> None:
    one, two = connection()
    forth, back = Wire(one, two), Wire(two, one)
    ends = Ends(streams, total, resumable=resumable)
    while ends.received < total:
        forth.write([] if forth.unsent else ends.dialled.data_to_send(now_us(), WRITE_BYTES))
        while len(data := forth.read()):
            ends.take(ends.accepted, data)
        back.write(ends.accepted.data_to_send(now_us(), WRITE_BYTES))
        while len(data := back.read()):
            ends.take(ends.dialled, data)
    one.close()
    two.close()


def alone(total: int, *, read_bytes: int) -> None:
    """The core, given views of what the other end wrote, in reads of this size."""
    ends = Ends(1, total, resumable=True)
    while ends.received < total:
        for piece in ends.dialled.data_to_send(now_us(), WRITE_BYTES):
            view = memoryview(piece)
            for at in range(0, len(view), read_bytes):
                ends.take(ends.accepted, view[at : at + read_bytes])
        for piece in ends.accepted.data_to_send(now_us(), WRITE_BYTES):
            ends.take(ends.dialled, piece)


def opens(count: int) -> None:
    """Streams that ask and are answered, one after the other."""
    ends = Ends(0, 0, resumable=False)
    for _ in range(count):
        stream = ends.one.open("echo", now_us(), data=b"question", end=True)
        now = now_us()
        for event in ends.accepted.receive_data(b"".join(ends.dialled.data_to_send(now)), now):
            if isinstance(event, Opened):
                ends.two.write(event.stream, b"answer", now)
                ends.two.end(event.stream, now)
        ends.take(ends.dialled, b"".join(ends.accepted.data_to_send(now_us())))
        assert stream.over


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=1024, help="megabytes in each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    total = options.mb * 1_000_000 // 16 * 16
    ways: dict[str, Callable[[], None]] = {
        "bare TCP, no protocol": lambda: bare(total),
        "core over TCP, 1 stream": lambda: over_tcp(total, streams=1, resumable=False),
        "core over TCP, 1 resumable stream": lambda: over_tcp(total, streams=1, resumable=True),
        "core over TCP, 16 streams": lambda: over_tcp(total, streams=16, resumable=True),
        "core alone, reads of 1 MiB": lambda: alone(total, read_bytes=READ_BYTES),
        "core alone, reads of 64 KiB": lambda: alone(total, read_bytes=64 * 1024),
    }
    print_header("pool_core")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    speed: dict[str, list[float]] = {name: [] for name in ways}
    opened: list[float] = []
    for _ in range(options.rounds):
        for name, way in ways.items():
            began, at = time.process_time(), time.monotonic()
            way()
            taken[name].append((time.process_time() - began) / total * 1e9)
            speed[name].append(total / 1e6 / (time.monotonic() - at))
        began = time.process_time()
        opens(5000)
        opened.append((time.process_time() - began) / 5000 * 1e6)
    figures = {name: statistics.median(times) for name, times in taken.items()}
    floor = figures["bare TCP, no protocol"]
    rows = [
        [
            name,
            f"{(cpu := statistics.median(times)):.3f}",
            f"{cpu - floor:+.3f}",
            f"{statistics.median(speed[name]):.0f}",
        ]
        for name, times in taken.items()
    ]
    print_table(["both ends in one process", "CPU s/GB", "over bare TCP", "MB/s"], rows)
    print(f"a stream asked and answered: {statistics.median(opened):.0f} µs of CPU, both ends\n")
    print_figures({**figures, "open_us": statistics.median(opened)})


if __name__ == "__main__":
    main()
