"""The proof of a whole recording, from its segments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from av.video.frame import VideoFrame

from playhead.domain.darkness import Asked, Darkness, darkness, joined
from playhead.domain.looking import NEAR_US, every, near_edges
from playhead.domain.spans import Spans
from playhead.domain.timeline import GAP_US_MIN, Gap
from playhead.premises.proof.cards import Looked, Reader, Where
from playhead.premises.proof.film import Film
from playhead.premises.proof.segment import Finding, Opened

_END_US: Final = 1 << 62

_BLACK_LUMA_MAX: Final = 16 + 4
"""Black is 16 (ITU-R BT.709-6 §4); what the codec may add is below what anybody could read."""
_CHROMA_OFF_MAX: Final = 4

_REASONS: Final = {
    "capture.no_display": "no_display",
    "capture.failed": "failed",
    "clock.stepped": "asleep",
}
"""Markers that explain a silence within a segment."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, and where it lies on the recording's timeline."""

    opened: Opened
    offset_us: int

    @property
    def end_us(self) -> int:
        """Where it ends there."""
        return self.offset_us + self.opened.finding.covered_us


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that should not be so."""

    code: str
    """``proof.picture_in_blackout``, ``proof.thumbnail_in_blackout``, ``proof.blackout_begin``, ``proof.markers``."""
    message: str
    at_us: int
    """From the recording's beginning."""
    track: int = 0


@dataclass(slots=True)
class Proof:
    """What can be said of a recording."""

    segments: list[Finding] = field(default_factory=list[Finding])
    blackouts: list[Asked] = field(default_factory=list[Asked])
    """Every request, by its begin; times from the recording's beginning."""
    black_us: int = 0
    """How long it was black."""
    black_pictures: int = 0
    """Pictures within blackouts that were decoded and are black."""
    gaps: list[Gap] = field(default_factory=list[Gap])
    problems: list[Problem] = field(default_factory=list[Problem])
    looked: Looked | None = None

    @property
    def is_whole(self) -> bool:
        """Every segment is what its workstation recorded, and blackouts are as they should be."""
        return bool(self.segments) and not self.problems and not any(one.fault for one in self.segments)


def prove(
    parts: Sequence[Part],
    *,
    gaps: Sequence[Gap] = (),
    reader: Reader | None = None,
    where: Where = Where.EDGES,
    every_us: int = 10_000_000,
) -> Proof:
    """Look at everything. Blocks, with a reader for seconds a picture.

    Args:
        parts: the recording's segments in time order.
        gaps: what is missing between them.
        reader: reads the pictures near blackouts; None: nobody does.
        where: which pictures it reads.
        every_us: how far apart, with `Where.ALL`.
    """
    proof = Proof(gaps=[*gaps])
    if reader is not None:
        proof.looked = Looked(where, reader.name)
    told = _told(parts)
    dark = Spans()
    for part, found in zip(parts, told, strict=True):
        proof.segments.append(part.opened.finding)
        dark |= found.spans
        _judge_markers(proof, part, found)
        _add_silences(proof, part)
    proof.black_us = dark.length_us
    proof.blackouts = joined(one for found in told for one in found.asked)
    proof.gaps.sort(key=lambda gap: gap.from_us)
    for place, part in enumerate(parts):
        index = part.opened.index
        before_us = parts[place - 1].end_us if place else 0
        after_us = parts[place + 1].offset_us if place + 1 < len(parts) else part.end_us
        # As the film counts its time; with those at its edges, though they may have ended before it began.
        spans = Spans.of(
            (span.from_us - part.offset_us, span.to_us - part.offset_us)
            for span in dark.spans
            if span.to_us >= before_us and span.from_us <= after_us
        )
        if index is None:
            if proof.looked is not None:
                proof.looked.segments_unreadable += 1
            continue
        for track in sorted(index.tracks):
            film = Film(index, track, part.opened.read_at, part.opened.data_key)
            _judge_pictures(proof, part, film, spans)
            if reader is not None and proof.looked is not None:
                wanted = _wanted(film, part, spans, every_us if where is Where.ALL else None)
                for shown in film.pictures(wanted):
                    proof.looked.look(reader, shown.frame, at_us=part.offset_us + shown.at_us, track=track)
    return proof


