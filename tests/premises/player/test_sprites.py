"""Several thumbnails in one picture: the right ones, in their places, of any sound size, and none that is not sound."""

import io

import av
import numpy as np
import pytest
from http_answers import code_of

from playhead.premises.player import sprites
from playhead.premises.player.index import Place
from playhead.testing.pictures import number_of, numbered_jpeg
from playhead.wire.vid import Kind


def picture(jpeg):
    with av.open(io.BytesIO(jpeg), format="jpeg_pipe") as container:
        (frame,) = container.decode(video=0)
    return frame


def numbers_in(jpeg, item):
    """The number that each tile shows."""
    pixels = picture(jpeg).to_ndarray(format="rgb24")
    found = []
    for number in range(item["count"]):
        row, column = divmod(number, item["columns"])
        top, left = row * item["height"], column * item["width"]
        tile = np.ascontiguousarray(pixels[top : top + item["height"], left : left + item["width"]])
        found.append(number_of(av.VideoFrame.from_ndarray(tile, format="rgb24")))
    return found


async def sprites_in_index(player):
    (segment,) = (await player.index())["segments"]
    return segment["id"], segment["sprites"]


async def test_tiles_are_the_thumbnails_in_the_order_of_their_times(site, player, make):
    fixture = make(seconds=8, thumbnails=27, sizes=((320, 180),))
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    segment, (full, rest) = await sprites_in_index(player)
    thumbnails = [one.header for one in fixture.of_kind(Kind.THUMBNAIL)]
    assert [full["first"], rest["first"]] == [thumbnails[0].sequence, thumbnails[25].sequence]
    assert full["atUs"] + rest["atUs"] == [one.media_time_us for one in thumbnails]
    assert (full["count"], rest["count"], full["width"], full["height"]) == (25, 2, 160, 90)
    for item, numbers in ((full, range(25)), (rest, (25, 26))):
        answer = await player.media(f"{segment}/sprites/{item['first']}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert numbers_in(answer.content, item) == list(numbers)
    sizes = [(picture(answer.content).width, picture(answer.content).height)]
    assert sizes == [(320, 90)]  # no larger than what is in it


async def test_each_track_and_epoch_has_sprites_of_its_own(site, player, make):
    fixture = make(seconds=4, thumbnails=3, sizes=((320, 160), (128, 180)), tracks=("left", "right"))
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    segment, found = await sprites_in_index(player)
    assert [(one["track"], one["count"], one["width"], one["height"]) for one in found] == [
        (1, 3, 160, 80),
        (2, 3, 160, 80),
        (1, 3, 64, 90),
        (2, 3, 64, 90),
    ]
    answer = await player.media(f"{segment}/sprites/{found[1]['first']}")
    assert numbers_in(answer.content, found[1]) == [1000, 1001, 1002]


async def test_the_last_sprite_gets_more_while_the_segment_grows(site, player, make):
    fixture = make(seconds=4, thumbnails=4, sizes=((320, 180),))
    cut = fixture.of_kind(Kind.THUMBNAIL)[2].offset
    segment = await site.add_fixture(fixture, size=cut)
    player.use(site, fixture.header.recording)
    name, (before,) = await sprites_in_index(player)
    await site.grow(segment, fixture.data[cut:])
    _, (after,) = await sprites_in_index(player)
    assert (before["first"], before["count"]) == (after["first"], 2)
    assert after["count"] == 4
    assert numbers_in((await player.media(f"{name}/sprites/{after['first']}")).content, after) == [0, 1, 2, 3]


async def test_what_is_no_sprite_is_not_found(site, player, make):
    fixture = make(seconds=4, thumbnails=3)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    segment, (item,) = await sprites_in_index(player)
    second = fixture.of_kind(Kind.THUMBNAIL)[1].header.sequence
    for wrong in (second, item["first"] + 10_000, 0):
        answer = await player.media(f"{segment}/sprites/{wrong}")
        assert code_of(answer) == (404, "media.not_found")
    assert code_of(await player.media(f"{segment}/sprites/-1")) == (400, "media.number")


def sprite(count, width=160, height=90):
    return sprites.Sprite([Place(number, 1, 0, 0, 0, 0) for number in range(count)], width, height)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"no picture",
        numbered_jpeg(5, 320, 180)[:40],
        b"\xff\xd8\xff\xd9",
        bytes(sprites.THUMBNAIL_BYTES_MAX + 1),
        numbered_jpeg(5, 4096, 4096),
    ],
    ids=["empty", "text", "cut off", "nothing inside", "too long", "too many pixels"],
)
def test_what_is_no_thumbnail_stays_black_and_the_others_are_shown(bad):
    made = sprites.compose(iter([numbered_jpeg(1, 320, 180), bad, numbered_jpeg(3, 320, 180)]), sprite(3))
    item = sprites.sprite_item(sprite(3))
    assert numbers_in(made, item)[::2] == [1, 3]
    assert picture(made).to_ndarray(format="gray")[10:80, 170:310].max() < 40


def test_a_thumbnail_of_another_size_is_made_to_fit():
    made = sprites.compose(iter([numbered_jpeg(9, 192, 100), numbered_jpeg(10, 64, 48)]), sprite(2))
    assert numbers_in(made, sprites.sprite_item(sprite(2))) == [9, 10]


@pytest.mark.parametrize(
    ("screen", "tile"),
    [
        ((1920, 1080), (160, 90)),
        ((1280, 1024), (112, 90)),
        ((3840, 1080), (160, 44)),
        ((64, 36), (64, 36)),
        ((5000, 10), (160, 2)),
    ],
)
def test_tiles_have_the_shape_of_the_screen(screen, tile):
    epoch = sprites.Epoch(Place(0, 1, 0, 0, 0, 0), "avc1", *screen, "screen")
    assert sprites.tile_size(epoch) == tile
    assert sprites.tile_size(None) == (160, 90)
