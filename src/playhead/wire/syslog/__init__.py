"""Syslog over a stream: messages of RFC 5424 and RFC 3164, framed as RFC 6587 has it. Sans IO.

``message`` reads and writes one message, ``framing`` finds messages in a stream. What real senders get wrong is taken
as it is meant: a receiver that drops lines for their form is of no use to whoever looks for what went wrong.
"""

from playhead.wire.syslog.framing import Frames, octet_counted
from playhead.wire.syslog.message import Message, parse, render

__all__ = ["Frames", "Message", "octet_counted", "parse", "render"]
