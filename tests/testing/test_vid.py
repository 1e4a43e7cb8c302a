import io

import av
import pytest

from playhead.testing.pictures import encode_numbered, number_of, numbered_jpeg, numbered_picture
from playhead.testing.vid import make_header, make_vid, site_key
from playhead.wire import vid
from playhead.wire.vid import Kind


@pytest.mark.parametrize("size", [(64, 32), (160, 96), (322, 182), (96, 160)])
@pytest.mark.parametrize("number", [0, 1, 0x5555, 0xAAAA, 0xFFFF])
def test_a_number_survives_encoding(number, size):
    frame = av.VideoFrame.from_ndarray(numbered_picture(number, *size), format="rgb24")
    assert number_of(frame) == number
    with av.open(io.BytesIO(numbered_jpeg(number, *size))) as container:
        (decoded,) = container.decode(video=0)
    assert number_of(decoded) == number


def test_every_fifth_picture_is_a_key_frame():
    assert encode_numbered(3, 11).keys == (True, False, False, False, False) * 2 + (True,)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_fixture_is_a_valid_segment_of_the_pictures_it_names(sealed):
    fixture = make_vid(sizes=((160, 96), (96, 160)), tracks=("left", "right"), sealed=sealed, first_number=7)
    data_key = vid.open_data_key(fixture.header, fixture.site_private_key)
    assert data_key == fixture.data_key
    checked = vid.verify(fixture.read_at, len(fixture.data), data_key=data_key, signer=fixture.header.signer)
    assert checked.chain_whole
    assert checked.truncated_bytes == 0
    assert checked.sealed == sealed
    assert checked.covered_us == fixture.covered_us == 3_000_000
    media = {}
    for scanned in fixture.records:
        if scanned.header.kind in (Kind.INIT, Kind.PIECE):
            line = (scanned.header.track, scanned.header.epoch)
            media[line] = media.get(line, b"") + vid.open_at(fixture.read_at, data_key, scanned)
    for (track, epoch), data in media.items():
        with av.open(io.BytesIO(data)) as container:
            seen = [(frame.pts, number_of(frame)) for frame in container.decode(video=0)]
        expected = [(p.at_us, p.number) for p in fixture.pictures if (p.track, p.epoch) == (track, epoch)]
        assert seen == expected
    assert len(media) == 4


def test_a_fixture_has_one_of_every_kind():
    fixture = make_vid()
    assert {scanned.header.kind for scanned in fixture.records} == set(Kind)
    assert {scanned.header.kind for scanned in make_vid(extras=False, sealed=False).records} == {Kind.INIT, Kind.PIECE}


def test_seeds_tell_fixtures_apart_and_repeat_them():
    one, same, other = make_header("one"), make_header("one"), make_header("other")
    assert one[0].segment == same[0].segment != other[0].segment
    assert one[1] == same[1] != other[1]
    assert vid.open_data_key(same[0], site_key()) == one[1]
