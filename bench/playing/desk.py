"""Six minutes of an agent's work as coded pictures, and recordings of any length made of them, sealed.

A minute has eighteen busy seconds at five pictures a second (typing, and a page that changes now and then), and a still
picture every ten seconds of the rest: 1.6 pieces a second, as much as a busy desktop makes while somebody watches it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from playhead.base.ids import RecordingId, SegmentId
from playhead.testing.vid import make_header
from playhead.wire import fmp4, vid
from playhead.wire.vid import Flag, Kind
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.encoder import Coded
from playhead.workstation.encode.x264 import X264Encoder

WIDTH: Final = 1920
HEIGHT: Final = 1080
FPS: Final = 5
BUSY_S: Final = 18
MINUTE_US: Final = 60_000_000
STILL_US: Final = 10_000_000
CYCLE: Final = 6
"""Minutes after which the pictures begin anew."""
KEY_EVERY: Final = 282
"""Pictures between key frames: three of these minutes; the encoder's own limit is 300."""
PAGE_EVERY: Final = 45
"""Pictures after which the page changes."""
SEGMENT_US: Final = 3_600_000_000
"""The workstation's own default."""
LINE: Final = 22


@dataclass(frozen=True, slots=True)
class Shown:
    """One coded picture, and the small one that goes with some."""

    coded: Coded
    thumbnail: bytes = b""


@dataclass(frozen=True, slots=True)
class Footage:
    """The pictures of a cycle, and what a decoder needs first."""

    pictures: tuple[Shown, ...]
    init: bytes


def minute_times() -> list[int]:
    """When a minute's pictures come, in microseconds from its beginning."""
    busy = [number * 1_000_000 // FPS for number in range(BUSY_S * FPS)]
    return busy + list(range(BUSY_S * 1_000_000 + STILL_US, MINUTE_US, STILL_US))


class _Desk:
    """Draws what the agent does: text that looks like text to an encoder."""

    def __init__(self, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self.pixels: NDArray[np.uint8] = np.full((HEIGHT, WIDTH, 4), 236, np.uint8)
        self._line = 0

    def page(self) -> Rectangle:
        """Another page: forty lines of it."""
        self.pixels[60:1000, 40:1880] = 250
        for line in range(40):
            self._text(80 + line * LINE, 60, int(self._dice.integers(400, 1700)))
        self._line = 0
        return Rectangle(40, 60, 1840, 940)

    def type(self, number: int) -> Rectangle:
        """Some letters more."""
        left = 60 + number % 60 * 24
        top = 80 + (self._line % 40) * LINE
        if number % 60 == 0:
            self._line += 1
        self._text(top, left, 24)
        return Rectangle(left, top, 24, LINE)

    def _text(self, top: int, left: int, width: int) -> None:
        strokes = self._dice.random((14, width // 2)) < 0.35
        ink = np.where(np.repeat(strokes, 2, axis=1), 40, 250).astype(np.uint8)
        self.pixels[top : top + 14, left : left + ink.shape[1], :3] = ink[:, :, None]


def film(seed: int = 7) -> Footage:
    """Encode a cycle with the workstation's own encoder."""
    encoder = X264Encoder(WIDTH, HEIGHT)
    desk = _Desk(seed)
    times = minute_times()
    busy = BUSY_S * FPS
    pictures: list[Shown] = []
    for number in range(CYCLE * len(times)):
        within = number % len(times)
        key = number % KEY_EVERY == 0
        if within >= busy:
            pictures.append(Shown(encoder.repeat(key=key)))
            continue
        changed = desk.page() if number % PAGE_EVERY == 0 else desk.type(number)
        pixels = memoryview(np.ascontiguousarray(desk.pixels)).cast("B")
        coded = encoder.encode(pixels, WIDTH * 4, [changed], key=key)
        pictures.append(Shown(coded, encoder.thumbnail() if within % (busy // 2) == 0 else b""))
    init = fmp4.init_segment(width=encoder.width, height=encoder.height, sps=encoder.sps, pps=encoder.pps, name="DP-1")
    encoder.close()
    return Footage(tuple(pictures), init)


def segments(
    footage: Footage, recording: RecordingId, seconds: int, started_at_us: int, *, site_key: object, site: str
) -> Iterator[tuple[bytes, bytes]]:
    """The segments of a recording, each as its file header and everything after it.

    Args:
        footage: the pictures.
        recording: its id.
        seconds: how long it is.
        started_at_us: wall time of its beginning.
        site_key: the site's recording key, which opens it.
        site: the site's name.
    """
    signer = Ed25519PrivateKey.generate()
    length_us = seconds * 1_000_000
    for order, offset_us in enumerate(range(0, length_us, SEGMENT_US)):
        header, data_key = make_header(
            f"{recording}/{order}",
            recording=recording,
            segment=SegmentId.parse(_numbered(recording, order)),
            site=site,
            workstation="desk-1",
            agent="alex.morgan",
            started_at_us=started_at_us + offset_us,
            tracks=("DP-1",),
            site_private_key=site_key,  # pyright: ignore[reportArgumentType]
            signer=signer,
        )
        writer = vid.Writer(header, data_key, signer)
        start = writer.start()
        covered_us = min(SEGMENT_US, length_us - offset_us)
        yield start, b"".join(_records(footage, writer, covered_us, started_at_us + offset_us))


def _numbered(recording: RecordingId, order: int) -> str:
    """An id for a segment, told by its recording's."""
    text = str(recording)
    return f"{text[:-2]}{order + 1:02x}"


def _records(footage: Footage, writer: vid.Writer, covered_us: int, began_us: int) -> Iterator[bytes]:
    yield writer.record(Kind.INIT, track=1, media_time_us=0, wall_time_us=began_us, body=footage.init)
    times = minute_times()
    count = -(-covered_us // MINUTE_US) * len(times)
    all_us = [number // len(times) * MINUTE_US + times[number % len(times)] for number in range(count)]
    all_us = [at_us for at_us in all_us if at_us < covered_us]
    for number, at_us in enumerate(all_us):
        shown = footage.pictures[number % len(footage.pictures)]
        span_us = (all_us[number + 1] if number + 1 < len(all_us) else covered_us) - at_us
        sample = fmp4.Sample(shown.coded.data, fmp4.HOLD_US, shown.coded.key)
        body = fmp4.fragment(sequence=number + 1, base_time_us=at_us, samples=[sample])
        flags = Flag.KEY if shown.coded.key else Flag.NONE
        wall_us = began_us + at_us
        yield writer.record(
            Kind.PIECE, track=1, flags=flags, media_time_us=at_us, wall_time_us=wall_us, span_us=span_us, body=body
        )
        if shown.thumbnail:
            yield writer.record(
                Kind.THUMBNAIL, track=1, media_time_us=at_us, wall_time_us=wall_us, body=shown.thumbnail
            )
    yield writer.seal(covered_us, began_us + covered_us)
