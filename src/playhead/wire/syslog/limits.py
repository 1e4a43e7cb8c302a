"""What a peer can make grow."""

from typing import Final

MESSAGE_BYTES_MAX: Final = 64 * 1024
"""Of a message; the rest of a longer one is skipped (RFC 5424 §6.1: a receiver may truncate). RFC 5425 §4.3.1 asks for
8192; rsyslog sends at most as much as it is told, 8 KiB by default."""
COUNT_DIGITS_MAX: Final = 7
"""Of MSG-LEN (RFC 6587 §3.4.1). More would be over 10 MB: then it is no count."""
ELEMENTS_MAX: Final = 32
"""Of STRUCTURED-DATA in one message; what follows is left out."""
PARAMETERS_MAX: Final = 64
"""In one element; what follows is left out."""
