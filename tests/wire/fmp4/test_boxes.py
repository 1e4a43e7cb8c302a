import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import CorruptError
from playhead.wire.fmp4.boxes import box, boxes, find, full_box, unpack


def refused(call):
    with pytest.raises(CorruptError) as caught:
        call()
    return caught.value.code


def test_a_box_is_its_size_its_kind_and_its_content():
    assert box(b"free") == bytes.fromhex("00000008") + b"free"
    assert box(b"mdat", b"ab", b"c") == bytes.fromhex("0000000b") + b"mdatabc"
    assert (
        full_box(b"tfdt", 1, 0x020304, b"x") == bytes.fromhex("0000000d") + b"tfdt" + bytes.fromhex("01020304") + b"x"
    )


@given(st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(max_size=30)), max_size=8))
def test_boxes_come_back_in_order(contents):
    data = b"".join(box(kind, content) for kind, content in contents)
    assert [(found.kind, data[found.start : found.end]) for found in boxes(data)] == contents


def test_a_path_leads_to_the_first_of_its_kind():
    data = box(b"free", b"moof") + box(b"moov", box(b"trak", b"one"), box(b"trak", b"two"))
    found = find(data, b"moov", b"trak")
    assert data[found.start : found.end] == b"one"
    assert refused(lambda: find(data, b"moov", b"mvex")) == "fmp4.missing"


@pytest.mark.parametrize("size", [0, 1, 7, 13, 2**32 - 1])
def test_sizes_that_do_not_fit_are_refused(size):
    data = size.to_bytes(4, "big") + b"mdat" + b"abcd"
    assert refused(lambda: list(boxes(data))) == "fmp4.box"


def test_a_box_may_not_reach_out_of_its_parent():
    inner = bytes.fromhex("00000010") + b"trak"
    data = box(b"moov", inner) + bytes(100)
    assert refused(lambda: find(data, b"moov", b"trak")) == "fmp4.box"


def test_a_header_cut_off_is_refused():
    assert refused(lambda: list(boxes(box(b"free") + b"1234567"))) == "fmp4.box"


def test_fields_must_lie_inside_their_box():
    layout = struct.Struct(">II")
    assert unpack(layout, bytes(9), 1, 9) == (0, 0)
    assert refused(lambda: unpack(layout, bytes(100), 2, 9)) == "fmp4.box"
