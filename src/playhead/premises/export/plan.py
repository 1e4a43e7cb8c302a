"""Which pieces an export takes, and where on its timeline they lie. Opens no media but initialisations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playhead.base.errors import CorruptError
from playhead.base.ids import SegmentId
from playhead.wire.fmp4 import HOLD_US, parameter_sets, track_name
from playhead.wire.vid import Flag, Kind, ReadAt, Scanned, open_at, read_header, walk


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A stored segment that can be read and decrypted."""

    read_at: ReadAt
    size: int
    """How much of it to read, such as its durable length."""
    data_key: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """A segment that was damaged: what follows the damage is left out of the export."""

    segment: SegmentId | None
    """None where not even its header could be read."""
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Epoch:
    """How the pieces of one track's epoch are decoded."""

    init: bytes
    sps: bytes
    pps: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """One PIECE record and the recording's time at which it begins."""

    segment: int
    track: int
    scanned: Scanned
    at_us: int
    key: bool
    epoch: Epoch
    ends_us: int
    """The latest time its last picture can last to: ten seconds at most, and not beyond its segment."""


class Segments:
    """The segments of one recording in the order of their time, on one timeline that begins with the first.

    A segment that claims to begin before the one before it has ended (the wall clock was set back between them) is
    placed at that end.
    """

    def __init__(self, segments: Sequence[OpenSegment]) -> None:
        self.faults: list[Fault] = []
        self._damaged: set[int] = set()
        self._opened: list[tuple[OpenSegment, SegmentId, int, int]] = []
        for segment in segments:
            try:
                header, start = read_header(segment.read_at)
            except CorruptError as error:
                self.faults.append(Fault(None, error.code, error.message))
                continue
            self._opened.append((segment, header.segment, header.started_at_us, start))
        self._opened.sort(key=lambda opened: opened[2])
        self.started_at_us = self._opened[0][2] if self._opened else 0
        self.covered_us = 0
        """Where on the timeline the last segment ends; known once `pieces` was asked."""

    def pieces(self) -> list[Piece]:
        """All pieces, in the order in which they begin."""
        found: list[Piece] = []
        for number, (segment, _, started_at_us, start) in enumerate(self._opened):
            offset_us = max(started_at_us - self.started_at_us, self.covered_us)
            records = list(self._records(number, segment, start))
            self.covered_us = offset_us + max((scanned.header.end_us for scanned in records), default=0)
            found += self._pieces_of(number, segment, records, offset_us)
        return sorted(found, key=lambda piece: (piece.at_us, piece.track))

    def open(self, piece: Piece) -> bytes | None:
        """The media of a piece; None in a segment from its damage on, which is told once in ``faults``."""
        if piece.segment in self._damaged:
            return None
        segment = self._opened[piece.segment][0]
        try:
            return open_at(segment.read_at, segment.data_key, piece.scanned)
        except CorruptError as error:
            self.damaged(piece.segment, error)
            return None

    def damaged(self, number: int, error: CorruptError) -> None:
        """Leave the rest of a segment out."""
        self._damaged.add(number)
        self.faults.append(Fault(self._opened[number][1], error.code, error.message))

    def _records(self, number: int, segment: OpenSegment, start: int) -> Iterator[Scanned]:
        try:
            yield from walk(segment.read_at, segment.size, start, 0)
        except CorruptError as error:
            # What stands before the damage is exported; it is authenticated as it is opened.
            self.faults.append(Fault(self._opened[number][1], error.code, error.message))

    def _pieces_of(
        self, number: int, segment: OpenSegment, records: Sequence[Scanned], offset_us: int
    ) -> Iterator[Piece]:
        epochs: dict[int, Epoch] = {}
        for scanned in records:
            header = scanned.header
            if header.kind == Kind.INIT:
                try:
                    init = open_at(segment.read_at, segment.data_key, scanned)
                    epochs[header.track] = Epoch(init, *parameter_sets(init))
                except CorruptError as error:
                    self.damaged(number, error)
                    return
            elif header.kind == Kind.PIECE and header.track in epochs:
                at_us = offset_us + header.media_time_us
                key = Flag.KEY in header.flags
                ends_us = min(at_us + header.span_us + HOLD_US, self.covered_us)
                yield Piece(number, header.track, scanned, at_us, key, epochs[header.track], ends_us)


def tracks_of(pieces: Sequence[Piece]) -> dict[int, str]:
    """The tracks that have pieces, with their names, in the order of their ids."""
    names: dict[int, str] = {}
    for piece in pieces:
        if piece.track not in names:
            names[piece.track] = track_name(piece.epoch.init)
    return dict(sorted(names.items()))


def between(pieces: Sequence[Piece], start_us: int | None, end_us: int | None) -> list[Piece]:
    """The pieces of one track that show it between two times.

    Decoding has to begin at a random access point, so it begins with the last one at or before ``start_us``.
    """
    first = 0
    if start_us is not None:
        before = [index for index, piece in enumerate(pieces) if piece.key and piece.at_us <= start_us]
        first = before[-1] if before else 0
        if pieces and pieces[-1].ends_us <= start_us:
            return []
    return [piece for piece in pieces[first:] if end_us is None or piece.at_us < end_us]
