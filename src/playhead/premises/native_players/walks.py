"""One track of a recording, picture after picture, across its segments and as it grows."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import CorruptError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.recordings import Recording, RecordingState
from playhead.domain.timeline import GAP_US_MIN, UNPLAYABLE, duration_us, offset_us
from playhead.premises.native_players import metrics
from playhead.premises.native_players.reels import Reels, Shot, Take, take_of
from playhead.premises.player.index import Pieces
from playhead.premises.player.live import Lookup
from playhead.premises.player.rules import too_far_behind
from playhead.premises.player.shelf import OpenedSegment, Shelf
from playhead.store.catalogue.segments import Located

READ_BYTES: Final = 256 << 10
"""Media read ahead of what is sent of a track, beyond its first piece; viewers of the same have it together."""

READ_PIECES: Final = 64
"""Likewise in pieces."""

_NONE_LEFT: Final = 1 << 32
"""A number that no piece has."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and where it lies."""

    track: int
    segment: SegmentId
    position_us: int
    """On the recording's timeline."""
    shot: Shot


class Program:
    """A recording and its segments, as they are now.

    Args:
        recording: which.
        lookup: asks the catalogue.
    """

    def __init__(self, recording: Recording, segments: Sequence[Located], lookup: Lookup) -> None:
        self.recording = recording
        self.segments: tuple[Located, ...] = ()
        self._lookup = lookup
        self._take(recording, segments)

    @classmethod
    async def load(cls, recording: RecordingId, lookup: Lookup) -> "Program":
        """As the catalogue has it.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
        """
        return cls(*await lookup(recording), lookup)

    async def refresh(self) -> None:
        """Look again.

        Raises:
            NotFoundError: as `load`.
        """
        self._take(*await self._lookup(self.recording.id))

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.recording.state is not RecordingState.RECORDING

    @property
    def length_us(self) -> int:
        """Of the timeline, up to what is durable."""
        return duration_us(self.recording)

    def offset_us(self, located: Located) -> int:
        """Where a segment begins on the timeline."""
        return offset_us(self.recording, located.segment)

    def number_of(self, segment: SegmentId) -> int | None:
        """Of a segment among those there are."""
        return next((number for number, one in enumerate(self.segments) if one.segment.id == segment), None)

    def gap_before_us(self, segment: SegmentId) -> int:
        """How long nothing is there before a segment; zero where that is no gap."""
        number = self.number_of(segment)
        if not number:
            return 0
        reached = max(self.offset_us(one) + one.segment.covered_us for one in self.segments[:number])
        gap = self.offset_us(self.segments[number]) - reached
        return gap if gap >= GAP_US_MIN else 0

    def _take(self, recording: Recording, segments: Sequence[Located]) -> None:
        self.recording = recording
        self.segments = tuple(one for one in segments if one.segment.ended not in UNPLAYABLE)


class Walk:
    """See the module.

    Args:
        program: what is played.
        track: which of its tracks.
        shelf: opens segments.
        reels: has what is in them.
        from_us: where on the timeline to begin; None at its newest key frame, and to leave out what is too far behind.
        only_keys: nothing but pictures that need no other.
    """

    def __init__(
        self, program: Program, track: int, shelf: Shelf, reels: Reels, *, from_us: int | None, only_keys: bool = False
    ) -> None:
        self.track = track
        self._program = program
        self._shelf = shelf
        self._reels = reels
        self._from_us = from_us
        self._only_keys = only_keys
        self._segment: SegmentId | None = None
        self._number: int | None = None
        """Of the next piece in that segment; None where it is to be found."""
        self._seen_bytes = -1
        """Durable length at which nothing more was there."""
        self._at_once = READ_PIECES
        """Pieces read together: one by one behind a fault, so that everything before it is shown."""
        self._ready: deque[Scene] = deque()

    @property
    def is_ready(self) -> bool:
        """Whether the next picture is at hand."""
        return bool(self._ready)

    async def peek(self) -> Scene | None:
        """The next picture, which stays the next one until it is taken; None where there is none now.

        Raises:
            UnavailableError: ``media.busy``, ``store.failed``.
        """
        while not self._ready:
            located = self._current()
            if located is None:
                return None
            if located.segment.durable_bytes != self._seen_bytes and await self._read(located):
                continue
            if not self._advance(located):
                self._seen_bytes = located.segment.durable_bytes
                return None
        return self._ready[0]

    def take(self) -> None:
        """The next picture was sent."""
        self._ready.popleft()

    def _current(self) -> Located | None:
        segments = self._program.segments
        if self._segment is None:
            ahead = [
                one
                for one in segments
                if self._from_us is not None and self._program.offset_us(one) + one.segment.covered_us > self._from_us
            ]
            begin = ahead[0] if ahead else segments[-1] if segments else None
            if begin is not None:
                self._segment = begin.segment.id
            return begin
        number = self._program.number_of(self._segment)
        return None if number is None else segments[number]

    def _advance(self, located: Located) -> bool:
        """Go on to the segment after this, if this has no more."""
        number = self._program.number_of(located.segment.id)
        if number is None or number + 1 >= len(self._program.segments):
            return False
        self._segment = self._program.segments[number + 1].segment.id
        self._number, self._seen_bytes, self._at_once = 0, -1, READ_PIECES
        return True

    async def _read(self, located: Located) -> bool:
        """Make the next pictures of a segment ready; False where there are none."""
        takes: list[Take] = []
        try:
            async with self._shelf.opened(located) as opened:
                pieces = opened.index.tracks.get(self.track)
                numbers = [] if pieces is None else self._next(opened, pieces)
                takes = [take_of(opened, self.track, number) for number in numbers]
                data_key = opened.data_key
            if not takes:
                return False
            found = await self._reels.shots(located, data_key, takes)
        except (CorruptError, RefusedError) as error:
            if len(takes) > 1:
                self._at_once = 1
                return True
            _log.error("segment cannot be played to its end", segment=str(located.segment.id), code=error.code)
            self._number = _NONE_LEFT
            return False
        self._number = numbers[-1] + 1
        offset = self._program.offset_us(located)
        self._ready.extend(
            Scene(self.track, located.segment.id, offset + shot.at_us, shot)
            for shots in found
            for shot in (shots[:1] if self._only_keys else shots)
        )
        return True

    def _next(self, opened: OpenedSegment, pieces: Pieces) -> list[int]:
        """Numbers of the pieces to be read next."""
        if self._number is None:
            self._number = self._begin(opened, pieces)
        elif self._from_us is None:
            self._catch_up(pieces)
        found: list[int] = []
        size = 0
        for number in range(self._number, len(pieces)):
            if self._only_keys and not pieces.key[number]:
                continue
            size += pieces.size[number]
            if found and (size > READ_BYTES or len(found) >= self._at_once):
                break
            found.append(number)
        return found

    def _begin(self, opened: OpenedSegment, pieces: Pieces) -> int:
        """The piece from which on a decoder has what it needs for the place to begin at."""
        if self._from_us is None:
            return pieces.newest_key() or 0
        at_us = self._from_us - self._program.offset_us(opened.located)
        return max(0, bytes(pieces.key).rfind(1, 0, bisect_right(pieces.at_us, at_us)))

    def _catch_up(self, pieces: Pieces) -> None:
        """Where too much waits, go on at the newest key frame, if that lies ahead."""
        assert self._number is not None  # noqa: S101 - set before
        newest = pieces.newest_key()
        waiting = pieces.size[self._number :]
        if newest is not None and newest > self._number and too_far_behind(len(waiting), sum(waiting)):
            self._number = newest
            metrics.RESYNCS.inc()
