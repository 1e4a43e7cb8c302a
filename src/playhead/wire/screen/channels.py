"""The open channels of a connection: offsets that only go forward, in the order of the table `CHANNEL`."""

from dataclasses import dataclass

from playhead.base.errors import ProtocolError
from playhead.wire.screen import messages as m
from playhead.wire.screen.limits import MAX_CHANNELS
from playhead.wire.screen.states import CHANNEL, ChannelState

ChannelMessage = m.Records | m.Ack | m.End | m.Accept | m.Decline


@dataclass(slots=True)
class _Channel:
    state: ChannelState
    reached: int = 0
    """Offset after the last byte sent on it."""
    durable: int = 0
    """The last offset accepted or acknowledged."""


class Channels:
    """Judges the messages about segments, the same for both directions.

    Holds nothing of closed channels but the highest number used.
    """

    def __init__(self) -> None:
        self._open: dict[int, _Channel] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether no other may be offered for now."""
        return len(self._open) >= MAX_CHANNELS

    def offer(self, message: m.Offer) -> None:
        """Open a channel.

        Raises:
            ProtocolError: ``screen.channel``, ``screen.channels``.
        """
        if message.channel <= self._last:
            raise ProtocolError("screen.channel", f"Channel {message.channel} is not new.")
        if self.full:
            raise ProtocolError("screen.channels", f"More than {MAX_CHANNELS} channels are open.")
        self._last = message.channel
        self._open[message.channel] = _Channel(CHANNEL[None, m.Offer])

    def step(self, message: ChannelMessage) -> bool:
        """Take a channel through the table; False where the message came too late to matter and is to be dropped.

        Raises:
            ProtocolError: ``screen.channel``, ``screen.order``, ``screen.offset``.
        """
        channel = self._open.get(message.channel)
        if channel is None:
            if isinstance(message, m.Records | m.End) and message.channel <= self._last:
                return False  # sent before the workstation saw that the premises closed the channel
            raise ProtocolError("screen.channel", f"Channel {message.channel} is not open.")
        after = CHANNEL.get((channel.state, type(message)))
        if after is None:
            kind = type(message).__name__
            text = f"{kind} cannot come while channel {message.channel} is {channel.state.name.lower()}."
            raise ProtocolError("screen.order", text)
        _move(channel, message)
        if isinstance(message, m.Ack) and message.final:
            if channel.state is not ChannelState.ENDED:
                raise ProtocolError("screen.order", "A final Ack cannot come before End.")
            after = ChannelState.CLOSED
        if after is ChannelState.CLOSED:
            del self._open[message.channel]
        else:
            channel.state = after
        return True


def _move(channel: _Channel, message: ChannelMessage) -> None:
    """Move the channel's offsets, where the message's fit.

    Raises:
        ProtocolError: ``screen.offset``.
    """
    match message:
        case m.Records():
            if message.offset != channel.reached:
                text = f"Records at offset {message.offset} where {channel.reached} comes next."
                raise ProtocolError("screen.offset", text)
            channel.reached += len(message.data)
        case m.Ack():
            if not channel.durable <= message.offset <= channel.reached:
                text = f"Offset {message.offset} is not between {channel.durable} and {channel.reached}."
                raise ProtocolError("screen.offset", text)
            channel.durable = message.offset
        case m.End():
            if message.size != channel.reached and message.reason != "lost":
                text = f"The segment ends at {message.size}, but {channel.reached} was reached."
                raise ProtocolError("screen.offset", text)
        case m.Accept():
            channel.reached = channel.durable = message.offset
        case m.Decline():
            pass
