"""A TCP port carried over a pool, as `ssh -L` carries one: `forward.py entry` and `forward.py exit`.

The entry takes connections at a local port and opens a stream for each; the exit connects each stream to a target. Not
what Playhead uses a pool for (its streams begin and end in its own processes), but what every other tunnel can be
compared with.
"""

import argparse
import asyncio
import contextlib
import mmap
import random
import secrets
import select
import socket
from pathlib import Path
from typing import Self

import structlog
import uvloop

from playhead.base.addresses import Address
from playhead.net.network import SystemNetwork
from playhead.net.pool import Caller, Dialing, PoolEnd, Pools
from playhead.net.pool.tls import accepting_context, dialing_context
from playhead.wire.pool import Role, Stream, Urgency

SLOT_BYTES = 512 * 1024
SLOTS_BYTES = 8 * 1024 * 1024
"""More than the pool ever holds unwritten: what is read into a slot is written out before its turn comes again."""
LINE_BYTES = 64
ACCEPTED_AT_ONCE = 64
CHANGES_AT_ONCE = 256
HANGING_UP = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
LOOP = uvloop.new_event_loop()


class Slots:
    """Memory to read into, used round and round, in whole cache lines: the kernel copies to those faster."""

    def __init__(self) -> None:
        self._all = memoryview(mmap.mmap(-1, SLOTS_BYTES))
        self._at = 0

    def next(self) -> memoryview:
        """Where to read to."""
        if self._at + SLOT_BYTES > SLOTS_BYTES:
            self._at = 0
        return self._all[self._at : self._at + SLOT_BYTES]

    def use(self, size: int) -> None:
        """So much was read there."""
        self._at += -(-size // LINE_BYTES) * LINE_BYTES


class Locals:
    """All local connections, watched together: the loop watches one thing, which says of changes only.

    So a connection that waits costs no call to the kernel and no handle of the loop.
    """

    def __init__(self) -> None:
        self.slots = Slots()
        self._watched: dict[int, Local] = {}
        self._kernel = select.epoll()
        LOOP.add_reader(self._kernel, self._note)

    def watch(self, connection: socket.socket, local: "Local") -> None:
        """Tell it of what changes, from now on until `forget`; of what can be done already at once."""
        if connection.fileno() in self._watched:
            return
        self._watched[connection.fileno()] = local
        self._kernel.register(connection, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET)

    def forget(self, connection: socket.socket) -> None:
        """It is about to be closed."""
        self._watched.pop(connection.fileno(), None)

    def _note(self) -> None:
        for number, changes in self._kernel.poll(0, CHANGES_AT_ONCE):
            local = self._watched.get(number)
            if local is not None:  # else it was closed by the one before it
                local.note(changes)


class Local:
    """A local connection, joined to a stream: bytes go from the kernel to the pool when it asks for them, and back.

    Args:
        end: the pool.
        connection: may still be on its way.
        locals_: who watches it.
    """

    __slots__ = ("_connection", "_end", "_ended", "_hangs_up", "_heard", "_locals", "_stream", "_unsent", "drained")

    def __init__(self, end: PoolEnd, connection: socket.socket, locals_: Locals) -> None:
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._end = end
        self._connection = connection
        self._locals = locals_
        self._stream: Stream | None = None
        self._unsent: list[memoryview] | None = None
        self._hangs_up = False
        self._heard = False
        self._ended = False
        self.drained = False
        """Whether there was nothing to read when the pool last asked (`Source`)."""

    def enter(self, *, bulk: bool) -> None:
        """Open a stream for it. It is watched from the moment on that it has nothing more to read."""
        urgency = Urgency.BULK if bulk else Urgency.INTERACTIVE
        self._stream = self._end.open_for("tcp", self, self, urgency=urgency, resumable=bulk)

    def leave(self, stream: Stream, target: tuple[str, int]) -> Self:
        """Connect it for a stream that was opened."""
        stream.source, self._stream, self._unsent, self.drained = self, stream, [], True
        with contextlib.suppress(BlockingIOError):
            self._connection.connect(target)
        self._locals.watch(self._connection, self)
        return self

    def note(self, changes: int) -> None:
        """Something came, or can be written again."""
        if changes & select.EPOLLOUT and self._unsent is not None:
            self._write()
        self._hangs_up = self._hangs_up or bool(changes & HANGING_UP)
        if changes & ~select.EPOLLOUT and self.drained and not self._heard:
            self.drained = False
            if self._stream is not None:
                self._end.wake(self._stream)

    # Source

    def read(self, size_max: int) -> memoryview:
        """What the connection brought."""
        slots = self._locals.slots
        slot = slots.next()[:size_max]
        try:
            size = self._connection.recv_into(slot)
        except BlockingIOError:
            self._dry()
            return slot[:0]
        except OSError:
            size = 0
        if size:
            slots.use(size)
            if size < len(slot) and not self._hangs_up:
                self._dry()  # whatever comes from now on is told of
            if self._stream is not None and self._stream.resumable:  # kept until the other end has it
                return memoryview(bytes(slot[:size]))
        elif not self._heard and self._stream is not None:
            self._heard = self.drained = True
            LOOP.call_soon(self._end.finish, self._stream)
            self._close_if_over()
        return slot[:size]

    def _dry(self) -> None:
        self.drained = True
        self._locals.watch(self._connection, self)

    # Taker

    def note_data(self, data: memoryview) -> None:
        """Bytes for the connection."""
        sent = 0
        if self._unsent is None:
            with contextlib.suppress(BlockingIOError):
                sent = self._send(data)
        if sent < len(data):
            if self._unsent is None:
                self._unsent = []
                self._locals.watch(self._connection, self)
            self._unsent.append(memoryview(bytes(data[sent:])))

    def note_ended(self) -> None:
        """No more for it."""
        self._ended = True
        if self._unsent is None:
            self._close_writing()

    def note_broken(self, _code: str) -> None:
        """It is over."""
        self._close()

    def _send(self, data: memoryview) -> int:
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            return 0
        except OSError:  # it is gone: whatever comes has been used
            sent = len(data)
        if self._stream is not None:
            self._end.consume(self._stream, sent)
        return sent

    def _write(self) -> None:
        unsent = self._unsent or []
        while unsent:
            sent = self._send(unsent[0])
            if sent < len(unsent[0]):
                unsent[0] = unsent[0][sent:]
                return
            unsent.pop(0)
        self._unsent = None
        if self._ended:
            self._close_writing()

    def _close_writing(self) -> None:
        if not self._close_if_over():
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)

    def _close_if_over(self) -> bool:
        over = self._ended and self._heard and self._unsent is None
        if over:
            self._close()
        return over

    def _close(self) -> None:
        if self._connection.fileno() >= 0:
            self._locals.forget(self._connection)
            self._connection.close()


