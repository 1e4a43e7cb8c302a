"""Writes pieces of fragmented MP4 as one progressive MP4, through libavformat's own muxer."""

# PyAV's stubs leave the type argument of Packet open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from playhead.base.errors import CorruptError, NotFoundError, UnavailableError
from playhead.premises.export.plan import Fault, OpenSegment, Piece, Segments, between, tracks_of
from playhead.wire.fmp4 import Sample, parse_fragment

EXACT_TIMESCALE = 1_000_000
COARSE_TIMESCALE = 1_000
"""For a recording with a hole of half an hour or more: a sample's duration has 31 bits in libavformat."""
_LONGEST_EXACT_US = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    tracks: tuple[str, ...]
    """Names of the tracks, in the file's order."""
    pictures: int
    duration_us: int
    size_bytes: int
    faults: tuple[Fault, ...]
    """Damage that was left out, if any."""


def export_mp4(
    segments: Sequence[OpenSegment],
    out: Path,
    *,
    track: int | None = None,
    monitor: str | None = None,
    start_us: int | None = None,
    end_us: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Exported:
    """Write a recording as a standard MP4: same pictures, same times, no re-encoding. Blocks; call it in a thread.

    Args:
        segments: all segments of one recording, in any order.
        out: where to; replaced in one step when the file is complete.
        track: only the track of this id.
        monitor: only tracks of this name.
        start_us: where to begin, from the recording's start; the file's time zero.
        end_us: where to end.
        progress: told now and then which share is done, 0.0 to 1.0.

    Raises:
        NotFoundError: ``export.empty``, where nothing is to be exported.
        CorruptError: ``vid.*``, where nothing of it can be read; damage to a part is told in the result instead.
        UnavailableError: ``export.write``, where the file cannot be written.
    """
    opened = Segments(segments)
    pieces = opened.pieces()
    wanted = [
        number for number, name in tracks_of(pieces).items() if track in {None, number} and monitor in {None, name}
    ]
    chosen = {
        number: between([piece for piece in pieces if piece.track == number], start_us, end_us) for number in wanted
    }
    chosen = {number: found for number, found in chosen.items() if found}
    if not chosen:
        raise _nothing(opened, pieces, monitor)
    part = out.with_name(out.name + ".part")
    try:
        timescale = _timescale(chosen)
        with av.open(part, "w", format="mp4", options=_options(timescale)) as container:
            zero_us = start_us or 0
            container.metadata["creation_time"] = _iso(opened.started_at_us + zero_us)
            lines = {
                number: _Line(container, found, timescale=timescale, zero_us=zero_us, end_us=end_us)
                for number, found in chosen.items()
            }
            _write(opened, chosen, lines, progress or (lambda _: None))
            if not any(line.pictures for line in lines.values()):
                raise _nothing(opened, [], monitor)
        part.replace(out)
    except (FFmpegError, OSError) as error:
        message = f"{out.name} cannot be written: {error.strerror or 'the muxer refused it'}."
        raise UnavailableError("export.write", message, hint="Is there room, and may you write there?") from error
    finally:
        part.unlink(missing_ok=True)
    return Exported(
        tracks=tuple(line.name for line in lines.values()),
        pictures=sum(line.pictures for line in lines.values()),
        duration_us=max(line.ended_us for line in lines.values()),
        size_bytes=out.stat().st_size,
        faults=tuple(opened.faults),
    )


def _write(
    opened: Segments, chosen: dict[int, list[Piece]], lines: dict[int, "_Line"], progress: Callable[[float], None]
) -> None:
    ordered = sorted((piece for found in chosen.values() for piece in found), key=lambda piece: piece.at_us)
    for done, piece in enumerate(ordered):
        media = opened.open(piece)
        if media is not None:
            try:
                lines[piece.track].add(piece, parse_fragment(media).samples)
            except CorruptError as error:
                opened.damaged(piece.segment, error)
        progress(done / len(ordered))
    for line in lines.values():
        line.finish()
    progress(1.0)


def _timescale(chosen: dict[int, list[Piece]]) -> int:
    holes = (later.at_us - piece.at_us for found in chosen.values() for piece, later in pairwise(found))
    return EXACT_TIMESCALE if max(holes, default=0) < _LONGEST_EXACT_US else COARSE_TIMESCALE


def _options(timescale: int) -> dict[str, str]:
    return {
        "movflags": "faststart",  # the index first, so that a browser plays before it has all of the file
        "movie_timescale": str(timescale),
        "video_track_timescale": str(timescale),
    }


def _iso(wall_us: int) -> str:
    return datetime.fromtimestamp(wall_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _nothing(opened: Segments, pieces: Sequence[Piece], monitor: str | None) -> NotFoundError | CorruptError:
    """Why there is nothing to write: all of it is damaged, or nobody asked for what there is."""
    if not pieces and opened.faults:
        fault = opened.faults[0]
        return CorruptError(fault.code, f"Nothing of the recording can be read: {fault.message}")
    names = ", ".join(name for name in tracks_of(pieces).values() if name)
    hint = f"Its monitors are: {names}." if monitor is not None and names else ""
    return NotFoundError("export.empty", "There is no such picture in the recording.", hint=hint)


class _Line:
    """One track of the file.

    A track whose pictures all have one parameter set keeps it in the sample description (``avc1``). Where a display
    changed its size, they stand in the samples (``avc3``, ISO/IEC 14496-15 §5.4.2.1), which every player tried
    follows: see docs/export.md.
    """

    def __init__(
        self, container: OutputContainer, pieces: Sequence[Piece], *, timescale: int, zero_us: int, end_us: int | None
    ) -> None:
        self.pictures = 0
        self.ended_us = 0
        first = pieces[0].epoch
        self.name = next(iter(tracks_of(pieces).values()))
        self._container = container
        self._zero_us = zero_us
        self._end_us = end_us
        self._in_band = any((piece.epoch.sps, piece.epoch.pps) != (first.sps, first.pps) for piece in pieces)
        self._tick_us = 1_000_000 // timescale
        self._pending: tuple[int, Sample, bytes] | None = None
        self._preroll: list[tuple[bytes, bool]] = []
        self._ends_us = 0
        with av.open(io.BytesIO(first.init), format="mp4") as template:
            self._stream: VideoStream = container.add_stream_from_template(template.streams.video[0])
        self._stream.time_base = Fraction(1, EXACT_TIMESCALE)
        self._stream.metadata["handler_name"] = self.name
        if self._in_band:
            self._stream.codec_context.codec_tag = "avc3"

    def add(self, piece: Piece, samples: Sequence[Sample]) -> None:
        """Take the samples of the next piece."""
        at_us = piece.at_us - self._zero_us
        parameters = b""
        if self._in_band:
            parameters = b"".join(len(nal).to_bytes(4, "big") + nal for nal in (piece.epoch.sps, piece.epoch.pps))
        for sample in samples:
            if self._end_us is not None and at_us >= self._end_us - self._zero_us:
                return
            if self._pending is not None:
                at_us = max(at_us, self._pending[0] + self._tick_us)  # decoding times must grow
            self._put(until_us=at_us)
            self._pending = (at_us, sample, parameters)
            self._ends_us = piece.ends_us - self._zero_us
            at_us += sample.duration_us

    def finish(self) -> None:
        """The last picture lasts as long as it is known to have been shown."""
        end_us = self._ends_us if self._end_us is None else min(self._ends_us, self._end_us - self._zero_us)
        self._put(until_us=end_us)

    def _put(self, until_us: int) -> None:
        if self._pending is None:
            return
        at_us, sample, parameters = self._pending
        self._pending = None
        data = parameters + sample.data if sample.key else sample.data
        if until_us <= 0:
            self._preroll.append((data, sample.key))
            return
        # What must be decoded before the cut gets a tick each, before time zero: an edit list hides it, and a player
        # without edit lists is late by no more than those ticks. The picture shown at the cut begins there.
        for index, (before, key) in enumerate(self._preroll, -len(self._preroll)):
            self._mux(before, index * self._tick_us, self._tick_us, key=key)
        self._preroll.clear()
        at_us = max(at_us, 0)
        self._mux(data, at_us, max(until_us - at_us, 1), key=sample.key)
        self.pictures += 1
        self.ended_us = max(until_us, self.ended_us)

    def _mux(self, data: bytes, at_us: int, duration_us: int, *, key: bool) -> None:
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = Fraction(1, EXACT_TIMESCALE)
        packet.pts = packet.dts = at_us
        packet.duration = duration_us
        packet.is_keyframe = key
        self._container.mux(packet)
