"""Single pictures of one track of a segment, decoded: where they are, and what they show."""

# PyAV's stubs leave the type argument of Packet open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from playhead.base.errors import CorruptError
from playhead.premises.player.index import Epoch, Place, SegmentIndex, open_place
from playhead.wire.fmp4 import Sample, parse_fragment
from playhead.wire.vid import ReadAt


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a track."""

    at_us: int
    """Media time from which it was shown."""
    frame: VideoFrame | None
    """None where it cannot be decoded."""


class Film:
    """The pictures of one track. Blocks.

    Args:
        index: of the segment.
        track: its id.
        read_at: reads the file.
        data_key: opens it.
    """

    def __init__(self, index: SegmentIndex, track: int, read_at: ReadAt, data_key: bytes) -> None:
        self._index = index
        self.track = track
        self._pieces = index.tracks[track]
        self._read_at = read_at
        self._data_key = data_key

    def times(self, from_us: int, to_us: int) -> list[int]:
        """When pictures began to be shown, from one media time up to another, with the one shown before the first."""
        begin = max(bisect_right(self._pieces.at_us, from_us) - 1, 0)
        found: list[int] = []
        for number in range(begin, len(self._pieces)):
            if self._pieces.at_us[number] >= to_us:
                break
            found += [at_us for at_us, _ in self._samples(number) if at_us < to_us]
        return found[max(bisect_right(found, from_us) - 1, 0) :]

    def first_from(self, from_us: int) -> int | None:
        """When the first picture from a media time on began to be shown; None where there is none."""
        begin = max(bisect_right(self._pieces.at_us, from_us) - 1, 0)
        for number in range(begin, len(self._pieces)):
            for at_us, _ in self._samples(number):
                if at_us >= from_us:
                    return at_us
        return None

    def thumbnails(self, from_us: int, to_us: int) -> Iterator[Shown]:
        """The thumbnails of the track that were taken from one media time up to another."""
        for place in self._index.thumbnails:
            if place.track == self.track and from_us <= place.at_us < to_us:
                yield Shown(place.at_us, self._thumbnail(place))

    def _thumbnail(self, place: Place) -> VideoFrame | None:
        decoder: VideoCodecContext = av.CodecContext.create("mjpeg", "r")
        try:
            frames = decoder.decode(av.Packet(open_place(self._read_at, self._data_key, place)))
        except (CorruptError, FFmpegError):
            return None
        return frames[0] if frames else None

    def pictures(self, wanted: Sequence[int]) -> Iterator[Shown]:
        """The pictures that began at these times of `times`, sorted; each is decoded from the key frame before it."""
        left = list(wanted)
        done = -1
        decoder: VideoCodecContext | None = None
        while left:
            number = bisect_right(self._pieces.at_us, left[0]) - 1
            key = bytes(self._pieces.key).rfind(1, 0, number + 1)
            if decoder is None or key > done:
                decoder, done = self._decoder(max(key, 0)), max(key, 0) - 1
            for place in range(done + 1, number + 1):
                for at_us, frame in self._decode(decoder, place):
                    if left and at_us == left[0]:
                        yield Shown(left.pop(0), frame)
            done = number
            while left and left[0] < self._end_of(number):
                yield Shown(left.pop(0), None)  # its piece gave no such picture

    def _end_of(self, number: int) -> int:
        next_us = self._pieces.next_at_us(number)
        return 1 << 63 if next_us is None else next_us

    def _decode(self, decoder: VideoCodecContext, number: int) -> list[tuple[int, VideoFrame | None]]:
        found: list[tuple[int, VideoFrame | None]] = []
        for at_us, sample in self._samples(number):
            try:
                frames = decoder.decode(av.Packet(sample.data))
            except FFmpegError:
                frames = []
            found.append((at_us, frames[0] if frames else None))
        return found

    def _samples(self, number: int) -> list[tuple[int, Sample]]:
        """The samples of a piece; none where it cannot be read, which the check of the segment has told."""
        try:
            place = self._index.piece(self.track, number)
            piece = parse_fragment(open_place(self._read_at, self._data_key, place))
        except CorruptError:
            return []
        at_us = place.at_us
        found: list[tuple[int, Sample]] = []
        for sample in piece.samples:
            found.append((at_us, sample))
            at_us += sample.duration_us
        return found

    def _decoder(self, number: int) -> VideoCodecContext:
        decoder: VideoCodecContext = av.CodecContext.create("h264", "r")
        decoder.thread_count = 1
        decoder.flags |= Flags.low_delay  # one picture out for each in
        epoch = self._epoch(self._pieces.epoch[number])
        if epoch is not None:
            try:
                init = open_place(self._read_at, self._data_key, epoch.place)
                with av.open(io.BytesIO(init), format="mp4") as container:
                    decoder.extradata = container.streams.video[0].codec_context.extradata
            except (CorruptError, FFmpegError):
                pass  # nothing will be decoded, which is told of each picture
        return decoder

    def _epoch(self, epoch: int) -> Epoch | None:
        return self._index.epoch(self.track, epoch)
