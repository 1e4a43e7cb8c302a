"""Messages in a stream (RFC 6587).

Each may be framed either way, told apart by its first byte: octet counting begins with a digit (§3.4.1), everything
else is a line (§3.4.2). A line ends with a line feed or with NUL, as Python's ``SysLogHandler`` has it; a carriage
return at its end is no part of it. A line that begins with a digit and is no count is taken as a line.
"""

from typing import Final

from typing_extensions import Buffer

from playhead.wire.syslog.limits import COUNT_DIGITS_MAX, MESSAGE_BYTES_MAX

_DIGITS: Final = b"0123456789"
_SPACE, _ZERO = b" 0"


def octet_counted(message: bytes) -> bytes:
    """``message`` in a frame of RFC 6587 §3.4.1."""
    return b"%d %b" % (len(message), message)


class Frames:
    """The receiving end of a stream."""

    def __init__(self) -> None:
        self._held = b""
        self._skip = 0
        """Octets of an overlong counted message that are still to come."""
        self._skipping_line = False
        self.truncated = 0
        """How many messages were longer than `MESSAGE_BYTES_MAX`, and are told only so far."""

    @property
    def held_bytes(self) -> int:
        """Bytes of what is not a whole message yet."""
        return len(self._held)

    def receive_data(self, data: Buffer) -> list[bytes]:
        """The messages that ``data`` completes, without their framing; no empty ones."""
        held = self._held + bytes(data) if self._held else bytes(data)
        found: list[bytes] = []
        position = 0
        while position < len(held):
            if self._skip:
                step = min(self._skip, len(held) - position)
                self._skip -= step
                position += step
                continue
            if self._skipping_line:
                end = _end_of_line(held, position, len(held))
                position = len(held) if end < 0 else end + 1
                self._skipping_line = end < 0
                continue
            take = self._counted if held[position] in _DIGITS else self._line
            step = take(held, position, found)
            if step == 0:
                break
            position += step
        self._held = held[position:]
        return found

    def receive_eof(self) -> list[bytes]:
        """The last line may lack its end."""
        rest = self._held.strip(b"\r\n\0")
        self._held = b""
        is_line = rest and not self._skip and not self._skipping_line and rest[0] not in _DIGITS
        return [rest] if is_line else []

    def _counted(self, held: bytes, position: int, found: list[bytes]) -> int:
        """Take a counted message at ``position``; how many bytes that were, 0 where it is not whole."""
        end = position
        limit = min(len(held), position + COUNT_DIGITS_MAX + 1)
        while end < limit and held[end] in _DIGITS:
            end += 1
        if end == len(held) and end - position <= COUNT_DIGITS_MAX:
            return 0
        is_count = end - position <= COUNT_DIGITS_MAX and held[end] == _SPACE and held[position] != _ZERO
        if not is_count:  # MSG-LEN = NONZERO-DIGIT *DIGIT
            return self._line(held, position, found)
        size = int(held[position:end])
        start = end + 1
        taken = min(size, MESSAGE_BYTES_MAX)
        if len(held) - start < taken:
            return 0
        message = held[start : start + taken].strip(b"\r\n\0")
        if message:
            found.append(message)
        if size > taken:
            self.truncated += 1
            self._skip = size - taken
        return start - position + taken

    def _line(self, held: bytes, position: int, found: list[bytes]) -> int:
        end = _end_of_line(held, position, position + MESSAGE_BYTES_MAX + 1)
        step = end + 1 - position
        if end < 0:
            if len(held) - position <= MESSAGE_BYTES_MAX:
                return 0
            end, step = position + MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX
            self._skipping_line = True
            self.truncated += 1
        message = held[position:end].strip(b"\r\n\0")
        if message:
            found.append(message)
        return step


def _end_of_line(held: bytes, start: int, stop: int) -> int:
    """Where the first line feed or NUL stands; -1 where there is none."""
    line_feed = held.find(b"\n", start, stop)
    nul = held.find(b"\0", start, stop if line_feed < 0 else line_feed)
    return line_feed if nul < 0 else nul
