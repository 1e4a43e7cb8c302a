"""What one segment holds, in columns, told from the cleartext headers of its records.

A recording of three hours has some 11,000 pieces a track, and a live one up to 15 a second; so no object is kept for
each. Only INIT and MARKER records are decrypted: they are few, and a player wants to know what they say beforehand.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog

from playhead.base.errors import CorruptError
from playhead.wire import fmp4, vid
from playhead.wire.vid import Flag, Glance, Kind, ReadAt, Scanned

_PIECE: Final = int(Kind.PIECE)
_HEARTBEAT: Final = int(Kind.HEARTBEAT)
_KEY: Final = int(Flag.KEY)

MARKERS_MAX: Final = 10_000
"""Markers kept of one segment; a day of one every ten seconds. Later ones are not shown."""

MARKER_BYTES_MAX: Final = 4_096
"""A marker that is longer is not shown."""


_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """A record and where it lies."""

    record: int
    track: int
    epoch: int
    at_us: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """An INIT record, and what it says."""

    place: Place
    codec: str
    width: int
    height: int
    name: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A MARKER record, and what it says."""

    record: int
    at_us: int
    said: dict[str, Any]


@dataclass(slots=True)
class Pieces:
    """The PIECE records of one track, oldest first, a column for each fact."""

    record: "array[int]" = field(default_factory=lambda: array("I"))
    at_us: "array[int]" = field(default_factory=lambda: array("Q"))
    epoch: "array[int]" = field(default_factory=lambda: array("I"))
    key: "array[int]" = field(default_factory=lambda: array("B"))
    size: "array[int]" = field(default_factory=lambda: array("I"))
    """Of the media itself, without what sealing adds."""
    offset: "array[int]" = field(default_factory=lambda: array("Q"))
    span_us: "array[int]" = field(default_factory=lambda: array("I"))

    def __len__(self) -> int:
        return len(self.record)

    def extend(self, rows: Sequence[Glance]) -> None:
        """The next ones."""
        _, flags, _, epoch, record, at_us, _, body_bytes, span_us, offset = zip(*rows, strict=True)
        self.record.extend(record)
        self.at_us.extend(at_us)
        self.epoch.extend(epoch)
        self.key.extend([bits & _KEY for bits in flags])
        self.size.extend([size - vid.TAG_BYTES for size in body_bytes])
        self.offset.extend(offset)
        self.span_us.extend(span_us)

    def between(self, first: int, last: int) -> range:
        """Numbers of those from record ``first`` to record ``last``, both included."""
        return range(bisect_left(self.record, first), bisect_right(self.record, last))

    def after(self, record: int) -> range:
        """Numbers of those after a record."""
        return range(bisect_right(self.record, record), len(self.record))

    def next_at_us(self, number: int) -> int | None:
        """Media time of the one after; None for the newest."""
        return self.at_us[number + 1] if number + 1 < len(self.at_us) else None

    def newest_key(self) -> int | None:
        """Number of the newest random access point."""
        found = bytes(self.key).rfind(1)
        return None if found < 0 else found


