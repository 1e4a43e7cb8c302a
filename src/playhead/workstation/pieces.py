"""Cuts what the capture pipeline hands on into the records of one segment.

Pictures wait for up to `PIECE_US`, so that a second of motion is one PIECE and not five; whatever else happens in
that second (thumbnails, markers) waits with them, and all of it is written in the order of time.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from playhead.wire import fmp4
from playhead.wire.vid import MAX_RECORD_BODY_BYTES, REORDER_US, TAG_BYTES, Flag, Kind
from playhead.workstation.actions import Now, WriteRecord
from playhead.workstation.outputs import Epoch, Thumbnail

PIECE_US: Final = 1_000_000
"""How long a picture may wait for others to share its PIECE: what a crash of the workstation can cost at most."""

PIECE_BYTES_MAX: Final = 2 << 20
"""Pictures of one track that wait; more are written at once. A busy second at full HD is below 1 MiB."""

PICTURE_BYTES_MAX: Final = MAX_RECORD_BODY_BYTES - TAG_BYTES - 4096
"""One picture in one record, with room for the boxes around it."""

Details = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A `Sample` together with its epoch."""

    epoch: Epoch
    at_us: int
    data: bytes
    key: bool
    changed: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A MARKER to be."""

    at_us: int
    code: str
    details: Details = field(default_factory=dict[str, str | int | float])


Item = Picture | Thumbnail | Mark


def track_id(track: int) -> int:
    """The number in the file of a pipeline's track: 0 there means the whole segment."""
    return track + 1


@dataclass(slots=True)
class _Track:
    epoch: Epoch
    last_at_us: int
    pieces: int = 0
    broken: bool = False
    """A picture was left out: nothing but a key frame can go on."""
    waiting: list[Picture] = field(default_factory=list[Picture])
    waiting_bytes: int = 0


