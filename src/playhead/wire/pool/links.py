"""The links of a pool, and which of them a stream sends on (docs/wire/pool.md §8).

The link in the lowest slot is kept for those in a hurry, and bulk goes by the next. It takes all of them only where
that is asked for: where they share what is full it would only queue several times.
"""

from playhead.wire.pool.classes import Urgency
from playhead.wire.pool.flight import Sent
from playhead.wire.pool.limits import FEATURES
from playhead.wire.pool.link import Link
from playhead.wire.pool.stream import Stream


class Links:
    """The links of one end."""

    def __init__(self) -> None:
        self.by_slot: dict[int, Link] = {}
        self.features = FEATURES
        """Those in force on the newest link; before there is any, all are hoped for."""
        self.spread = False
        """Whether bulk of one stream takes all links."""
        self.waiting: list[Sent] = []
        """To be sent again as soon as there is a link."""

    def place(self, urgency: Urgency) -> Link | None:
        """The link for a stream of this class."""
        links = [self.by_slot[slot] for slot in sorted(self.by_slot)]
        if len(links) < 2 or urgency <= Urgency.INTERACTIVE:  # noqa: PLR2004 - with one there is no choice
            return links[0] if links else None
        return min(links[1:], key=lambda link: len(link.sending.scheduler)) if self.spread else links[1]

    def wake(self, stream: Stream, now_us: int) -> None:
        """It has something to send, or may send again."""
        if stream.over or stream.end_sent or not isinstance(stream.home, Link):
            return
        stream.home.sending.scheduler.add(stream, now_us)
        if self.spread and stream.known and stream.resumable and stream.urgency >= Urgency.PLAYBACK:
            for link in self.by_slot.values():
                link.sending.scheduler.add(stream, now_us)

    def settle(self, stream: Stream, home: Link | None, now_us: int) -> None:
        """It sends there from now on. What was to be told of its window may be lost, and is told again."""
        stream.home = home
        if home is not None and stream.window.limit > stream.window.floor:
            home.sending.tell_window(stream)
        self.wake(stream, now_us)

    def make_way(self, stream: Stream, now_us: int) -> None:
        """Bulk leaves the link of those in a hurry where there is another."""
        if not stream.resumable or not stream.known or stream.urgency < Urgency.PLAYBACK:
            return
        home, better = stream.home, self.place(stream.urgency)
        if isinstance(home, Link) and home is self.place(Urgency.CONTROL) and home is not better:
            home.sending.forget(stream)
            self.settle(stream, better, now_us)

    def forget(self, stream: Stream) -> None:
        """It sends nothing more."""
        for link in self.by_slot.values():
            link.sending.forget(stream)

    def repeat(self, frames: list[Sent]) -> None:
        """Send again what a lost link has not delivered, in this order."""
        for urgency in Urgency:
            home = self.place(urgency)
            of_class = [frame for frame in frames if frame.urgency == urgency]
            if home is None:
                self.waiting += of_class
            else:
                home.sending.repeat(of_class)
