"""What a peer can make grow, and where it ends."""

from typing import Final

LINE_BYTES_MAX: Final = 4_096
"""Of the request line and of each header line: a token in an address has about 500."""

HEADERS_MAX: Final = 64
"""Of one message. Players send about ten."""

HEAD_BYTES_MAX: Final = 16_384
"""Request line and headers together."""

BODY_BYTES_MAX: Final = 16_384
"""Of a message to us: parameters, of which we know none."""

BLANK_LINES_MAX: Final = 16
"""Between two messages, where some peers send one."""

CSEQ_MAX: Final = 2**32 - 1
