"""Sending a recording to one player: what is due, in its order, as fast as the player's socket takes it.

Nothing is queued beyond what the connection holds. A player that is slow gets everything later; one that is too slow
for what is live goes on at the newest key frame.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.premises.native_players import metrics
from playhead.premises.native_players.rules import Pace, rtp_ticks
from playhead.premises.native_players.walks import Program, Scene, Walk
from playhead.premises.screen.live import Subscription
from playhead.wire import rtp, rtsp

REPORT_S: Final = 5.0
"""How often a sender report is sent (RFC 3550 §6.2), and what was sent is told for the audit log."""

LOOK_AGAIN_S: Final = 60.0
"""How often it is seen whether the viewer still may: as long as a token lasts."""

FLUSH_BYTES: Final = 64 << 10
"""Pictures that are due are written together up to about so many bytes."""

OPENING_PICTURES: Final = 3
"""Pictures after the lead that are sent with it. Where the screen hardly changes the next one is seconds away, and
ffmpeg waits for some that span all of what it looks at."""

RETRY_S: Final = 1.0
"""When to try again what is not to be had for a moment; and how often what grows is looked at in any case."""

_log = structlog.get_logger()


class Wire(Protocol):
    """The connection to a player."""

    def write(self, data: bytes, /) -> None:
        """Send."""
        ...

    def close(self) -> None:
        """End the connection once all is written."""
        ...

    async def writable(self) -> None:
        """Return once the player has taken most of what it was sent."""
        ...


@dataclass(slots=True)
class Outlet:
    """One stream to a player."""

    channels: tuple[int, int]
    """Of RTP and of RTCP."""
    ssrc: int
    sequence: int
    packets: int = 0
    payload_bytes: int = 0

    def pack(self, payloads: tuple[bytes, ...], timestamp: int) -> list[bytes]:
        """The frames of one picture."""
        last = len(payloads) - 1
        frames: list[bytes] = []
        for number, payload in enumerate(payloads):
            head = rtp.header(rtsp.PAYLOAD_TYPE, self.sequence, timestamp, self.ssrc, marker=number == last)
            size = rtp.HEADER_BYTES + len(payload)
            frames += (b"$" + bytes((self.channels[0],)) + size.to_bytes(2, "big") + head, payload)
            self.sequence += 1
        self.packets += len(payloads)
        return frames


@dataclass(slots=True)
class Sent:
    """What was sent since it was last told."""

    from_us: int | None = None
    to_us: int = 0
    size: int = 0

    def add(self, position_us: int, size: int) -> None:
        """One picture."""
        self.from_us = position_us if self.from_us is None else min(self.from_us, position_us)
        self.to_us = max(self.to_us, position_us)
        self.size += size


@dataclass(slots=True, kw_only=True)
class Playing:
    """See the module. What is given here is settled by one PLAY; `run` may be cancelled and run again (PAUSE)."""

    program: Program
    walks: Mapping[int, Walk]
    outlets: Mapping[int, Outlet]
    wire: Wire
    clock: Clock
    pace: Pace
    base: int
    """RTP time of the start, in ticks, counted on without an end."""
    start_us: int
    end_us: int | None
    says_goodbye: bool
    """At the end by RTCP, as players of 1.0 want it; those of 2.0 are told by RTSP (RFC 7826 §13.5.1)."""
    cname: str
    """Names the sender in reports, the same for all streams of a session."""
    tell: Callable[[int, int, int], None]
    """Told from when to when (positions) pictures were sent, and how many bytes."""
    may: Callable[[], Awaitable[None]]
    """Awaited now and then: raises where the viewer may not any more."""
    highest: int = 0
    """Highest RTP time sent, in ticks since the start."""
    position_us: int = 0
    """Of the next picture."""
    _segments: set[SegmentId] = field(default_factory=set[SegmentId])
    _sent: Sent = field(default_factory=Sent)
    _out: list[bytes] = field(default_factory=list[bytes])
    _out_bytes: int = 0
    _rested_s: float | None = None
    _reported_s: float = -math.inf
    _asked_s: float = math.inf
    _opening: int = OPENING_PICTURES

    async def run(self, changes: Subscription | None) -> None:
        """Send to the end, and say goodbye. Cancelled it goes on where it was when it is run again.

        Args:
            changes: of the recording, subscribed to before; None where it cannot grow.

        Raises:
            NotFoundError: ``recording.*``: it was erased.
            RefusedError: ``access.refused``: the viewer may not any more.
        """
        now_s = asyncio.get_running_loop().time()
        self._asked_s = now_s
        if self._rested_s is not None:
            self.pace.rest(now_s - self._rested_s)
        changed = asyncio.Event()
        watching = None if changes is None else asyncio.create_task(_watch(changes, changed))
        try:
            await self._send(changed)
            self._goodbye()
        finally:
            self._flush()
            self._tell()
            self._rested_s = asyncio.get_running_loop().time()
            if watching is not None:
                watching.cancel()

    def timestamp(self, position_us: int) -> int:
        """RTP time of a position, counted on without an end."""
        return self.base + rtp_ticks(position_us, self.start_us, self.pace.scale)

    async def _send(self, changed: asyncio.Event) -> None:
        while True:
            scene = await self._next()
            is_beyond = scene is not None and self.end_us is not None and scene.position_us >= self.end_us
            if scene is None and not self.program.is_over:
                await self._grown(changed)
            elif scene is None or is_beyond:
                end_us = self.program.length_us if self.end_us is None else self.end_us
                await self._until(self.pace.shown_s(max(end_us, self.start_us)))
                return
            else:
                self._cross(scene)
                await self._until(self._due_s(scene))
                self._put(scene)
                if self._out_bytes >= FLUSH_BYTES:
                    await self.wire.writable()
                    self._flush()

    def _due_s(self, scene: Scene) -> float:
        """When a picture is to be sent: the first ones that are not due yet go with those that are."""
        due_s, now_s = self.pace.due_s(scene.position_us), asyncio.get_running_loop().time()
        if due_s <= now_s or not self._opening or not self.pace.lead_us:
            return due_s
        self._opening -= 1
        return now_s

    async def _next(self) -> Scene | None:
        """The next picture of all tracks, by their time."""
        found: Scene | None = None
        for walk in self.walks.values():
            if not walk.is_ready:
                self._flush()
            scene = await self._peek(walk)
            if scene is not None and (found is None or scene.position_us < found.position_us):
                found = scene
        return found

    async def _peek(self, walk: Walk) -> Scene | None:
        while True:
            try:
                return await walk.peek()
            except UnavailableError as error:
                _log.warning("cannot read what is played; will try again", code=error.code)
                await asyncio.sleep(RETRY_S)

    async def _grown(self, changed: asyncio.Event) -> None:
        """Wait until there may be more."""
        self._flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(RETRY_S):
                await changed.wait()
        changed.clear()
        await self._look()
        await self.program.refresh()

    def _cross(self, scene: Scene) -> None:
        """Pass over the gap before a segment that comes into play."""
        if scene.segment in self._segments:
            return
        if self._segments:
            self.pace.cross(self.program.gap_before_us(scene.segment))
        elif scene.position_us > self.start_us:
            self.pace.cross(scene.position_us - self.start_us)
        self._segments.add(scene.segment)

    async def _until(self, when_s: float) -> None:
        """Wait until then, and for the player's socket; what is to be told now and then is told meanwhile."""
        loop = asyncio.get_running_loop()
        while (left_s := when_s - loop.time()) > 0:
            await self._look()
            await self.wire.writable()
            self._flush()
            await asyncio.sleep(min(left_s, REPORT_S))
        await self._look()

    async def _look(self) -> None:
        """Report, tell what was sent, and ask whether the viewer still may, where that is due."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._reported_s >= REPORT_S:
            self._reported_s = now_s
            self._report(now_s)
            self._tell()
        if now_s - self._asked_s >= LOOK_AGAIN_S:
            self._asked_s = now_s
            await self.may()

    def _put(self, scene: Scene) -> None:
        shot, outlet = scene.shot, self.outlets[scene.track]
        ticks = rtp_ticks(scene.position_us, self.start_us, self.pace.scale)
        self.highest = max(self.highest, ticks)
        self._out += outlet.pack(shot.payloads, self.base + ticks)
        outlet.payload_bytes += shot.size
        self._out_bytes += shot.size
        self._sent.add(scene.position_us, shot.size)
        self.position_us = scene.position_us
        self.walks[scene.track].take()

    def _flush(self) -> None:
        if not self._out:
            return
        self.wire.write(b"".join(self._out))
        metrics.MEDIA_BYTES.inc(self._out_bytes)
        self._out.clear()
        self._out_bytes = 0

    def _report(self, now_s: float) -> None:
        timestamp = self.timestamp(self.pace.shown_us(now_s))
        for outlet in self.outlets.values():
            report = rtp.sender_report(
                ssrc=outlet.ssrc,
                cname=self.cname,
                wall_us=self.clock.wall_us(),
                timestamp=timestamp,
                packets=outlet.packets,
                payload_bytes=outlet.payload_bytes,
            )
            self._out.append(rtsp.write_interleaved(outlet.channels[1], report))

    def _goodbye(self) -> None:
        if self.says_goodbye:
            for outlet in self.outlets.values():
                farewell = rtp.goodbye(ssrc=outlet.ssrc, cname=self.cname)
                self._out.append(rtsp.write_interleaved(outlet.channels[1], farewell))

    def _tell(self) -> None:
        if self._sent.from_us is not None:
            self.tell(self._sent.from_us, self._sent.to_us, self._sent.size)
            self._sent = Sent()


async def _watch(changes: Subscription, changed: asyncio.Event) -> None:
    """Wake up for every change; what it is, the catalogue tells."""
    async for _ in changes:
        changed.set()
