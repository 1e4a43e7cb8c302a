"""Both ends of a connection without anything between them, and messages that are valid in it."""

from playhead.base.ids import WorkstationId
from playhead.wire.screen import (
    Accept,
    Ack,
    Authority,
    Backlog,
    Command,
    Connection,
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
    Offer,
    Pace,
    Probe,
    Probed,
    Records,
    Released,
    Result,
    Role,
    Status,
    Welcome,
)
from playhead.wire.screen.probes import Listens

HELLO = Hello((1,), "ws-1", "test")
WELCOME = Welcome(1, "site-1", bytes(32), 1_800_000_000_000_000)
OFFER = Offer(1, b"r" * 16, b"s" * 16, b"header")
GOODBYE = Goodbye("net.closed", "Over.")

ONE_OF_EACH = (
    HELLO,
    Inquire(),
    Authority(b"der"),
    Enrol("code", "ws-1", b"der"),
    Enrolled(b"der", b"der", "site-1", bytes(32)),
    Probe((1,), 3, b"pad"),
    Probed((1,), "playhead", "site-1", 5, "screen.revoked", (Listens("https", 443, bytes(32)),), b"pad"),
    WELCOME,
    OFFER,
    Accept(1, 0),
    Decline(1, "screen.full", "No room.", final=False),
    Records(1, 0, b"data"),
    Ack(1, 0),
    End(1, 4, "sealed"),
    Elsewhere(b"r" * 16, b"s" * 16, b"p" * 16),
    Released(b"s" * 16),
    Backlog(1),
    Pace(1),
    Command(7, "status"),
    Result(7, ok=True),
    Status("idle"),
    Journal((JournalEntry(7, 8, "killed", until_us=9, wanted="ordered", recording=b"r" * 16, detail="why"),), 5),
    JournalAck(7),
    Examine(1),
    Examined(0, 8, b"{}"),
    Heartbeat(5),
    GOODBYE,
)


def workstation():
    return Connection(Role.WORKSTATION)


def premises(identity="ws-1", **options):
    return Connection(Role.PREMISES, identity=WorkstationId(identity) if identity else None, **options)


def pump(sender, receiver):
    """What ``receiver`` makes of all that ``sender`` has to send."""
    return receiver.receive_data(b"".join(sender.data_to_send()))


def open_pair():
    """A workstation and a premises past their handshake."""
    ends = workstation(), premises()
    for end, other, message in (ends[0], ends[1], HELLO), (ends[1], ends[0], WELCOME):
        end.send(message)
        assert pump(end, other) == [message]
    return ends


def accepted_pair(offset=0):
    """The same with channel 1 accepted at ``offset``."""
    ends = open_pair()
    for end, other, message in (ends[0], ends[1], OFFER), (ends[1], ends[0], Accept(1, offset)):
        end.send(message)
        assert pump(end, other) == [message]
    return ends
