"""A line as bytes.

``at`` is always first and always as long, and the number, which is known last, follows it: so a line's time is found
without reading it, and its number put in without writing it anew.
"""

from typing import Final

import msgspec

from playhead.domain.logs import LogLine

AT: Final = slice(7, 34)
"""Where the instant stands in a line."""
_AFTER_AT: Final = 36
_START: Final = b'{"at":"'

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(LogLine).decode


def encode_body(line: LogLine) -> bytes:
    """A line that has no number yet; `with_number` makes it whole."""
    return _encode(line)


def with_number(body: bytes, number: int) -> bytes:
    """The line as it is written, with its line feed."""
    return b'%b"n":%d,%b\n' % (body[:_AFTER_AT], number, body[_AFTER_AT:])


def decode_line(octets: bytes) -> LogLine:
    """Read a line.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    line = _decode(octets)
    if not octets.startswith(_START) or len(line.at) != AT.stop - AT.start:
        raise msgspec.ValidationError("A line begins with its instant")
    return line


def literal(value: str) -> bytes:
    """How a text stands within a line, without its quotes: JSON escapes each character by itself."""
    return _encode(value)[1:-1]
