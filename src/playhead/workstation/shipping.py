"""What goes to the premises next: which segments are offered, and whose bytes are sent, over one connection.

No IO but reading the spool. The segment that is being recorded comes before everything else, so that live views are
not held up; what is being caught up shares the rest, oldest first, at the pace that the premises allows for it. A
segment is finished at the server where it was begun, as long as that may come back (docs/wire/screen.md §12).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.wire.screen import Accept, Ack, Backlog, Decline, Elsewhere, End, Offer, Pace, Records, Released
from playhead.wire.screen.messages import RECORDING_ERASED
from playhead.workstation.claims import Claims
from playhead.workstation.spool import Spool
from playhead.workstation.spool_files import SpooledSegment
from playhead.workstation.throttle import Throttle

SLICE_BYTES: Final = 64 * 1024
"""Bytes of one message: what may stand before an urgent one on a slow line."""

CATCHING_UP_MAX: Final = 4
"""Finished segments on their way at a time. A handful hides the pauses between one segment and the next."""

WINDOW_BYTES: Final = 1 << 20
"""Bytes of a finished segment sent and not acknowledged. Keeps the line free for what is recorded now."""

LIVE_BEHIND_BYTES: Final = 1 << 20
"""More than this of the segment being recorded is not there yet when it is accepted: a minute of a busy desktop. Then
recording goes on in another segment, which is live at once, and this one is caught up."""

DEFER_US: Final = 30_000_000
"""How long a segment rests that the server declined for now."""

LIVE_DEFER_US: Final = 5_000_000
"""The same for what is being recorded: nobody sees it until it is taken."""

_log = structlog.get_logger(__name__)

Outgoing = Offer | Records | End | Backlog | Elsewhere


@dataclass(slots=True)
class _Channel:
    number: int
    segment: SpooledSegment
    is_live: bool
    """It is being recorded, and what is sent of it is new."""
    is_accepted: bool = False
    is_ended: bool = False
    sent: int = 0
    unreadable: str = ""
    """Why the rest cannot be sent."""
    kept_change: int | None = None
    """All of it is there; the segment is deleted once this change of the claims is durable."""

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
        claims: which servers hold something of which segment.
        server: the one of this connection (`Welcome.server`); empty where it does not say.
        waits_for: whether a segment should rather wait for one of these servers, which hold a part of it, than be
            given to this one.
        on_claim: called when there is something of the claims to be kept.
    """

    def __init__(
        self,
        spool: Spool,
        claims: Claims,
        server: bytes = b"",
        waits_for: Callable[[frozenset[bytes]], bool] = lambda _servers: False,
        on_claim: Callable[[], None] = lambda: None,
    ) -> None:
        self._spool = spool
        self._claims = claims
        self._server = server
        self._waits_for = waits_for
        self._on_claim = on_claim
        self._throttle = Throttle()
        self._channels: dict[int, _Channel] = {}
        self._offered: set[SpooledSegment] = set()
        self._last = 0
        self._deferred: dict[SpooledSegment, int] = {}
        self._finished: list[_Channel] = []
        self._told: set[SegmentId] = set()
        self._is_behind = False
        self._wants_cut = False
        self._parted: SpooledSegment | None = None
        """What is being recorded, and is not for this server: another one is to follow it."""
        self.offers_finished = True
        """False: what is under way is finished, and nothing but what is being recorded is begun."""
        self.offers_growing = True
        """False: nothing is begun any more."""

    @property
    def is_idle(self) -> bool:
        """Nothing is under way."""
        return not self._channels and not self._finished

    @property
    def is_catching_up(self) -> bool:
        """Something is under way beside what is being recorded."""
        return any(not channel.is_live for channel in self._channels.values())

    def take_cut(self) -> bool:
        """Whether recording should go on in another segment, because too much of the present one is still to come.

        Told once.
        """
        wants_cut, self._wants_cut = self._wants_cut, False
        return wants_cut

    def next(self, now_us: int) -> Outgoing | None:
        """The message to send now; None while there is nothing to send.

        Args:
            now_us: monotonic time.
        """
        self._remove_finished()
        message = self._next_live(now_us) or self._tell_backlog(now_us)
        return message or self._next_finished(now_us) or self._next_errand()

    def wakes_us(self, now_us: int) -> int | None:
        """When there may be something to send although nothing happened; None where there will not be."""
        due = list(self._deferred.values())
        ready_us = self._throttle.ready_us()
        if ready_us is not None and ready_us > now_us and self._is_behind:
            due.append(ready_us)
        return min(due, default=None)

    def take(self, message: Accept | Pace | Released, now_us: int) -> None:
        """The server takes a segment from an offset, says how fast to catch up, or makes no claim to a segment."""
        match message:
            case Accept():
                self._accept(message)
            case Pace():
                self._throttle.set(message.bytes_per_s, now_us)
            case Released():
                self._claims.released(SegmentId(UUID(bytes=message.segment)), self._server)
                self._on_claim()

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
            is_whole = not channel.unreadable and segment.reason != "lost" and message.offset >= segment.size
            channel.kept_change = self._claims.finish(segment.id, self._server, is_whole=is_whole)
            self._finished.append(channel)
            self._on_claim()
            self._remove_finished()
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
            self._deferred[segment] = now_us + (LIVE_DEFER_US if segment.reason is None else DEFER_US)
            return None
        if segment.reason is None:
            self._deferred[segment] = now_us + DEFER_US
            return segment
        if message.code == RECORDING_ERASED:
            self._spool.remove(segment)  # on purpose: what is to be nowhere must not stay here either
        else:
            self._set_aside(segment, f"{message.code}: {message.message}")
        return None

    def close(self) -> None:
        """The connection is over."""
        for channel in list(self._channels.values()):
            self._close(channel)
        self._remove_finished()

    # What is being recorded

    def _next_live(self, now_us: int) -> Offer | Records | End | None:
        self._deferred = {segment: until_us for segment, until_us in self._deferred.items() if until_us > now_us}
        if self.offers_growing:
            for segment in self._spool.growing():
                if self._is_free(segment):
                    return self._offer(segment, now_us)
                is_for_another = segment not in self._offered and segment not in self._deferred
                if is_for_another and segment is not self._parted:
                    self._parted, self._wants_cut = segment, True
        for channel in self._channels.values():
            if channel.is_live and (message := self._advance(channel, SLICE_BYTES)) is not None:
                return message
        return None

    # What is caught up

    def _tell_backlog(self, now_us: int) -> Backlog | None:
        is_behind = self.is_catching_up or (self.offers_finished and next(self._free_finished(), None) is not None)
        if is_behind == self._is_behind:
            return None
        self._is_behind = is_behind
        if not self._server:  # one that names itself knows the message
            self._throttle.set(0, now_us)
            return None
        if is_behind:
            self._throttle.ask(now_us)
            return Backlog(max(1, self._spool.waiting_bytes))
        self._throttle.rest()
        return Backlog(0)

    def _next_finished(self, now_us: int) -> Offer | Records | End | None:
        under_way = [channel for channel in self._channels.values() if not channel.is_live]
        if len(under_way) < CATCHING_UP_MAX and self.offers_finished:
            segment = next(self._free_finished(), None)
            if segment is not None and (offer := self._offer(segment, now_us)) is not None:
                return offer
        ready_us = self._throttle.ready_us()
        is_ready = ready_us is not None and now_us >= ready_us
        slice_bytes = self._throttle.slice_bytes(SLICE_BYTES) if is_ready else 0
        for channel in under_way:
            message = self._advance(channel, slice_bytes if channel.in_flight < WINDOW_BYTES else 0)
            if isinstance(message, Records):
                self._throttle.spend(len(message.data), now_us)
            if message is not None:
                return message
        return None

    def _free_finished(self) -> Iterator[SpooledSegment]:
        return (each for each in self._spool.segments if each.reason is not None and self._is_free(each))

    def _is_free(self, segment: SpooledSegment) -> bool:
        """It may be offered."""
        if segment in self._offered or segment in self._deferred:
            return False
        holders = self._claims.holders(segment.id)
        if not holders or self._server in holders:
            return True
        # What was dropped is told where there is a part of it, and to nobody who would take its little for the whole.
        return segment.reason != "lost" and not self._waits_for(holders)

    def _next_errand(self) -> Elsewhere | None:
        if not self._server:
            return None
        for errand in self._claims.errands(self._server):
            if errand.segment in self._told or self._spool.find(errand.segment) is not None:
                continue
            self._told.add(errand.segment)
            return Elsewhere(errand.recording.bytes, errand.segment.bytes, errand.owner)
        return None

    # One channel

    def _accept(self, message: Accept) -> None:
        channel = self._channels[message.channel]
        segment = channel.segment
        channel.is_accepted = True
        channel.sent = message.offset
        self._spool.acknowledge(segment, message.offset)
        self._claims.begin(segment.recording, segment.id, self._server)
        self._on_claim()
        if channel.is_live and segment.size - message.offset > LIVE_BEHIND_BYTES:
            channel.is_live = False
            self._wants_cut = segment.reason is None

    def _offer(self, segment: SpooledSegment, now_us: int) -> Offer | None:
        try:
            header = self._spool.read(segment, 0, segment.header_bytes)
        except UnavailableError as error:
            _log.error("segment unreadable", segment=str(segment.id), error=error.message)
            self._deferred[segment] = now_us + DEFER_US
            return None
        self._last += 1
        self._channels[self._last] = _Channel(self._last, segment, is_live=segment.reason is None)
        self._offered.add(segment)
        return Offer(self._last, segment.recording.bytes, segment.id.bytes, header)

    def _advance(self, channel: _Channel, slice_bytes: int) -> Records | End | None:
        """Send up to so many bytes more of a segment, or its end."""
        if channel.is_done or channel.unreadable:
            return None if channel.is_ended else self._end(channel)
        if channel.unsent <= 0 or not slice_bytes or not self._claims.may_send(channel.segment.id, self._server):
            return None
        try:
            data = self._spool.read(channel.segment, channel.sent, slice_bytes)
        except UnavailableError as error:
            channel.unreadable = error.message
            return self._end(channel)
        offset = channel.sent
        channel.sent += len(data)
        # What is recorded, and has been caught up although it could not go on in another segment, is live again.
        channel.is_live = channel.is_live or (channel.segment.reason is None and channel.unsent == 0)
        return Records(channel.number, offset, data)

    def _end(self, channel: _Channel) -> End:
        channel.is_ended = True
        segment = channel.segment
        # The server may hold more than this disk kept through a power cut.
        is_short = bool(channel.unreadable) or channel.sent > segment.size
        return End(channel.number, segment.size, "lost" if is_short else segment.reason or "lost")

    def _remove_finished(self) -> None:
        """Delete what a server has, once it is kept who that is."""
        left: list[_Channel] = []
        for channel in self._finished:
            if not self._claims.is_kept(channel.kept_change or 0):
                left.append(channel)
            elif channel.unreadable:
                self._set_aside(channel.segment, channel.unreadable)
            else:
                self._spool.remove(channel.segment)
        self._finished = left

    def _set_aside(self, segment: SpooledSegment, why: str) -> None:
        try:
            self._spool.set_aside(segment, why)
        except UnavailableError as error:
            _log.error("segment not set aside", segment=str(segment.id), error=error.message)

    def _close(self, channel: _Channel) -> None:
        del self._channels[channel.number]
        self._offered.discard(channel.segment)
        self._spool.rest(channel.segment)