def _told(parts: Sequence[Part]) -> list[Darkness]:
    """What the markers of each segment tell; a blackout goes on into a segment that follows without a break."""
    found: list[Darkness] = []
    carried: tuple[Asked, ...] = ()
    reached_us = 0
    for part in parts:
        index = part.opened.index
        if part.offset_us - reached_us >= GAP_US_MIN or index is None:
            carried = ()  # nobody knows what was asked meanwhile; what is in force is told anew
        reached_us = part.end_us
        marks = [] if index is None else [(part.offset_us + mark.at_us, mark.said) for mark in index.markers]
        told = darkness(marks, from_us=part.offset_us, to_us=part.end_us, carried=carried)
        carried = told.open
        found.append(told)
    return found


def _judge_markers(proof: Proof, part: Part, told: Darkness) -> None:
    for at_us in told.unbegun:
        message = "A marker ends a blackout that no marker has begun."
        proof.problems.append(Problem("proof.blackout_begin", message, at_us))
    if part.opened.index is not None and not part.opened.has_all_markers:
        message = "A segment holds more markers than are read: blackouts in it may not be known."
        proof.problems.append(Problem("proof.markers", message, part.offset_us))


def _add_silences(proof: Proof, part: Part) -> None:
    index = part.opened.index
    markers = [] if index is None else index.markers
    for from_us, to_us in part.opened.silences:
        near = (mark for mark in markers if from_us - GAP_US_MIN <= mark.at_us <= to_us + GAP_US_MIN)
        reasons = [_REASONS[code] for mark in near if (code := mark.said.get("code")) in _REASONS]
        reason = reasons[0] if reasons else "unknown"
        proof.gaps.append(Gap(part.offset_us + from_us, part.offset_us + to_us, reason))


def _judge_pictures(proof: Proof, part: Part, film: Film, spans: Spans) -> None:
    """Nothing that was taken within a blackout is there, but black."""
    for span in spans.spans:
        begin_us = max(span.from_us, 0)
        inside = [at_us for at_us in film.times(begin_us, span.to_us) if at_us >= begin_us]
        taken = {"thumbnail": film.thumbnails(begin_us, span.to_us), "picture": film.pictures(inside)}
        for kind, pictures in taken.items():
            for shown in pictures:
                if shown.frame is not None and is_black(shown.frame):
                    proof.black_pictures += kind == "picture"
                    continue
                what = "cannot be decoded" if shown.frame is None else "shows something"
                message = f"A {kind} within a blackout {what}."
                at = part.offset_us + shown.at_us
                proof.problems.append(Problem(f"proof.{kind}_in_blackout", message, at, film.track))


def _wanted(film: Film, part: Part, spans: Spans, every_us: int | None) -> list[int]:
    wanted: set[int] = set()
    for span in spans.spans:
        near = film.times(max(span.from_us - NEAR_US, 0), span.to_us) + film.times(span.to_us, span.to_us + NEAR_US)
        first_us = film.first_from(span.to_us)
        near += [] if first_us is None else [first_us]
        wanted.update(near_edges(sorted(set(near)), Spans((span,))))
    if every_us is not None:
        wanted.update(every(film.times(0, _END_US), spans, every_us))
    return sorted(one for one in wanted if one not in spans and one < part.end_us)


def is_black(frame: VideoFrame) -> bool:
    """Whether nothing at all can be seen in a picture."""
    luma, *chroma = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # pyright: ignore[reportArgumentType] # planes are buffers
        for plane in frame.planes
    )
    is_grey = all(int(np.abs(plane.astype(np.int16) - 128).max()) <= _CHROMA_OFF_MAX for plane in chroma)
    return int(luma.max()) <= _BLACK_LUMA_MAX and is_grey
