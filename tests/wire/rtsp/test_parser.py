"""Messages from bytes: as the RFCs print them, split anywhere, at each limit and one past it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.wire import rtsp
from playhead.wire.rtsp.limits import BLANK_LINES_MAX, BODY_BYTES_MAX, HEAD_BYTES_MAX, HEADERS_MAX, LINE_BYTES_MAX
from playhead.wire.rtsp.messages import write_request, write_response

DESCRIBE = b"""DESCRIBE rtsp://server.example.com/fizzle/foo RTSP/1.0\r
CSeq: 312\r
Accept: application/sdp, application/rtsl,\r
 application/mheg\r
\r
"""
"""RFC 2326 §10.2, with a folded header (§4.2)."""

SET_PARAMETER = b"""SET_PARAMETER rtsp://example.com/fizzle/foo RTSP/2.0\r
CSeq: 421\r
User-Agent: PhonyClient/1.2\r
Session: iixT43KLc\r
Content-length: 20\r
Content-type: text/parameters\r
\r
barparam: barstuff\r
"""
"""RFC 7826 §13.9."""

FRAME = b"$\x01\x00\x04abcd"
NOTHING = b"OPTIONS * RTSP/1.0\nCSeq: 1\n\n"
STREAM = DESCRIBE + FRAME + b"\r\n" + SET_PARAMETER + NOTHING + b"RTSP/2.0 200 OK\r\nCSeq: 1\r\n\r\n" + FRAME


def read(*portions):
    parser = rtsp.Parser()
    return [message for portion in portions for message in parser.receive_data(portion)], parser


def fault_of(*portions):
    found, parser = read(*portions)
    assert parser.fault is not None, found
    assert parser.held_bytes == 0
    assert parser.receive_data(NOTHING) == []
    return parser.fault.code


def test_the_messages_of_the_rfcs():
    found, parser = read(STREAM)
    describe, frame, parameter, options, answer, last = found
    assert (describe.method, describe.address) == ("DESCRIBE", "rtsp://server.example.com/fizzle/foo")
    assert describe.get("accept") == "application/sdp, application/rtsl, application/mheg"
    assert (parameter.version, parameter.body) == (rtsp.V2, b"barparam: barstuff\r\n")
    assert parameter.get("session") == "iixT43KLc"
    assert (options.method, options.address, options.get("cseq")) == ("OPTIONS", "*", "1")
    assert (answer.status, answer.version) == (200, rtsp.V2)
    assert frame == last == rtsp.Interleaved(1, b"abcd")
    assert (parser.fault, parser.held_bytes) == (None, 0)


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_splitting_changes_nothing(cuts):
    ends = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[begin:end] for begin, end in itertools.pairwise(ends)))[0] == read(STREAM)[0]


@given(st.binary(max_size=300), st.integers(0, 300))
def test_splitting_garbage_changes_nothing_either(data, cut):
    whole, split = read(NOTHING + data), read((NOTHING + data)[:cut], (NOTHING + data)[cut:])
    assert whole[0] == split[0]
    assert getattr(whole[1].fault, "code", "") == getattr(split[1].fault, "code", "")


@given(st.text(alphabet="GETOPTIONS_", min_size=1, max_size=20), st.integers(0, 99999), st.binary(max_size=50))
def test_what_is_written_is_read(method, number, body):
    request = rtsp.Request(method, "rtsp://a/b", rtsp.V1, {"cseq": str(number)}, body)
    (found,), _ = read(write_request(request))
    assert (found.method, found.get("cseq"), found.body) == (method, str(number), body)
    (answer,), _ = read(write_response(rtsp.Response(404, rtsp.V2, {"CSeq": str(number)}, body)))
    assert (answer.status, answer.version, answer.body) == (404, rtsp.V2, body)


def test_a_header_that_comes_twice_is_one_list():
    (found,), _ = read(b"SETUP a RTSP/1.0\r\nTransport: a\r\ntransport: b\r\n\r\n")
    assert found.get("transport") == "a, b"


def test_a_request_shows_no_address():
    (found,), _ = read(b"SETUP rtsp://a/?token=secret RTSP/1.0\r\n\r\n")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "rtsp.request_line"),
        (b"\x16\x03\x01\x00\r\n\r\n", "rtsp.request_line"),
        (b"\xff\xfe\r\n\r\n", "rtsp.text"),
        (b"OPTIONS * RTSP/1.0\r\nno header\r\n\r\n", "rtsp.header"),
        (b"OPTIONS * RTSP/1.0\r\n folded: first\r\n\r\n", "rtsp.header"),
        (b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nCSeq: 2\r\n\r\n", "rtsp.header_twice"),
        (b"OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "rtsp.header"),
        (b"OPTIONS * RTSP/1.0\r\nContent-Length: 9999999999\r\n\r\n", "rtsp.body_length"),
        (b"OPTIONS  * RTSP/1.0\r\n\r\n", "rtsp.request_line"),
    ],
)
def test_what_cannot_be_read_is_a_fault_with_its_code(data, code):
    assert fault_of(data) == code
    assert fault_of(*(data[number : number + 1] for number in range(len(data)))) == code


def line(size):
    begin, end = b"OPTIONS rtsp://a/", b" RTSP/1.0"
    return begin + b"x" * (size - len(begin) - len(end)) + end


def test_the_request_line_has_a_limit():
    assert len(read(line(LINE_BYTES_MAX) + b"\n\n")[0]) == 1
    assert fault_of(line(LINE_BYTES_MAX + 1)) == "rtsp.address_length"
    assert fault_of(line(LINE_BYTES_MAX + 1) + b"\n\n") == "rtsp.address_length"


def test_a_header_has_a_limit():
    assert len(read(b"A * RTSP/1.0\nB: " + b"x" * (LINE_BYTES_MAX - 3) + b"\n\n")[0]) == 1
    assert fault_of(b"A * RTSP/1.0\nB: " + b"x" * (LINE_BYTES_MAX - 2) + b"\n\n") == "rtsp.header_length"


def test_the_number_of_headers_has_a_limit():
    headers = [b"h%d: 1\r\n" % number for number in range(HEADERS_MAX + 1)]
    assert len(read(b"A * RTSP/1.0\r\n" + b"".join(headers[:-1]) + b"\r\n")[0]) == 1
    assert fault_of(b"A * RTSP/1.0\r\n" + b"".join(headers) + b"\r\n") == "rtsp.headers"


@pytest.mark.parametrize("end", [b"\n\n", b""])
def test_the_head_has_a_limit(end):
    first = b"A * RTSP/1.0\n"
    rows = [b"h%d: %s\n" % (number, b"x" * 4000) for number in range(4)]
    rest = HEAD_BYTES_MAX - len(first) - sum(map(len, rows))
    head = first + b"".join(rows) + b"e: " + b"x" * (rest - 3)
    found, parser = read(head + end)
    assert (len(found), parser.fault) == (1 if end else 0, None)
    assert fault_of(head + b"x" + end) == "rtsp.head_length"


def test_the_body_has_a_limit():
    head = b"A * RTSP/1.0\r\nContent-Length: %d\r\n\r\n"
    assert len(read(head % BODY_BYTES_MAX + bytes(BODY_BYTES_MAX))[0]) == 1
    assert fault_of(head % (BODY_BYTES_MAX + 1)) == "rtsp.body_length"


def test_blank_lines_have_a_limit():
    assert len(read(b"\r\n" * BLANK_LINES_MAX + NOTHING)[0]) == 1
    assert fault_of(b"\r\n" * (BLANK_LINES_MAX + 1)) == "rtsp.blank_lines"


def test_messages_before_a_fault_are_given():
    found, parser = read(NOTHING + FRAME + b"\n\n?\n\n")
    assert len(found) == 2
    assert parser.fault is not None
