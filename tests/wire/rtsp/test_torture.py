"""What no player sends: malformed, oversized, contradictory and random bytes, to the core."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.rtsp.torture import ADDRESS, FAULTS, message

from playhead.wire.rtsp import Interleaved, Parser, Request, Response, ServerCore
from playhead.wire.rtsp.limits import (
    BODY_BYTES_MAX,
    CSEQ_MAX,
    HEAD_BYTES_MAX,
    HEADERS_MAX,
    LINE_BYTES_MAX,
)

FRAME_BYTES_MAX = 4 + 0xFFFF
HELD_MAX = max(FRAME_BYTES_MAX, HEAD_BYTES_MAX + len(b"\r\n\r\n"), BODY_BYTES_MAX)


def fault_of(data):
    parser = Parser()
    parser.receive_data(data)
    return parser.fault.code if parser.fault else None


@pytest.mark.parametrize(("data", "code"), FAULTS)
def test_what_cannot_be_read_is_named(data, code):
    assert fault_of(data) == code


@pytest.mark.parametrize(
    ("at_limit", "past_it", "code"),
    [
        (
            message(f"OPTIONS {'x' * (LINE_BYTES_MAX - len('OPTIONS  RTSP/1.0'))} RTSP/1.0"),
            message(f"OPTIONS {'x' * (LINE_BYTES_MAX - len('OPTIONS  RTSP/1.0') + 2)} RTSP/1.0"),
            "rtsp.address_length",
        ),
        (
            message(f"OPTIONS {ADDRESS} RTSP/1.0", f"A: {'x' * (LINE_BYTES_MAX - 3)}"),
            message(f"OPTIONS {ADDRESS} RTSP/1.0", f"A: {'x' * (LINE_BYTES_MAX - 2)}"),
            "rtsp.header_length",
        ),
        (
            message(f"OPTIONS {ADDRESS} RTSP/1.0", *(f"A{n}: 1" for n in range(HEADERS_MAX))),
            message(f"OPTIONS {ADDRESS} RTSP/1.0", *(f"A{n}: 1" for n in range(HEADERS_MAX + 1))),
            "rtsp.headers",
        ),
        (
            message(f"OPTIONS {ADDRESS} RTSP/1.0", f"Content-Length: {BODY_BYTES_MAX}", body=bytes(BODY_BYTES_MAX)),
            message(f"OPTIONS {ADDRESS} RTSP/1.0", f"Content-Length: {BODY_BYTES_MAX + 1}"),
            "rtsp.body_length",
        ),
    ],
)
def test_every_size_has_its_limit(at_limit, past_it, code):
    parser = Parser()
    assert len(parser.receive_data(at_limit)) == 1
    assert fault_of(past_it) == code


@pytest.mark.parametrize("endless", [b"x", b"A: 1\r\n", b"OPTIONS ", b" \t", b"\r\n x"])
def test_what_never_ends_is_cut_off_at_the_limit(endless):
    parser = Parser()
    sent = 0
    while parser.fault is None:
        parser.receive_data(endless)
        sent += len(endless)
        assert parser.held_bytes <= HELD_MAX
        assert sent <= HEAD_BYTES_MAX + len(endless)
    assert parser.held_bytes == 0
    assert parser.receive_data(message()) == []


@pytest.mark.parametrize("size", [0, 1, 0xFFFF])
def test_frames_of_any_size_and_channel_are_passed_on_and_not_looked_into(size):
    parser = Parser()
    frame = b"$\xff" + size.to_bytes(2, "big") + b"$" * size
    found = parser.receive_data(frame + message())
    assert isinstance(found[0], Interleaved)
    assert (found[0].channel, len(found[0].data)) == (255, size)
    assert isinstance(found[1], Request)


CSEQS = ["", "x", "-1", "1.0", "1 2", "0x1", "\u0661", str(CSEQ_MAX + 1), "9" * 300, "1\r", "1\rX-Injected: 1"]


@pytest.mark.parametrize("cseq", CSEQS)
def test_a_bad_number_is_answered_in_one_answer_that_holds_nothing_of_the_peers_making(cseq):
    core = ServerCore(60)
    found = core.receive_data(message(f"OPTIONS {ADDRESS} RTSP/1.0", f"CSeq: {cseq}", "User-Agent: x"))
    if core.fault is not None:
        answer = core.unreadable(core.fault)
    else:
        (request,) = found
        answer = core.check(request)
        assert answer is not None
    (read,) = Parser().receive_data(answer)
    assert isinstance(read, Response)
    assert read.status == 400
    assert b"\r" not in answer.replace(b"\r\n", b"")
    assert "x-injected" not in read.headers


METHODS = [
    "OPTIONS",
    "DESCRIBE",
    "SETUP",
    "PLAY",
    "PAUSE",
    "TEARDOWN",
    "GET_PARAMETER",
    "RECORD",
    "PLAY_NOTIFY",
    "BREW",
]
NAMES = [
    "CSeq",
    "Session",
    "Range",
    "Require",
    "Proxy-Require",
    "Transport",
    "Scale",
    "Content-Length",
    "X",
    "Supported",
]
ODD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=12)
VALUES = st.one_of(ODD, st.sampled_from(["1", "2", "0", "npt=0-", "play.basic", "4294967296", "a;b=c,d"]))
REQUESTS = st.builds(
    lambda method, version, headers, cseq: message(
        f"{method} {ADDRESS} RTSP/{version}", *(f"{name}: {value}" for name, value in headers), f"CSeq: {cseq}"
    ),
    st.sampled_from(METHODS),
    st.sampled_from(["1.0", "2.0", "1.1", "0.0"]),
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
    st.one_of(st.integers(0, 9), VALUES),
)
FRAMES = st.binary(max_size=20).map(lambda data: b"$\x00" + len(data).to_bytes(2, "big") + data)
STREAMS = st.lists(st.one_of(REQUESTS, FRAMES, st.binary(max_size=8)), max_size=6).map(b"".join)


def read_in(pieces):
    core = ServerCore(60)
    found = [one for piece in pieces for one in core.receive_data(piece)]
    return found, core.fault.code if core.fault else None, core.held_bytes


@settings(deadline=None)
@given(STREAMS, st.lists(st.integers(0, 400), max_size=6))
def test_whatever_comes_is_read_the_same_however_it_is_split(stream, cuts):
    edges = [0, *sorted(cuts), max([len(stream), *cuts])]
    assert read_in(stream[a:b] for a, b in itertools.pairwise(edges)) == read_in([stream])


@settings(deadline=None)
@given(STREAMS)
def test_whatever_is_asked_is_answered_once_and_well_formed_or_left_to_the_service(stream):
    core = ServerCore(60)
    for request in core.receive_data(stream):
        if not isinstance(request, Request):
            continue
        answer = core.check(request) or core.answer(request, 200)
        assert b"\r" not in answer.replace(b"\r\n", b"")
        (read,) = Parser().receive_data(answer)
        assert isinstance(read, Response)
        assert read.headers.get("cseq", "") == request.get("cseq")
    if core.fault is not None:
        (read,) = Parser().receive_data(core.unreadable(core.fault))
        assert isinstance(read, Response)
        assert 400 <= read.status <= 505
