"""The screen-recording protocol of port 5633 (docs/wire/screen.md) as a pure core.

`Connection` is one end: ``receive_data(bytes) -> list[Message]``, ``receive_eof()``, ``send(message)``,
``data_to_send() -> list[bytes]``. `playhead.net.screen` drives it over TCP and TLS.

What the premises does: answer `Inquire` with `Authority`, `Enrol` with `Enrolled`, `Hello` with `Welcome`
(``choose_version(hello.versions)``), `Offer` with `Accept(offset)` or `Decline`, then `Ack` what became durable; after
`End`, once all and the end itself are durable, ``Ack(final=True)``.
What the workstation does: `Hello`, `Status`, then `Offer` each segment it holds, send `Records` from the accepted
offset and `End`; delete only after the final `Ack` (or a final `Decline`); answer every `Command` with one `Result`.
"""

from playhead.wire.screen.blackouts import BlackoutOrder, BlackoutRequest
from playhead.wire.screen.connection import Connection, choose_version
from playhead.wire.screen.limits import VERSIONS
from playhead.wire.screen.log_orders import LogOrder
from playhead.wire.screen.messages import (
    Accept,
    Ack,
    Authority,
    Backlog,
    Command,
    Control,
    Decline,
    Elsewhere,
    End,
    Enrol,
    Enrolled,
    Examine,
    Examined,
    Goodbye,
    Heartbeat,
    Hello,
    Inquire,
    Journal,
    JournalAck,
    JournalEntry,
    Message,
    Offer,
    Pace,
    Probe,
    Probed,
    Records,
    Released,
    Result,
    Status,
    Welcome,
)
from playhead.wire.screen.states import Role, State

__all__ = [
    "VERSIONS",
    "Accept",
    "Ack",
    "Authority",
    "Backlog",
    "BlackoutOrder",
    "BlackoutRequest",
    "Command",
    "Connection",
    "Control",
    "Decline",
    "Elsewhere",
    "End",
    "Enrol",
    "Enrolled",
    "Examine",
    "Examined",
    "Goodbye",
    "Heartbeat",
    "Hello",
    "Inquire",
    "Journal",
    "JournalAck",
    "JournalEntry",
    "LogOrder",
    "Message",
    "Offer",
    "Pace",
    "Probe",
    "Probed",
    "Records",
    "Released",
    "Result",
    "Role",
    "State",
    "Status",
    "Welcome",
    "choose_version",
]
