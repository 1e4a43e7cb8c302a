"""Sprites: up to 25 thumbnails of a timeline in one picture, so that one request serves many places of a pointer.

A sprite is made anew whenever it is asked for, which takes some 10 ms: pictures of somebody's screen are not kept in
the clear by the server, and a browser keeps what it was sent for as long as its page is open.
"""

# PyAV's stubs leave planes and packets open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from playhead.base.errors import CorruptError
from playhead.premises.player.index import Epoch, Place, SegmentIndex

COLUMNS: Final = 5
TILES_MAX: Final = COLUMNS * COLUMNS
"""Four minutes of a screen that changes all the time: some 50 kB, and one request for every 25 places of a pointer."""

TILE_WIDTH_MAX: Final = 160
TILE_HEIGHT_MAX: Final = 90
"""Half of a thumbnail (`docs/wire/vid.md` §5): JPEG is decoded to that at a quarter of the work."""

THUMBNAIL_BYTES_MAX: Final = 256 * 1024
"""A longer thumbnail is left black: one of 320 × 180 pixels has 4 to 20 kB."""

_THUMBNAIL_PIXELS_MAX: Final = 1280 * 720
"""Decoded to half of that each way. More is nothing that a workstation of ours has made."""

_QUALITY: Final = 7
"""JPEG quantiser of the encoder, 2 (best) to 31; what was coded before loses nothing that can be seen at this size."""

_FORMAT: Final = "yuvj420p"


@dataclass(frozen=True, slots=True)
class Sprite:
    """Which thumbnails are in one, in rows from the left: of one track and epoch, so that all are of one size."""

    places: Sequence[Place]
    width: int
    """Of a tile, in pixels; even."""
    height: int

    @property
    def first(self) -> int:
        """Record of its first thumbnail, by which it is asked for. It stays the same while a segment grows."""
        return self.places[0].record


def sprites_of(index: SegmentIndex) -> list[Sprite]:
    """The sprites of a segment as far as it was looked at, in the order of their first records.

    The last one of each track and epoch has room left, and gets more while the segment grows.
    """
    rows: dict[tuple[int, int], list[Place]] = {}
    for place in index.thumbnails:
        rows.setdefault((place.track, place.epoch), []).append(place)
    epochs = {(epoch.place.track, epoch.place.epoch): epoch for epoch in index.epochs}
    found = [
        Sprite(places[begin : begin + TILES_MAX], *tile_size(epochs.get(key)))
        for key, places in rows.items()
        for begin in range(0, len(places), TILES_MAX)
    ]
    return sorted(found, key=lambda sprite: sprite.first)


def tile_size(epoch: Epoch | None) -> tuple[int, int]:
    """Width and height of the tiles for pictures of an epoch: of its shape, even, within the limits."""
    if epoch is None:
        return TILE_WIDTH_MAX, TILE_HEIGHT_MAX
    scale = min(TILE_WIDTH_MAX / epoch.width, TILE_HEIGHT_MAX / epoch.height, 1.0)
    return max(2, int(epoch.width * scale) & ~1), max(2, int(epoch.height * scale) & ~1)


def sprite_item(sprite: Sprite) -> dict[str, Any]:
    """A sprite as the index's JSON has it."""
    return {
        "first": sprite.first,
        "track": sprite.places[0].track,
        "count": len(sprite.places),
        "columns": COLUMNS,
        "width": sprite.width,
        "height": sprite.height,
        "atUs": [place.at_us for place in sprite.places],
    }


def compose(thumbnails: Iterator[bytes], sprite: Sprite) -> bytes:
    """The sprite as a JPEG. Blocks; a thumbnail that is no JPEG is left black.

    Args:
        thumbnails: as many as the sprite has places.
        sprite: what it is to look like.

    Raises:
        CorruptError: ``media.sprite``, where libavcodec takes it for something else than a picture.
    """
    rows = -(-len(sprite.places) // COLUMNS)
    columns = min(COLUMNS, len(sprite.places))
    width, height = columns * sprite.width, rows * sprite.height
    luma = np.zeros((height, width), np.uint8)
    chroma = [np.full((height // 2, width // 2), 128, np.uint8) for _ in range(2)]
    for number, jpeg in enumerate(thumbnails):
        tile = _decoded(jpeg, sprite)
        if tile is None:
            continue
        row, column = divmod(number, COLUMNS)
        for whole, plane, by in zip([luma, *chroma], _planes(tile), (1, 2, 2), strict=True):
            top, left = row * sprite.height // by, column * sprite.width // by
            whole[top : top + sprite.height // by, left : left + sprite.width // by] = plane
    try:
        return _encoded([luma, *chroma], width, height)
    except FFmpegError as error:
        raise CorruptError("media.sprite", f"The thumbnails cannot be shown: {error.strerror}.") from error


def _decoded(jpeg: bytes, sprite: Sprite) -> VideoFrame | None:
    """One thumbnail in the size of a tile; None where it cannot be decoded."""
    if not 0 < len(jpeg) <= THUMBNAIL_BYTES_MAX:
        return None
    codec: VideoCodecContext = av.CodecContext.create("mjpeg", "r")
    codec.thread_count = 1
    codec.options = {"lowres": "1", "max_pixels": str(_THUMBNAIL_PIXELS_MAX)}
    try:
        frames = codec.decode(av.Packet(jpeg))
        if not frames:
            return None
        frame = frames[0]
        if (frame.width, frame.height, frame.format.name) == (sprite.width, sprite.height, _FORMAT):
            return frame
        return frame.reformat(width=sprite.width, height=sprite.height, format=_FORMAT)
    except (FFmpegError, ValueError):
        return None


def _planes(frame: VideoFrame) -> Iterator[npt.NDArray[np.uint8]]:
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)  # pyright: ignore[reportArgumentType] # planes are buffers
        yield rows[:, : plane.width]


def _encoded(planes: Sequence[npt.NDArray[np.uint8]], width: int, height: int) -> bytes:
    frame = VideoFrame(width, height, _FORMAT)
    frame.pts, frame.time_base = 0, Fraction(1, 1)
    for plane, values in zip(frame.planes, planes, strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = values
        plane.update(padded)  # pyright: ignore[reportArgumentType] # arrays are buffers
    codec: VideoCodecContext = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, _FORMAT
    codec.time_base = Fraction(1, 1)
    codec.thread_count = 1
    codec.qmin = codec.qmax = _QUALITY
    codec.options = {"huffman": "optimal"}
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))
