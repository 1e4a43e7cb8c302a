"""Frames: ``TXNR SP COMMAND SP DATALEN [SP DATA] LF``."""

import re
from typing import Final, NamedTuple

from typing_extensions import Buffer

from playhead.base.errors import ProtocolError
from playhead.wire.relp.limits import DATA_BYTES_MAX, HEADER_BYTES_MAX, TRANSACTION_DIGITS_MAX

# TXNR = 1*9DIGIT, COMMAND = 1*32ALPHA, DATALEN = 1*9DIGIT
_HEADER: Final = re.compile(rb"(\d{1,9}) ([A-Za-z]{1,32}) (\d{1,9})([ \n])")
_OPEN: Final = re.compile(rb"\d{1,9} open ")
_LINE_FEED = ord("\n")
_OPENING_CHARS_MAX: Final = 15
"""Of ``TXNR SP "open" SP``."""


class Frame(NamedTuple):
    """One frame."""

    transaction: int
    command: str
    data: bytes = b""

    def encode(self) -> bytes:
        """As it is sent."""
        head = b"%d %b %d" % (self.transaction, self.command.encode(), len(self.data))
        return head + b" " + self.data + b"\n" if self.data else head + b"\n"


def is_relp(beginning: bytes) -> bool | None:
    """Whether a connection that begins like this speaks RELP; None where more must be seen.

    The first command of RELP is ``open``; a syslog message begins with ``<`` or with a count and ``<``.
    """
    if _OPEN.match(beginning) is not None:
        return True
    digits = len(beginning) - len(beginning.lstrip(b"0123456789"))
    rest = beginning[digits:]
    if (
        len(beginning) < _OPENING_CHARS_MAX
        and digits <= TRANSACTION_DIGITS_MAX
        and b" open ".startswith(rest)
        and (digits or not rest)
    ):
        return None
    return False


class Frames:
    """Cuts a stream into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole frame yet."""
        return len(self._held)

    def receive_data(self, data: Buffer) -> list[Frame]:
        """The frames that ``data`` completes.

        Raises:
            ProtocolError: ``relp.header``, ``relp.too_long``, ``relp.trailer``.
        """
        held = self._held
        held += data
        found: list[Frame] = []
        position = 0
        while position < len(held):
            match = _HEADER.match(held, position)
            if match is None:
                if len(held) - position >= HEADER_BYTES_MAX or b"\n" in held[position:]:
                    raise ProtocolError("relp.header", "A frame's header is not of RELP.")
                break
            size = int(match[3])
            if size > DATA_BYTES_MAX:
                raise ProtocolError("relp.too_long", f"A frame of {size} bytes; {DATA_BYTES_MAX} are the most.")
            # With data a space stands between the length and it. Where there is none, librelp leaves the space out.
            start = match.end() if match[4] == b" " else match.end() - 1
            if match[4] == b"\n" and size:
                raise ProtocolError("relp.header", "A frame ends before its data.")
            end = start + size
            if len(held) <= end:
                break
            if held[end] != _LINE_FEED:
                raise ProtocolError("relp.trailer", "A frame does not end where its length says.")
            found.append(Frame(int(match[1]), match[2].decode(), bytes(held[start:end])))
            position = end + 1
        del held[:position]
        return found