class Cutter:
    """Makes the records of one segment.

    Args:
        base_us: monotonic time of media time zero.
    """

    def __init__(self, base_us: int) -> None:
        self.base_us = base_us
        self.written_bytes = 0
        self._tracks: dict[int, _Track] = {}
        self._others: list[Thumbnail | Mark] = []
        self._waiting_since_us: int | None = None
        self._newest_us = 0

    @property
    def due_us(self) -> int | None:
        """Monotonic time by which `flush` wants to be called; None while nothing waits."""
        return None if self._waiting_since_us is None else self._waiting_since_us + PIECE_US

    def can_go_on(self, track: int) -> bool:
        """Whether the segment holds what the track's next picture builds on."""
        state = self._tracks.get(track)
        return state is not None and not state.broken

    def break_off(self, track: int) -> None:
        """A picture of this track was left out: the next to be taken is a key frame."""
        if track in self._tracks:
            self._tracks[track].broken = True

    def add(self, item: Item, now: Now) -> list[WriteRecord]:
        """Take the next item; returns what had to be written before it.

        Items of one track come in the order of time. A picture that cannot be shown, because the key frame it builds
        on is not in this segment, is left out.
        """
        records: list[WriteRecord] = []
        if self._waiting_since_us is not None and item.at_us >= self._waiting_since_us + PIECE_US:
            records = self.flush(item.at_us, now)
        if isinstance(item, Picture):
            return records + self._add_picture(item, now)
        self._others.append(item)
        self._wait(item.at_us)
        return records

    def flush(self, until_us: int, now: Now) -> list[WriteRecord]:
        """Write everything that waits.

        Args:
            until_us: monotonic time up to which capture is known to have been alive: the end of each last picture as
                far as it can be told.
            now: the clocks.
        """
        records: list[WriteRecord] = []
        for number, track in self._tracks.items():
            if track.waiting:
                records.append(self._piece(number, track, until_us, now))
        records += [self._other(item, now) for item in self._others]
        self._others.clear()
        self._waiting_since_us = None
        records.sort(key=lambda record: record.media_time_us)  # stable: pieces before what happened with them
        return self._count(records)

    def heartbeat(self, alive_us: int, now: Now) -> list[WriteRecord]:
        """Everything that waits; where nothing does, a HEARTBEAT that capture was alive at ``alive_us``."""
        records = self.flush(alive_us, now)
        if records:
            return records
        media_us = max(self._newest_us, alive_us - self.base_us)
        return self._count([WriteRecord(Kind.HEARTBEAT, media_us, self._wall(alive_us, now))])

    def end_us(self, at_us: int) -> int:
        """Media time of the SEAL for a segment that ends at monotonic ``at_us``."""
        return max(self._newest_us, at_us - self.base_us)

    def _add_picture(self, picture: Picture, now: Now) -> list[WriteRecord]:
        number = picture.epoch.track
        track = self._tracks.get(number)
        fresh = track is None or track.epoch is not picture.epoch
        if not picture.key and (fresh or (track is not None and track.broken)):
            return []
        if len(picture.data) > PICTURE_BYTES_MAX:
            self.break_off(number)
            details: Details = {"track": track_id(number), "bytes": len(picture.data)}
            return self.add(Mark(picture.at_us, "capture.picture_too_large", details), now)
        records: list[WriteRecord] = []
        if track is None or fresh:
            records = self.flush(picture.at_us, now)
            track = self._tracks[number] = _Track(picture.epoch, -1 if track is None else track.last_at_us)
            records += self._count([self._init(picture, now)])
        elif track.broken or track.waiting_bytes + len(picture.data) > PIECE_BYTES_MAX:
            records = self.flush(picture.at_us, now)
        track.broken = False
        # Two pictures never begin at the same time, and none lies further back than a reader may expect.
        at_us = max(picture.at_us, track.last_at_us + 1, self.base_us + self._newest_us - REORDER_US, self.base_us)
        track.last_at_us = at_us
        track.waiting.append(Picture(picture.epoch, at_us, picture.data, picture.key, picture.changed))
        track.waiting_bytes += len(picture.data)
        self._wait(at_us)
        return records

    def _wait(self, at_us: int) -> None:
        if self._waiting_since_us is None:
            self._waiting_since_us = at_us

    def _init(self, picture: Picture, now: Now) -> WriteRecord:
        epoch = picture.epoch
        body = fmp4.init_segment(
            width=epoch.width, height=epoch.height, sps=epoch.sps, pps=epoch.pps, name=epoch.monitor
        )
        return WriteRecord(
            Kind.INIT,
            self._media(picture.at_us),
            self._wall(picture.at_us, now),
            body,
            track=track_id(epoch.track),
            epoch=epoch.epoch,
        )

    def _piece(self, number: int, track: _Track, until_us: int, now: Now) -> WriteRecord:
        pictures = track.waiting
        first, last = pictures[0], pictures[-1]
        ends = [picture.at_us for picture in pictures[1:]] + [last.at_us + fmp4.HOLD_US]
        samples = [
            fmp4.Sample(picture.data, end - picture.at_us, picture.key)
            for picture, end in zip(pictures, ends, strict=True)
        ]
        track.pieces += 1
        media_us = first.at_us - self.base_us
        record = WriteRecord(
            Kind.PIECE,
            media_us,
            self._wall(first.at_us, now),
            fmp4.fragment(sequence=track.pieces, base_time_us=media_us, samples=samples),
            track=track_id(number),
            epoch=track.epoch.epoch,
            flags=Flag.KEY if first.key else Flag.NONE,
            span_us=max(until_us, last.at_us) - first.at_us,
        )
        track.waiting = []
        track.waiting_bytes = 0
        return record

    def _other(self, item: Thumbnail | Mark, now: Now) -> WriteRecord:
        media_us, wall_us = self._media(item.at_us), self._wall(item.at_us, now)
        if isinstance(item, Thumbnail):
            number = track_id(item.track)
            return WriteRecord(Kind.THUMBNAIL, media_us, wall_us, item.jpeg, track=number, epoch=item.epoch)
        body = msgspec.json.encode({"code": item.code, **item.details})
        return WriteRecord(Kind.MARKER, media_us, wall_us, body)

    def _media(self, at_us: int) -> int:
        return max(at_us - self.base_us, self._newest_us - REORDER_US, 0)

    def _wall(self, at_us: int, now: Now) -> int:
        return max(0, now.wall_us - now.monotonic_us + at_us)

    def _count(self, records: list[WriteRecord]) -> list[WriteRecord]:
        for record in records:
            self._newest_us = max(self._newest_us, record.media_time_us)
            self.written_bytes += record.stored_bytes
        return records
