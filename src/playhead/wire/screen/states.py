"""Who may send what when: the two tables that both ends of the screen protocol are judged by (docs/wire/screen.md §5).

The same tables serve for sending and for receiving. What they do not list is a fault of the sender.
"""

from enum import Enum, auto

from playhead.wire.screen import messages as m


class Role(Enum):
    """The two ends. The workstation opens the connection."""

    WORKSTATION = auto()
    PREMISES = auto()

    @property
    def peer(self) -> "Role":
        """The other end."""
        return Role.PREMISES if self is Role.WORKSTATION else Role.WORKSTATION


class State(Enum):
    """Of a connection."""

    OPENING = auto()
    """Nothing was said."""
    INQUIRING = auto()
    """`Inquire` was said."""
    ENROLLING = auto()
    """`Enrol` was said."""
    PROBING = auto()
    """`Probe` was said: nothing else can be on this connection."""
    GREETING = auto()
    """`Hello` was said."""
    OPEN = auto()
    """`Welcome` was said: both sides speak as they like."""
    SPENT = auto()
    """`Authority` or `Enrolled` was said: nothing is left but to close."""
    CLOSED = auto()
    """`Goodbye` was said, by either side, or the stream ended."""


class ChannelState(Enum):
    """Of one offered segment."""

    OFFERED = auto()
    ACCEPTED = auto()
    ENDED = auto()
    CLOSED = auto()
    """Declined, or ended and acknowledged; it is forgotten."""


W, P = Role.WORKSTATION, Role.PREMISES

_OPEN: dict[Role, tuple[type[m.Message], ...]] = {
    W: (m.Offer, m.Records, m.End, m.Elsewhere, m.Backlog, m.Result, m.Status, m.Journal, m.Examined, m.Heartbeat),
    P: (m.Accept, m.Decline, m.Ack, m.Released, m.Pace, m.Command, m.JournalAck, m.Examine, m.Heartbeat),
}

CONNECTION: dict[tuple[State, Role, type[m.Message]], State] = {
    (State.OPENING, W, m.Inquire): State.INQUIRING,
    (State.INQUIRING, P, m.Authority): State.SPENT,
    (State.OPENING, W, m.Enrol): State.ENROLLING,
    (State.ENROLLING, P, m.Enrolled): State.SPENT,
    (State.OPENING, W, m.Probe): State.PROBING,
    (State.PROBING, W, m.Probe): State.PROBING,
    (State.PROBING, P, m.Probed): State.PROBING,
    (State.OPENING, W, m.Hello): State.GREETING,
    (State.GREETING, P, m.Welcome): State.OPEN,
    **{(State.OPEN, role, kind): State.OPEN for role, kinds in _OPEN.items() for kind in kinds},
    **{(state, role, m.Goodbye): State.CLOSED for state in State if state is not State.CLOSED for role in Role},
}
"""(state before, sender, message) → state after."""

CHANNEL: dict[tuple[ChannelState | None, type[m.Message]], ChannelState] = {
    (None, m.Offer): ChannelState.OFFERED,
    (ChannelState.OFFERED, m.Accept): ChannelState.ACCEPTED,
    (ChannelState.OFFERED, m.Decline): ChannelState.CLOSED,
    (ChannelState.ACCEPTED, m.Records): ChannelState.ACCEPTED,
    (ChannelState.ACCEPTED, m.Ack): ChannelState.ACCEPTED,
    (ChannelState.ACCEPTED, m.End): ChannelState.ENDED,
    (ChannelState.ACCEPTED, m.Decline): ChannelState.CLOSED,
    (ChannelState.ENDED, m.Ack): ChannelState.ENDED,  # CLOSED where it is final
    (ChannelState.ENDED, m.Decline): ChannelState.CLOSED,
}
"""(state before, message) → state after; None is "not there yet". The sender follows from the message's type."""
