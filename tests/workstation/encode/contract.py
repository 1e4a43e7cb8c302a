"""What every encoder must keep. A test module subclasses `EncoderContract` and gives it a `make` fixture."""

from collections.abc import Callable

import av
import numpy as np
import pytest
from workstation.decoding import Decoder, is_near

from playhead.testing.ssim import luma, text_ssim
from playhead.workstation.capture.source import Rectangle
from playhead.workstation.encode.encoder import Coded, Encoder

MakeEncoder = Callable[[int, int], Encoder]


class Canvas:
    """Pixels, and an encoder that is told what changes in them."""

    def __init__(self, make: MakeEncoder, width: int = 160, height: int = 96):
        self.pixels = np.zeros((height, width), np.uint32)
        self.encoder = make(width, height)
        self.decoder = Decoder(self.encoder.sps, self.encoder.pps)
        self.changed: list[Rectangle] = []

    def paint(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        self.pixels[y : y + height, x : x + width] = colour
        self.changed.append(Rectangle(x, y, width, height))

    def encode(self, *, key: bool = False) -> Coded:
        changed, self.changed = self.changed, []
        return self.encoder.encode(self.pixels.data.cast("B"), self.pixels.shape[1] * 4, changed, key=key)

    def shown(self, coded: Coded) -> np.ndarray:
        return self.decoder.rgb(coded.data)


def text_like(width: int, height: int) -> np.ndarray:
    """Dark strokes on light ground, in lines, one to two pixels thick: as hard as small text."""
    dice = np.random.default_rng(3)
    pixels = np.full((height, width), 0xF4F4F0, np.uint32)
    for top in range(6, height - 12, 16):
        for x in range(8, width - 10, 7):
            for _ in range(3):
                dx, dy = dice.integers(0, 4), dice.integers(0, 8)
                wide, high = (1, dice.integers(3, 9)) if dice.random() < 0.6 else (dice.integers(2, 6), 1)
                pixels[top + dy : top + dy + high, x + dx : x + dx + wide] = 0x202428
    return pixels


class EncoderContract:
    def test_the_first_picture_is_a_key_frame_of_everything(self, make: MakeEncoder):
        canvas = Canvas(make)
        canvas.pixels[:] = 0x2060A0
        coded = canvas.encode()  # although nothing was named as changed
        assert coded.key
        shown = canvas.shown(coded)
        assert shown.shape == (96, 160, 3)
        assert is_near(shown, 0x2060A0)

    def test_only_what_is_named_is_looked_at(self, make: MakeEncoder):
        canvas = Canvas(make)
        canvas.shown(canvas.encode())
        canvas.pixels[:] = 0xFF0000
        canvas.changed = [Rectangle(32, 32, 64, 32)]
        shown = canvas.shown(canvas.encode())
        assert is_near(shown[36:60, 36:92], 0xFF0000, tolerance=20)
        assert is_near(shown[:24, :], 0x000000)

    def test_each_call_gives_one_picture_at_once(self, make: MakeEncoder):
        canvas = Canvas(make)
        for step in range(12):
            canvas.paint(step * 8, step * 4, 20, 20, 0xFFFFFF)
            shown = canvas.shown(canvas.encode())
            assert is_near(shown[step * 4 + 4 : step * 4 + 16, step * 8 + 4 : step * 8 + 16], 0xFFFFFF, tolerance=24)

    def test_a_still_is_small_and_shows_the_same(self, make: MakeEncoder):
        canvas = Canvas(make, 640, 400)
        canvas.pixels[:] = text_like(640, 400)
        before = canvas.shown(canvas.encode())
        for _ in range(3):
            still = canvas.encoder.repeat()
        assert not still.key
        assert len(still.data) < 200
        assert np.abs(canvas.shown(still).astype(int) - before).mean() < 3

    def test_a_key_frame_comes_when_asked_for(self, make: MakeEncoder):
        canvas = Canvas(make)
        canvas.encode()
        canvas.paint(0, 0, 50, 50, 0x00FF00)
        assert not canvas.encode().key
        for key_frame in (canvas.encode(key=True), canvas.encoder.repeat(key=True)):
            assert key_frame.key
            fresh = Decoder(canvas.encoder.sps, canvas.encoder.pps)
            assert is_near(fresh.rgb(key_frame.data)[4:46, 4:46], 0x00FF00, tolerance=20)
        assert not canvas.encoder.repeat().key

    def test_key_frames_are_never_far_apart(self, make: MakeEncoder):
        canvas = Canvas(make, 64, 64)
        canvas.encode()
        since = 0
        for step in range(650):
            canvas.paint(step % 60, 0, 4, 4, 0x10101 * (step % 256))
            since = 0 if canvas.encode().key else since + 1
            assert since < 300

    def test_black_is_black_and_begins_anew(self, make: MakeEncoder):
        canvas = Canvas(make)
        canvas.paint(0, 0, 160, 96, 0xFFFFFF)
        canvas.encode()
        black = canvas.encoder.black()
        assert black.key
        fresh = Decoder(canvas.encoder.sps, canvas.encoder.pps)
        assert is_near(fresh.rgb(black.data), 0x000000, tolerance=2)
        assert is_near(fresh.rgb(canvas.encoder.repeat().data), 0x000000, tolerance=2)

    def test_small_text_stays_legible(self, make: MakeEncoder):
        canvas = Canvas(make, 640, 400)
        canvas.pixels[:] = text_like(640, 400)
        shown = canvas.shown(canvas.encode())
        original = canvas.pixels.view(np.uint8).reshape(400, 640, 4)[:, :, 2::-1]
        value = text_ssim(luma(original), luma(shown))
        assert value is not None
        assert value >= 0.985

    @pytest.mark.parametrize(("width", "height"), [(159, 95), (161, 96), (17, 17), (16, 16), (1366, 768)])
    def test_any_size_is_shown_in_even_pixels(self, make: MakeEncoder, width: int, height: int):
        canvas = Canvas(make, width, height)
        canvas.pixels[:] = 0x40C080
        shown = canvas.shown(canvas.encode())
        assert (canvas.encoder.width, canvas.encoder.height) == (width + width % 2, height + height % 2)
        assert shown.shape[:2] == (canvas.encoder.height, canvas.encoder.width)
        assert is_near(shown, 0x40C080)
        canvas.paint(width - 3, height - 3, 3, 3, 0xFFFFFF)
        assert is_near(canvas.shown(canvas.encode())[-1, -1], 0xFFFFFF, tolerance=60)

    def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape(self, make: MakeEncoder):
        for width, height, expected in ((640, 400, (288, 180)), (1000, 200, (320, 64)), (160, 96, (160, 96))):
            canvas = Canvas(make, width, height)
            canvas.pixels[:, : width // 2] = 0xFF0000
            canvas.pixels[:, width // 2 :] = 0x0000FF
            canvas.encode()
            jpeg = canvas.encoder.thumbnail()
            assert jpeg[:2] == b"\xff\xd8"
            picture = _decode_jpeg(jpeg)
            assert picture.shape[1::-1] == expected
            assert is_near(picture[8:-8, 8 : expected[0] // 2 - 8], 0xFF0000, tolerance=20)
            assert is_near(picture[8:-8, expected[0] // 2 + 8 : -8], 0x0000FF, tolerance=20)
            assert canvas.encoder.thumbnail() == jpeg
            canvas.encoder.close()


def _decode_jpeg(jpeg: bytes) -> np.ndarray:
    context = av.CodecContext.create("mjpeg", "r")
    frames = [*context.decode(av.Packet(jpeg)), *context.decode(None)]
    return frames[0].to_ndarray(format="rgb24")
