"""Small pictures of footage, as a workstation seals them and the server puts them together."""

from fractions import Fraction
from functools import cache

import av

from playhead.premises.player.index import Place
from playhead.premises.player.sprites import TILES_MAX, Sprite, compose, sprite_item
from web.footage import UNIT_US, picture

EVERY_US = 10_000_000
WIDTH, HEIGHT = 320, 180
_TRACK = 1


@cache
def thumbnail(at_us):
    """The picture of a time, small, as a JPEG."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
    codec.time_base = Fraction(1)
    pixels = picture(at_us // UNIT_US, WIDTH, HEIGHT)
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))


def places(segment, covered_us):
    """Where thumbnails of a segment lie in it: behind its pieces, so that record numbers differ."""
    behind = len(segment.pieces) + len(segment.epochs)
    times = range(0, covered_us, EVERY_US)
    return [Place(behind + number, _TRACK, 0, at_us, 0, 0) for number, at_us in enumerate(times)]


def _sprites(segment, covered_us):
    found = places(segment, covered_us)
    return [
        Sprite(found[begin : begin + TILES_MAX], WIDTH // 2, HEIGHT // 2) for begin in range(0, len(found), TILES_MAX)
    ]


def index_items(segment, covered_us):
    """What the index tells of them."""
    thumbnails = [{"record": one.record, "track": _TRACK, "atUs": one.at_us} for one in places(segment, covered_us)]
    return {"thumbnails": thumbnails, "sprites": [sprite_item(one) for one in _sprites(segment, covered_us)]}


def thumbnail_at(segment, covered_us, record):
    """The JPEG of a record, or None."""
    return next((thumbnail(one.at_us) for one in places(segment, covered_us) if one.record == record), None)


def sprite_at(segment, covered_us, first):
    """The JPEG of the sprite that begins with a record, or None."""
    found = next((one for one in _sprites(segment, covered_us) if one.first == first), None)
    return None if found is None else compose((thumbnail(place.at_us) for place in found.places), found)
