"""What goes to the premises next: which segments are offered, and whose bytes are sent, over one connection.

No IO but reading the spool. The segment that is being recorded comes before everything else, so that live views are
not held up; what is being caught up shares the rest, oldest first.
"""

from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import UnavailableError
from playhead.wire.screen import Accept, Ack, Decline, End, Offer, Records
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment

SLICE_BYTES: Final = 64 * 1024
"""Bytes of one message: what may stand before an urgent one on a slow line."""

CATCHING_UP_MAX: Final = 4
"""Finished segments on their way at a time. A handful hides the pauses between one segment and the next."""

WINDOW_BYTES: Final = 1 << 20
"""Bytes of a finished segment sent and not acknowledged. Keeps the line free for what is recorded now."""

DEFER_US: Final = 30_000_000
"""How long a segment rests that the server declined for now."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Channel:
    number: int
    segment: SpooledSegment
    is_live: bool
    """It was being recorded when it was offered."""
    is_accepted: bool = False
    is_ended: bool = False
    sent: int = 0
    unreadable: str = ""
    """Why the rest cannot be sent."""

    @property
    def unsent(self) -> int:
        return self.segment.size - self.sent if self.is_accepted and not self.is_ended else 0

    @property
    def in_flight(self) -> int:
        return self.sent - self.segment.acknowledged

    @property
    def is_done(self) -> bool:
        """All was sent, and nothing will be added."""
        return self.is_accepted and not self.is_ended and self.unsent <= 0 and self.segment.reason is not None


class Shipping:
    """One connection's channels.

    Args:
        spool: what there is to send.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._channels: dict[int, _Channel] = {}
        self._last = 0
        self._deferred: dict[SpooledSegment, int] = {}

    def next(self, now_us: int) -> Offer | Records | End | None:
        """The message to send now; None while there is nothing to send.

        Args:
            now_us: monotonic time.
        """
        offer = self._next_offer(now_us)
        if offer is not None:
            return offer
        for channel in sorted(self._channels.values(), key=lambda channel: (not channel.is_live, channel.segment.id)):
            if channel.is_done or channel.unreadable:
                if not channel.is_ended:
                    return self._end(channel)
            elif channel.unsent > 0 and (channel.is_live or channel.in_flight < WINDOW_BYTES):
                return self._records(channel)
        return None

    def wakes_us(self) -> int | None:
        """When a segment that rests may be offered again; None where none rests."""
        return min(self._deferred.values(), default=None)

    def accept(self, message: Accept) -> None:
        """The server takes a segment from an offset."""
        channel = self._channels[message.channel]
        channel.is_accepted = True
        channel.sent = message.offset
        self._spool.acknowledge(channel.segment, message.offset)

    def acknowledge(self, message: Ack) -> bool:
        """More of a segment is durable at the server.

        Returns:
            Whether that is progress of what is being recorded.
        """
        channel = self._channels[message.channel]
        segment = channel.segment
        is_progress = channel.is_live and message.offset > segment.acknowledged
        self._spool.acknowledge(segment, message.offset)
        if message.final:
            self._close(channel)
            if channel.unreadable:
                self._set_aside(segment, channel.unreadable)
            else:
                self._spool.remove(segment)
        return is_progress

    def decline(self, message: Decline, now_us: int) -> SpooledSegment | None:
        """The server does not take a segment, for now or for good.

        Returns:
            A segment that is still being recorded and that the server will never take: its owner should end it.
        """
        channel = self._channels[message.channel]
        segment = channel.segment
        self._close(channel)
        _log.warning(
            "segment declined",
            segment=str(segment.id),
            code=message.code,
            message=message.message,
            final=message.final,
        )
        if not message.final:
            self._deferred[segment] = now_us + DEFER_US
            return None
        if segment.reason is None:
            self._deferred[segment] = now_us + DEFER_US
            return segment
        self._set_aside(segment, f"{message.code}: {message.message}")
        return None

    def close(self) -> None:
        """The connection is over."""
        for channel in list(self._channels.values()):
            self._close(channel)

    def _next_offer(self, now_us: int) -> Offer | None:
        self._deferred = {segment: until_us for segment, until_us in self._deferred.items() if until_us > now_us}
        offered = {channel.segment for channel in self._channels.values()}
        free = [each for each in self._spool.segments if each not in offered and each not in self._deferred]
        catching_up = sum(not channel.is_live for channel in self._channels.values())
        for segment in sorted(free, key=lambda segment: segment.reason is not None):  # stable: oldest first
            if segment.reason is None or catching_up < CATCHING_UP_MAX:
                return self._offer(segment, now_us)
        return None

    def _offer(self, segment: SpooledSegment, now_us: int) -> Offer | None:
        try:
            header = self._spool.read(segment, 0, segment.header_bytes)
        except UnavailableError as error:
            _log.error("segment unreadable", segment=str(segment.id), error=error.message)
            self._deferred[segment] = now_us + DEFER_US
            return None
        self._last += 1
        self._channels[self._last] = _Channel(self._last, segment, is_live=segment.reason is None)
        return Offer(self._last, segment.recording.bytes, segment.id.bytes, header)

    def _records(self, channel: _Channel) -> Records | End:
        try:
            data = self._spool.read(channel.segment, channel.sent, SLICE_BYTES)
        except UnavailableError as error:
            channel.unreadable = error.message
            return self._end(channel)
        offset = channel.sent
        channel.sent += len(data)
        return Records(channel.number, offset, data)

    def _end(self, channel: _Channel) -> End:
        channel.is_ended = True
        segment = channel.segment
        # The server may hold more than this disk kept through a power cut.
        is_short = bool(channel.unreadable) or channel.sent > segment.size
        return End(channel.number, segment.size, "lost" if is_short else segment.reason or "lost")

    def _set_aside(self, segment: SpooledSegment, why: str) -> None:
        try:
            self._spool.set_aside(segment, why)
        except UnavailableError as error:
            _log.error("segment not set aside", segment=str(segment.id), error=error.message)

    def _close(self, channel: _Channel) -> None:
        del self._channels[channel.number]
        self._spool.rest(channel.segment)
