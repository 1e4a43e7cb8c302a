import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.vid import reference

from playhead.base.errors import CorruptError, InvalidInputError, LimitError
from playhead.testing.vid import make_header
from playhead.wire import vid

HEADER, _ = make_header()


def body(**changes):
    fields = json.loads(vid.encode_header(HEADER)[vid.PREFIX_BYTES : -vid.CHAIN_BYTES])
    fields.update(changes)
    return fields


def refused(data):
    with pytest.raises(CorruptError) as caught:
        vid.decode_header(data)
    return caught.value.code


def test_a_header_reads_as_it_was_written():
    data = vid.encode_header(HEADER)
    assert vid.decode_header(data) == HEADER
    assert vid.header_size(data[: vid.PREFIX_BYTES]) == len(data)


@given(
    agent=st.text(st.characters(exclude_categories=["Cs"]), max_size=vid.MAX_AGENT_CHARS),
    started=st.integers(0, vid.MAX_TIME_US),
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=vid.MAX_TRACKS),
)
def test_any_names_and_times_come_back(agent, started, names):
    tracks = tuple(vid.Track(65535 - number, name) for number, name in enumerate(names))
    header = replace(HEADER, agent=agent, started_at_us=started, tracks=tracks)
    assert vid.decode_header(vid.encode_header(header)) == header


def test_unknown_members_are_ignored_and_any_spelling_is_hashed_as_it_stands():
    spaced = json.dumps(body(later={"deep": [1, 2]}), indent=4).encode()
    assert vid.decode_header(reference.header(spaced)) == HEADER


def test_every_byte_of_a_header_counts():
    data = vid.encode_header(HEADER)
    for position in range(len(data)):
        assert refused(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]).startswith("vid.")


def test_a_header_cut_anywhere_or_too_long_is_refused():
    data = vid.encode_header(HEADER)
    assert {refused(data[:size]) for size in range(len(data))} == {"vid.truncated"}
    assert refused(data + b"\0") == "vid.header_size"


def test_other_magics_versions_and_flags_are_told_apart():
    data = vid.encode_header(HEADER)
    assert refused(b"\x89PNG\r\n\x1a\n" + data[8:]) == "vid.magic"
    assert refused(reference.header(body(), version=0)) == "vid.version"
    assert refused(reference.header(body(), version=2)) == "vid.version"
    assert refused(reference.header(body(), flags=0x8000)) == "vid.flags"


def test_the_body_may_take_64_kib_and_no_byte_more():
    base = len(json.dumps(body(pad="")))
    largest = body(pad="x" * (vid.MAX_HEADER_BODY_BYTES - base))
    assert vid.decode_header(reference.header(largest)) == HEADER
    assert refused(reference.header(largest | {"pad": largest["pad"] + "x"})) == "vid.header_size"


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": "x" * (vid.MAX_AGENT_CHARS + 1)},
        {"agent": 7},
        {"recording": "not an id"},
        {"segment": None},
        {"site": "UPPER"},
        {"workstation": ""},
        {"started_at_us": -1},
        {"started_at_us": vid.MAX_TIME_US + 1},
        {"started_at_us": 1.5},
        {"signer": reference.base64url(bytes(31))},
        {"signer": reference.base64url(bytes(33))},
        {"signer": reference.base64url(bytes(32)) + "="},
        {"signer": "é" * 43},
        {"signer": "A"},
        {"tracks": [{"id": 0, "name": "", "kind": "video"}]},
        {"tracks": [{"id": 65536, "name": "", "kind": "video"}]},
        {"tracks": [{"id": 1, "name": "", "kind": "smell"}]},
        {"tracks": [{"id": 1, "name": "x" * (vid.MAX_NAME_CHARS + 1), "kind": "video"}]},
        {"tracks": [{"id": 1, "name": "", "kind": "video"}] * 2},
        {"tracks": [{"id": number, "name": "", "kind": "video"} for number in range(1, vid.MAX_TRACKS + 2)]},
        {"keys": [{"recipient": "0" * 64, "suite": "", "sealed": ""}] * (vid.MAX_KEYS + 1)},
        {"keys": [{"recipient": "A" * 64, "suite": "", "sealed": ""}]},
        {"keys": [{"recipient": "0" * 64 + "\n", "suite": "", "sealed": ""}]},
        {"keys": [{"recipient": "0" * 64, "suite": "", "sealed": "+"}]},
        {"keys": [{"recipient": "0" * 64, "suite": "x" * 65, "sealed": ""}]},
    ],
)
def test_malformed_bodies_are_refused(changes):
    assert refused(reference.header(body(**changes))) == "vid.header_body"


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b"{", b"\xff", b'{"a":' + b"[" * 60_000, b'{"agent":"\xff"}']
)
def test_bodies_that_are_no_header_are_refused(text):
    assert refused(reference.header(text)) == "vid.header_body"


def test_limits_of_lists_and_names_are_usable_to_the_last():
    header = replace(
        HEADER,
        agent="x" * vid.MAX_AGENT_CHARS,
        tracks=tuple(vid.Track(number, "n" * vid.MAX_NAME_CHARS) for number in range(1, vid.MAX_TRACKS + 1)),
        keys=HEADER.keys * vid.MAX_KEYS,
    )
    assert vid.decode_header(vid.encode_header(header)) == header


def test_a_writer_cannot_make_what_a_reader_refuses():
    with pytest.raises(InvalidInputError):
        vid.encode_header(replace(HEADER, agent="x" * (vid.MAX_AGENT_CHARS + 1)))
    with pytest.raises(LimitError):
        vid.encode_header(replace(HEADER, agent="x" * (vid.MAX_HEADER_BODY_BYTES + 1)))


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: vid.MAGIC + b"\0\1\0\0\0\0\0\x40" + tail))
def test_garbage_is_corrupt_and_nothing_worse(data):
    refused(data)
