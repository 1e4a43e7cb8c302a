"""What a live viewer of one segment is to be sent next: pure, told from the segment's index."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from playhead.premises.player.document import epoch_item, marker_item
from playhead.premises.player.index import Epoch, Pieces, SegmentIndex
from playhead.premises.player.rules import too_far_behind

STEPS_MAX: Final = 64
"""Told at a time, before the viewer's connection is asked whether it still takes them."""


OTHERS: Final = 0
"""In place of a track's number, which begins at 1: epochs, thumbnails and markers."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event, with the piece that follows it where it announces one."""

    record: int
    event: dict[str, Any]
    lane: int
    """The track whose pieces it is about, or `OTHERS`."""
    piece: int | None = None
    """Number of the piece in its track."""

    @property
    def reaches(self) -> int:
        """The record that a viewer has come to with it: a resync only announces the one it names."""
        return self.record if self.piece is not None or self.lane == OTHERS else self.record - 1


@dataclass(slots=True)
class Reached:
    """How far a viewer has come in one segment: the last record sent or passed over, of each track by itself."""

    default: int
    """Of tracks that are not in ``by_lane``; -1 for none."""
    by_lane: dict[int, int] = field(default_factory=dict[int, int])

    def of(self, lane: int) -> int:
        """Of a track, or of `OTHERS`."""
        return self.by_lane.get(lane, self.default)

    def take(self, steps: Sequence[Step]) -> None:
        """These were sent."""
        for step in steps:
            self.by_lane[step.lane] = step.reaches


def steps_after(index: SegmentIndex, reached: Reached) -> list[Step]:
    """What a viewer is to be sent next, in the order of the records, at most `STEPS_MAX`.

    Where too much is ahead, a track goes on at its newest key frame, if that lies ahead, and says so.
    """
    ahead = {track: pieces.after(reached.of(track)) for track, pieces in index.tracks.items()}
    waiting = sum(map(len, ahead.values()))
    size = sum(sum(index.tracks[track].size[numbers.start :]) for track, numbers in ahead.items())
    behind = too_far_behind(waiting, size)
    segment = str(index.header.segment)
    found: list[Step] = []
    for track, numbers in ahead.items():
        pieces, first = index.tracks[track], numbers.start
        if behind and (key := pieces.newest_key() or 0) > first:
            first = key
            found.append(_resync(segment, track, pieces, first))
        found += _pieces(segment, track, pieces, range(first, min(numbers.stop, first + STEPS_MAX)))
    found += _others(index, segment, reached.of(OTHERS))
    # An INIT has a lower number than the pieces of its epoch, so it is told before them.
    return sorted(found, key=lambda step: step.record)[:STEPS_MAX]


def first_steps(index: SegmentIndex) -> tuple[list[Step], Reached]:
    """Where a viewer who has nothing begins: at each track's newest key frame, with the epoch it belongs to."""
    segment = str(index.header.segment)
    reached = Reached(index.records - 1)
    found: list[Step] = []
    for track, pieces in index.tracks.items():
        key = pieces.newest_key()
        if key is None:
            continue
        reached.by_lane[track] = pieces.record[key] - 1
        epoch = index.epoch_at(track, pieces.record[key])
        if epoch is not None:
            found.append(_epoch(segment, epoch))
    return sorted(found, key=lambda step: step.record), reached


def _epoch(segment: str, epoch: Epoch) -> Step:
    return Step(epoch.place.record, {"kind": "epoch", "segment": segment, **epoch_item(epoch)}, OTHERS)


def _pieces(segment: str, track: int, pieces: Pieces, numbers: range) -> Iterator[Step]:
    for number in numbers:
        facts = {
            "kind": "piece",
            **_place(segment, track, pieces, number),
            "key": bool(pieces.key[number]),
            "bytes": pieces.size[number],
            "spanUs": pieces.span_us[number],
        }
        yield Step(pieces.record[number], facts, track, number)


def _resync(segment: str, track: int, pieces: Pieces, number: int) -> Step:
    return Step(pieces.record[number], {"kind": "resync", **_place(segment, track, pieces, number)}, track)


def _place(segment: str, track: int, pieces: Pieces, number: int) -> dict[str, Any]:
    return {
        "segment": segment,
        "track": track,
        "epoch": pieces.epoch[number],
        "record": pieces.record[number],
        "atUs": pieces.at_us[number],
    }


def _others(index: SegmentIndex, segment: str, reached: int) -> Iterator[Step]:
    for epoch in index.epochs[bisect_right(index.epochs, reached, key=lambda one: one.place.record) :]:
        yield _epoch(segment, epoch)
    for place in index.thumbnails[bisect_right(index.thumbnails, reached, key=lambda one: one.record) :]:
        facts = {
            "kind": "thumbnail",
            "segment": segment,
            "record": place.record,
            "track": place.track,
            "atUs": place.at_us,
        }
        yield Step(place.record, facts, OTHERS)
    for marker in index.markers[bisect_right(index.markers, reached, key=lambda one: one.record) :]:
        said = marker_item(marker.at_us, marker.said)
        yield Step(marker.record, {**said, "kind": "marker", "segment": segment}, OTHERS)