async def refuse(*_: object) -> None:
    """Nobody opens streams with coroutines here."""
    raise AssertionError


async def enter(options: argparse.Namespace) -> None:
    """Take connections at ``--local``, and carry them to ``--link``."""
    tls = None
    if options.tls is not None:
        pem = options.tls / "entry.pem"
        tls = dialing_context(pem, pem, (options.tls / "authority.der").read_bytes())

    end = PoolEnd(Role.DIALER, secrets.token_bytes(16), refuse)
    network = SystemNetwork(receive_buffer_bytes=None)
    dialing = Dialing(end, Address.parse(options.link), tls, network, random.Random(), links=options.links)
    keeping = asyncio.create_task(dialing.run())
    listener = socket.create_server(("127.0.0.1", options.local), backlog=4096)
    listener.settimeout(0)
    connections = Locals()
    while not end.links:
        end.changed.clear()
        await end.changed.wait()

    def accept() -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(ACCEPTED_AT_ONCE):
                Local(end, listener.accept()[0], connections).enter(bulk=options.bulk)

    LOOP.add_reader(listener, accept)
    await keeping


async def leave(options: argparse.Namespace) -> None:
    """Take links at ``--link``, and connect what they bring to ``--target``."""
    tls = None
    if options.tls is not None:
        pem = options.tls / "exit.pem"
        tls = accepting_context(pem, pem, (options.tls / "authority.der").read_bytes())
    target, connections = Address.parse(options.target), Locals()

    def take(end: PoolEnd, stream: Stream) -> Local:
        return Local(end, socket.socket(), connections).leave(stream, (target.host, target.port))

    pools = Pools(refuse, lambda _certificate: Caller("entry"), take=take)
    await pools.listen(Address.parse(options.link), tls, SystemNetwork(receive_buffer_bytes=None))
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("end", choices=["entry", "exit"])
    parser.add_argument("--link", required=True, help="address of the exit's link port")
    parser.add_argument("--local", type=int, help="of the entry: port to take connections at")
    parser.add_argument("--target", help="of the exit: address to connect to")
    parser.add_argument("--tls", type=Path, help="folder with certificates; without, plain")
    parser.add_argument("--links", type=int, default=2)
    parser.add_argument("--bulk", action="store_true", help="of the entry: streams are bulk, and outlive links")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.set_event_loop(LOOP)
    LOOP.run_until_complete(enter(options) if options.end == "entry" else leave(options))


if __name__ == "__main__":
    main()
