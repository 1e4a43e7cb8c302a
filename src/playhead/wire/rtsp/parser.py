"""Bytes to messages, in portions of any size. What is not whole yet is all that is held, and it is bounded."""

import re
from typing import Final

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.rtsp.limits import BLANK_LINES_MAX, BODY_BYTES_MAX, HEAD_BYTES_MAX, HEADERS_MAX, LINE_BYTES_MAX
from playhead.wire.rtsp.messages import Interleaved, Message, Request, Response, Version

_FRAME_HEAD_BYTES: Final = 4
_DOLLAR: Final = 0x24
_BLANK: Final = re.compile(rb"\r?\n")
_END: Final = re.compile(rb"\r?\n\r?\n")
_NAME: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST: Final = re.compile(rf"({_NAME}) (\S+) RTSP/(\d)\.(\d)")
_STATUS: Final = re.compile(r"RTSP/(\d)\.(\d) (\d{3})(?: .*)?")
_HEADER: Final = re.compile(rf"({_NAME})[ \t]*:[ \t]*(.*?)[ \t]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no header holds (RFC 7826 §20.1): a bare carriage return, given back in an answer, would end a line for some."""
_ONCE: Final = frozenset({"cseq", "session", "content-length", "content-type", "range", "scale", "speed"})
"""Headers that make no sense twice."""


class Parser:
    """One direction of one connection."""

    def __init__(self) -> None:
        self.fault: ProtocolError | None = None
        """``rtsp.*``: what follows the messages so far cannot be read, nor anything after it."""
        self._held = bytearray()
        self._looked_at = 0
        """Of the held bytes, those in which no end of a head begins."""
        self._blank = 0
        self._head: tuple[Request | Response, int] | None = None
        """A message without its body, and how long that is."""

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole message yet."""
        return len(self._held)

    def receive_data(self, data: Buffer) -> list[Message]:
        """The messages that ``data`` completes, in order; none any more once there is a `fault`."""
        found: list[Message] = []
        if self.fault is not None:
            return found
        self._held += data
        try:
            while (message := self._next()) is not None:
                found.append(message)
        except ProtocolError as fault:
            self.fault = fault
            self._held.clear()
        return found

    def _next(self) -> Message | None:
        if self._head is not None:
            return self._with_body(*self._head)
        self._skip_blank_lines()
        if not self._held:
            return None
        if self._held[0] == _DOLLAR:
            return self._frame()
        end = _END.search(self._held, self._looked_at)
        self._check_head(len(self._held) if end is None else end.start())
        if end is None:
            self._looked_at = max(0, len(self._held) - 3)
            return None
        head = self._take(end.end())[: end.start()]
        message, size = _parsed(head)
        return self._with_body(message, size)

    def _with_body(self, message: Request | Response, size: int) -> Message | None:
        if len(self._held) < size:
            self._head = message, size
            return None
        self._head = None
        if not size:
            return message
        body = self._take(size)
        if isinstance(message, Request):
            return Request(message.method, message.address, message.version, message.headers, body)
        return Response(message.status, message.version, message.headers, body)

    def _frame(self) -> Interleaved | None:
        size = int.from_bytes(self._held[2:_FRAME_HEAD_BYTES], "big")
        end = _FRAME_HEAD_BYTES + size
        if len(self._held) < _FRAME_HEAD_BYTES or len(self._held) < end:
            return None
        frame = self._take(end)
        return Interleaved(frame[1], frame[_FRAME_HEAD_BYTES:])

    def _skip_blank_lines(self) -> None:
        while (blank := _BLANK.match(self._held)) is not None:
            self._blank += 1
            if self._blank > BLANK_LINES_MAX:
                raise ProtocolError("rtsp.blank_lines", "There is nothing but blank lines.")
            del self._held[: blank.end()]

    def _check_head(self, size: int) -> None:
        """Refuse a head that is too long, or will be whatever comes; the same however its bytes come."""
        line = self._held.find(b"\n", 0, size)
        if (size if line < 0 else line) > LINE_BYTES_MAX:
            raise ProtocolError("rtsp.address_length", f"A line has at most {LINE_BYTES_MAX} bytes.")
        if size > HEAD_BYTES_MAX:
            raise ProtocolError("rtsp.head_length", f"A message has at most {HEAD_BYTES_MAX} bytes before its body.")

    def _take(self, size: int) -> bytes:
        taken = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        self._looked_at = self._blank = 0
        return taken


def _parsed(head: bytes) -> tuple[Request | Response, int]:
    """A message without its body, and the length of that."""
    try:
        first, *lines = head.decode().replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise ProtocolError("rtsp.text", "A message is not UTF-8.") from error
    headers = _headers(lines)
    size = headers.get("content-length", "0")
    if not size.isascii() or not size.isdecimal():
        raise ProtocolError("rtsp.header", "Content-Length takes a number.")
    if len(size) > 9 or int(size) > BODY_BYTES_MAX:  # noqa: PLR2004 - far more digits than the limit has
        raise ProtocolError("rtsp.body_length", f"A body has at most {BODY_BYTES_MAX} bytes.")
    status = _STATUS.fullmatch(first)
    if status is not None:
        return Response(int(status[3]), _version(status[1], status[2]), headers), int(size)
    request = _REQUEST.fullmatch(first)
    if request is None:
        raise ProtocolError("rtsp.request_line", "A message does not begin as one of RTSP does.")
    return Request(request[1], request[2], _version(request[3], request[4]), headers), int(size)


def _version(major: str, minor: str) -> Version:
    return int(major), int(minor)


def _headers(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    count = 0
    for line in lines:
        if _CONTROL.search(line) is not None:
            raise ProtocolError("rtsp.header", "A header holds a control character.")
        if len(line.encode()) > LINE_BYTES_MAX:
            raise ProtocolError("rtsp.header_length", f"A header has at most {LINE_BYTES_MAX} bytes.")
        if line[:1] in {" ", "\t"} and name:  # it goes on (RFC 2326 §4.2)
            found[name] = f"{found[name]} {line.strip()}".strip()
            continue
        count += 1
        match = _HEADER.fullmatch(line)
        if match is None:
            raise ProtocolError("rtsp.header", "A line is no header.")
        if count > HEADERS_MAX:
            raise ProtocolError("rtsp.headers", f"A message has at most {HEADERS_MAX} headers.")
        name = match[1].lower()
        if name in found and name in _ONCE:
            raise ProtocolError("rtsp.header_twice", f"{match[1]} is there twice.")
        found[name] = f"{found[name]}, {match[2]}" if name in found else match[2]
    return found
