"""What a peer can make grow."""

from typing import Final

TRANSACTION_MAX: Final = 999_999_999
"""Transaction numbers are 1 to this, and begin again at 1 (relp.html, "txnr"). 0 is a server's word unasked for."""
TRANSACTION_DIGITS_MAX: Final = 9
COMMAND_CHARS_MAX: Final = 32
LENGTH_DIGITS_MAX: Final = 9
DATA_BYTES_MAX: Final = 128 * 1024
"""Of one frame: twice the longest syslog message; a longer one ends the connection."""
HEADER_BYTES_MAX: Final = TRANSACTION_DIGITS_MAX + 1 + COMMAND_CHARS_MAX + 1 + LENGTH_DIGITS_MAX + 1
FRAMES_IN_FLIGHT_MAX: Final = 4096
"""Messages that a server has taken and not answered yet; past it the peer broke the protocol. librelp keeps 128."""
WINDOW: Final = 128
"""Messages that our client has under way."""