class SegmentIndex:
    """One segment, as far as it was looked at. Not safe to use while `extend` runs in another thread."""

    def __init__(self, header: vid.Header, begin: int) -> None:
        self.header = header
        self.looked_at: int = begin
        """End of the last record that is in here."""
        self.records: int = 0
        self.covered_us = 0
        self.sealed = False
        self.fault = ""
        """Code of what the last look stopped at before the end; what comes before it is in here."""
        self.tracks: dict[int, Pieces] = {}
        self.epochs: list[Epoch] = []
        self.thumbnails: list[Place] = []
        self.markers: list[Marker] = []

    @classmethod
    def begin(cls, read_at: ReadAt) -> "SegmentIndex":
        """Of a file of which nothing was looked at but its header.

        Raises:
            CorruptError: ``vid.*``.
        """
        return cls(*vid.read_header(read_at))

    def extend(self, read_at: ReadAt, durable_bytes: int, data_key: bytes) -> None:
        """Look at the records up to ``durable_bytes``, or to the first that is not as it should be (`fault`).

        Blocks; reads 40 bytes a record. After a fault the next call looks again, for files can be mended.
        """
        rows: defaultdict[int, list[Glance]] = defaultdict(list)
        covered_us, last = self.covered_us, None
        fault = ""
        try:
            for found in vid.glance(read_at, durable_bytes, self.looked_at, self.records):
                if found.kind == _PIECE:
                    rows[found.track].append(found)
                elif found.kind != _HEARTBEAT:
                    self._add(found.scanned, read_at, data_key)
                covered_us = max(covered_us, found.media_time_us + found.span_us)
                last = found
        except CorruptError as error:
            fault = error.code
            if fault != self.fault:
                _log.error("segment cannot be played to its end", segment=str(self.header.segment), code=fault)
        finally:
            self.fault = fault
            for track, pieces in rows.items():
                self.tracks.setdefault(track, Pieces()).extend(pieces)
            if last is not None:
                self.looked_at, self.records, self.covered_us = last.end, last.sequence + 1, covered_us

    def _add(self, scanned: Scanned, read_at: ReadAt, data_key: bytes) -> None:
        match scanned.header.kind:
            case Kind.INIT:
                self.epochs.append(_epoch(scanned, vid.open_at(read_at, data_key, scanned)))
            case Kind.THUMBNAIL:
                self.thumbnails.append(_place(scanned))
            case Kind.MARKER:
                self._mark(scanned, read_at, data_key)
            case Kind.SEAL:
                self.sealed = True
            case _:
                pass

    @property
    def weight(self) -> int:
        """How many things are kept, for a cache that must not grow."""
        return sum(map(len, self.tracks.values())) + len(self.epochs) + len(self.thumbnails) + len(self.markers)

    @property
    def track_names(self) -> dict[int, str]:
        """Every track with its name: from the file header, or its first INIT where it came later."""
        named = {epoch.place.track: epoch.name for epoch in reversed(self.epochs)}
        return dict(sorted({**named, **{track.id: track.name for track in self.header.tracks}}.items()))

    def epoch(self, track: int, epoch: int) -> Epoch | None:
        """An INIT record by its track and epoch."""
        return next((one for one in self.epochs if one.place.track == track and one.place.epoch == epoch), None)

    def epoch_at(self, track: int, record: int) -> Epoch | None:
        """The INIT that a piece of a track needs: the newest one before its record."""
        before = [one for one in self.epochs if one.place.track == track and one.place.record < record]
        return before[-1] if before else None

    def thumbnail(self, record: int) -> Place | None:
        """A thumbnail by its record."""
        number = bisect_left(self.thumbnails, record, key=lambda place: place.record)
        if number < len(self.thumbnails) and self.thumbnails[number].record == record:
            return self.thumbnails[number]
        return None

    def piece(self, track: int, number: int) -> Place:
        """A piece by its number in its track."""
        pieces = self.tracks[track]
        size = pieces.size[number] + vid.RECORD_OVERHEAD_BYTES
        return Place(
            pieces.record[number], track, pieces.epoch[number], pieces.at_us[number], pieces.offset[number], size
        )

    def _mark(self, scanned: Scanned, read_at: ReadAt, data_key: bytes) -> None:
        if len(self.markers) >= MARKERS_MAX or scanned.header.body_bytes > MARKER_BYTES_MAX:
            return
        try:
            said = msgspec.json.decode(vid.open_at(read_at, data_key, scanned), type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            # It was sealed like this: nobody has changed it, and it must not hide the pictures beside it.
            _log.warning("marker is no JSON object", segment=str(self.header.segment), reason=type(error).__name__)
            return
        self.markers.append(Marker(scanned.header.sequence, scanned.header.media_time_us, said))


def open_place(read_at: ReadAt, data_key: bytes, place: Place) -> bytes:
    """The plaintext of a record. Blocks.

    Raises:
        CorruptError: ``vid.*``.
    """
    data = read_at(vid.CHAIN_BYTES + place.size, place.offset - vid.CHAIN_BYTES)
    return vid.open_record(data_key, memoryview(data)[vid.CHAIN_BYTES :], data[: vid.CHAIN_BYTES])


def _place(scanned: Scanned) -> Place:
    header = scanned.header
    return Place(header.sequence, header.track, header.epoch, header.media_time_us, scanned.offset, scanned.size)


def _epoch(scanned: Scanned, init: bytes) -> Epoch:
    width, height = fmp4.dimensions(init)
    return Epoch(_place(scanned), fmp4.codec_string(init), width, height, fmp4.track_name(init))
