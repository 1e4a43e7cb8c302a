"""Messages that no player sends, and what each is called."""

from playhead.wire.rtsp.limits import BLANK_LINES_MAX, BODY_BYTES_MAX

ADDRESS = "rtsp://premises.example:4510/recordings/0198c0de-0000-7000-8000-000000000001"


def message(first=f"OPTIONS {ADDRESS} RTSP/1.0", *headers, body=b""):
    return "\r\n".join([first, *headers, "", ""]).encode("utf-8", "surrogatepass") + body


FAULTS = [
    (b"\x00" * 8 + b"\r\n\r\n", "rtsp.request_line"),
    (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "rtsp.request_line"),
    (message("GET / HTTP/1.1", "Host: premises"), "rtsp.request_line"),
    (message(f"OPTIONS  {ADDRESS} RTSP/1.0"), "rtsp.request_line"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0 "), "rtsp.request_line"),
    (message(f"OPTIONS {ADDRESS} RTSP/1"), "rtsp.request_line"),
    (message(f"OPTIONS {ADDRESS}"), "rtsp.request_line"),
    (message(f"OPT\tIONS {ADDRESS} RTSP/1.0"), "rtsp.request_line"),
    (b"OPTIONS \xff\xfe RTSP/1.0\r\n\r\n", "rtsp.text"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "CSeq 1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", ": 1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "C Seq: 1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", " folded from nothing"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "CSeq: 1\rX: 1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "CSeq: 1", " a\rX: 1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "CSeq: \0"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "CSeq: 1", "cseq: 2"), "rtsp.header_twice"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "Session: a", "Session: b"), "rtsp.header_twice"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "Content-Length: -1"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "Content-Length: \u0661"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", "Content-Length: 1e3"), "rtsp.header"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", f"Content-Length: {BODY_BYTES_MAX + 1}"), "rtsp.body_length"),
    (message(f"OPTIONS {ADDRESS} RTSP/1.0", f"Content-Length: {'9' * 400}"), "rtsp.body_length"),
    (b"\r\n" * (BLANK_LINES_MAX + 1), "rtsp.blank_lines"),
]
