"""Makes segments out of pictures as a workstation would: through its own encoder, one piece a picture."""

import json

import numpy as np
from numpy.typing import NDArray

from playhead.base.ids import RecordingId
from playhead.premises.proof.recording import Part
from playhead.premises.proof.segment import Opened, open_segment
from playhead.testing.vid import STARTED_AT_US, make_header, signing_key, site_key
from playhead.wire import fmp4, vid
from playhead.wire.vid import Flag, Kind
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.x264 import X264Encoder

S = 1_000_000
ON, OFF, EXPIRED = "blackout.on", "blackout.off", "blackout.expired"


def grey(level: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """A picture of BGRX pixels, all of one grey."""
    return np.full((height, width, 4), level, np.uint8)


class Shoot:
    """A segment that is being recorded. Times in microseconds from its begin, growing."""

    def __init__(
        self, seed: str, *, size: tuple[int, int] = (64, 48), started_us: int = 0, recording: RecordingId | None = None
    ) -> None:
        self.started_at_us = STARTED_AT_US + started_us
        self.header, self.data_key = make_header(seed, recording=recording, started_at_us=self.started_at_us)
        self._size = size
        self._encoder = X264Encoder(*size)
        self._writer = vid.Writer(self.header, self.data_key, signing_key())
        self.data = self._writer.start()
        init = fmp4.init_segment(
            width=self._encoder.width,
            height=self._encoder.height,
            sps=self._encoder.sps,
            pps=self._encoder.pps,
            name="screen",
        )
        self._record(Kind.INIT, 0, init, track=1)

    def picture(self, at_us: int, pixels: NDArray[np.uint8], *, key: bool = False) -> None:
        width, height = self._size
        changed = [Rectangle(0, 0, width, height)]
        coded = self._encoder.encode(memoryview(pixels).cast("B"), width * 4, changed, key=key)
        self._piece(at_us, coded.data, key=coded.key)

    def black(self, at_us: int) -> None:
        coded = self._encoder.black()
        self._piece(at_us, coded.data, key=coded.key)

    def thumbnail(self, at_us: int) -> None:
        self._record(Kind.THUMBNAIL, at_us, self._encoder.thumbnail(), track=1)

    def mark(self, at_us: int, code: str, **more: object) -> None:
        self._record(Kind.MARKER, at_us, json.dumps({"code": code, **more}).encode())

    def alive(self, from_us: int, to_us: int) -> None:
        for at_us in range(from_us, to_us, S):
            self._record(Kind.HEARTBEAT, at_us, b"")

    def raw(self, at_us: int, data: bytes) -> None:
        """A piece whose picture is whatever somebody wrote there."""
        self._piece(at_us, data, key=False)

    def seal(self, at_us: int) -> bytes:
        self.data += self._writer.seal(at_us, self.started_at_us + at_us)
        return self.data

    def part(self, **more: object) -> Part:
        return Part(self.opened(**more), self.started_at_us - STARTED_AT_US)

    def opened(self, **more: object) -> Opened:
        options = {"name": "it", "known": None, "site_key": site_key(), "signers": []} | more
        return open_segment(lambda size, offset: self.data[offset : offset + size], len(self.data), **options)

    def _piece(self, at_us: int, data: bytes, *, key: bool) -> None:
        sample = fmp4.Sample(data, fmp4.HOLD_US, key)
        body = fmp4.fragment(sequence=1, base_time_us=at_us, samples=[sample])
        self._record(Kind.PIECE, at_us, body, track=1, flags=Flag.KEY if key else Flag.NONE)

    def _record(self, kind: Kind, at_us: int, body: bytes, *, track: int = 0, flags: Flag = Flag.NONE) -> None:
        wall_us = self.started_at_us + at_us
        self.data += self._writer.record(
            kind, track=track, flags=flags, media_time_us=at_us, wall_time_us=wall_us, body=body
        )
