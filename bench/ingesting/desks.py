"""Workstations as cheap as they can be: they send what a workstation sends, and time what comes back.

What they send is sealed in form only: the bodies are noise, the chain is right. A premises cannot tell.
"""

import asyncio
import hashlib
import os
import ssl
from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from ingesting.site import AUTHORITY, SITE, name_of

from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.net.tls import client_context
from playhead.wire.screen.codec import decode_control, encode_control
from playhead.wire.screen.frames import FrameReader, control_frame, records_head
from playhead.wire.screen.messages import Accept, Ack, Decline, Goodbye, Heartbeat, Hello, Offer, Records, Welcome
from playhead.wire.vid import Flag, Header, Kind, RecordHeader, Track, encode_header

NOISE = os.urandom(1 << 20)
chance = Random(1)  # a load that can be repeated
STARTED_AT_US = 1_800_000_000_000_000
PIECE_BYTES_MAX = 200_000
PORTION_BYTES = 64 * 1024
"""Of one `Records`: docs/wire/screen.md §3."""


def tls_of(folder: Path, number: int) -> ssl.SSLContext:
    authority = ssl.PEM_cert_to_DER_cert((folder / AUTHORITY).read_text())
    file = folder / "desks" / f"{name_of(number)}.pem"
    return client_context(authority, file, file)


class Tally:
    """What a phase has measured."""

    def __init__(self) -> None:
        self.sent = 0
        self.sent_bytes = 0
        self.acknowledged = 0
        self.acknowledged_bytes = 0
        self.latencies: list[float] = []


class Desk(asyncio.Protocol):
    """One connection that sends pieces and learns when they are durable; the two kinds below say how."""

    def __init__(self, folder: Path, number: int, tally: Tally) -> None:
        self.folder = folder
        self.number = number
        self.tally = tally
        self.loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self.waiting: deque[tuple[int, int, float]] = deque()
        """End of each piece that is on its way, its bytes, and when it was sent."""
        self.refill: Callable[[Desk], None] | None = None
        """Told when something has become durable."""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # uvloop's is none of asyncio's classes

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed"))
        if self.waiting:
            raise ConnectionError(f"{name_of(self.number)} was cut off with {len(self.waiting)} pieces on their way")

    def sent(self, end: int, size: int) -> None:
        self.waiting.append((end, size, self.loop.time()))
        self.tally.sent += 1
        self.tally.sent_bytes += size

    def durable(self, offset: int) -> None:
        now = self.loop.time()
        waiting = self.waiting
        while waiting and waiting[0][0] <= offset:
            _, size, at = waiting.popleft()
            self.tally.acknowledged += 1
            self.tally.acknowledged_bytes += size
            self.tally.latencies.append(now - at)
        if self.refill is not None:
            self.refill(self)

    def send_piece(self, size: int) -> None:
        raise NotImplementedError


class ScreenDesk(Desk):
    """Speaks the screen protocol."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.reader = FrameReader()
        self.say(Hello((1,), name_of(self.number), "bench"))

    def say(self, message: Hello | Offer | Heartbeat) -> None:
        self.transport.write(control_frame(encode_control(message)))

    def data_received(self, data: bytes) -> None:
        for frame in self.reader.read(data):
            assert isinstance(frame, memoryview)
            match decode_control(frame):
                case Ack(offset=offset):
                    self.durable(offset)
                case Heartbeat() as beat:
                    self.say(beat)
                case Welcome():
                    self.offer()
                case Accept(offset=offset):
                    assert offset == self.offset
                    self.ready.set_result(None)
                    self.record(Kind.INIT, 100)
                case Goodbye() | Decline() as end:
                    raise ConnectionError(f"{end.code}: {end.message}")
                case _:
                    pass

    def offer(self) -> None:
        pem = (self.folder / "desks" / f"{name_of(self.number)}.pem").read_bytes()
        signer = load_pem_private_key(pem.partition(b"-----BEGIN CERT")[0], None).public_key()
        recording, segment = RecordingId(UUID(bytes=os.urandom(16))), SegmentId(UUID(bytes=os.urandom(16)))
        header = encode_header(
            Header(
                recording=recording,
                segment=segment,
                site=SITE,
                workstation=WorkstationId(name_of(self.number)),
                agent="bench",
                started_at_us=STARTED_AT_US,
                tracks=(Track(1, "screen"),),
                keys=(),
                signer=signer.public_bytes_raw(),
            )
        )
        self.chain, self.offset, self.sequence = header[-32:], len(header), 0
        self.say(Offer(1, recording.bytes, segment.bytes, header))

    def send_piece(self, size: int) -> None:
        self.record(Kind.PIECE, size)

    def record(self, kind: Kind, size: int) -> None:
        at_us = self.sequence * 1000
        flags = Flag.KEY if self.sequence == 1 else Flag.NONE
        clear = RecordHeader(kind, flags, 1, 0, self.sequence, at_us, STARTED_AT_US + at_us, size, 1000).encode()
        start = chance.randrange(len(NOISE) - size)
        body = NOISE[start : start + size]
        digest = hashlib.sha256(self.chain)
        digest.update(clear)
        digest.update(body)
        self.chain = digest.digest()
        data = b"".join((clear, body, self.chain))
        for start in range(0, len(data), PORTION_BYTES):
            part = data[start : start + PORTION_BYTES]
            self.transport.write(b"".join((records_head(Records(1, self.offset, part)), part)))
            self.offset += len(part)
        self.sequence += 1
        self.sent(self.offset, len(data))


class RedisDesk(Desk):
    """Sends each piece to a Redis whose append-only file is synced before it answers (``appendfsync always``)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.count = self.answered = 0
        self.ready.set_result(None)

    def data_received(self, data: bytes) -> None:
        assert data[:1] in b"+OK\r\n", data
        self.answered += data.count(b"\n")
        self.durable(self.answered)

    def send_piece(self, size: int) -> None:
        start = chance.randrange(len(NOISE) - size)
        # One key a workstation, so that it is the file that grows and not the memory.
        head = f"*3\r\n$3\r\nSET\r\n$10\r\n{name_of(self.number)}\r\n${size}\r\n".encode()
        self.transport.write(b"".join((head, NOISE[start : start + size], b"\r\n")))
        self.count += 1
        self.sent(self.count, size)


KINDS = {"screen": ScreenDesk, "redis": RedisDesk}
