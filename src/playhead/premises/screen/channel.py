"""One segment on its way: from its `Offer` to its final `Ack` or `Decline`."""

from collections.abc import Callable
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, PlayheadError, UnavailableError
from playhead.net.screen import ScreenPeer
from playhead.premises.screen import metrics
from playhead.store.segments import OpenSegment, SegmentStore
from playhead.wire.screen.messages import Accept, Ack, Decline, End, Message, Records

LOST: Final = "lost"
"""`Segment.ended` of a segment whose rest will not come."""

_log: Any = structlog.get_logger()


class Channel:
    """Feeds one open segment, and tells the workstation what is durable. Observes the segment.

    Args:
        number: of the channel in its connection.
        segment: open, nobody else's.
        peer: the workstation.
        store: where the segment grows.
        clock: measures how long acknowledgements take.
        on_durable: told after each commit of the segment.
        on_closed: told once, when the workstation was told the end of it.
        on_refused: told where that is a refusal for good.
    """

    def __init__(
        self,
        number: int,
        segment: OpenSegment,
        *,
        peer: ScreenPeer,
        store: SegmentStore,
        clock: Clock,
        on_durable: Callable[[OpenSegment], None],
        on_closed: Callable[["Channel"], None],
        on_refused: Callable[[OpenSegment, PlayheadError], None],
    ) -> None:
        self.number = number
        self.segment = segment
        self._peer = peer
        self._store = store
        self._clock = clock
        self._on_durable = on_durable
        self._on_closed = on_closed
        self._on_refused = on_refused
        self._acknowledged = segment.durable
        self._waiting_since_us: int | None = None
        self._ending = False
        segment.observer = self
        self._post(Accept(number, segment.durable))

    def receive(self, message: Records) -> None:
        """Take more of the segment. A fault in it ends the channel, not the connection."""
        metrics.RECEIVED_BYTES.inc(len(message.data))
        if self._waiting_since_us is None:
            self._waiting_since_us = self._clock.monotonic_us()
        try:
            self._store.append(self.segment, message.data)
        except CorruptError as error:
            self._store.end(self.segment, LOST)
            self._decline(error, final=True)

    def end(self, message: End) -> None:
        """No more will come."""
        try:
            self._store.end(self.segment, message.reason)
        except CorruptError as error:
            self._store.end(self.segment, LOST)
            self._decline(error, final=True)
            return
        self._ending = True
        if self.segment.settled:
            self.durable(self.segment)

    def release(self) -> None:
        """Let go of the segment: the connection is gone."""
        self._store.release(self.segment)

    def durable(self, segment: OpenSegment) -> None:
        """A commit of the segment is over (`Observer`)."""
        final = self._ending and segment.settled
        if segment.durable > self._acknowledged or final:
            self._acknowledged = segment.durable
            self._measure()
            self._post(Ack(self.number, segment.durable, final=final))
        self._on_durable(segment)
        if final:
            self._close()

    def failed(self, segment: OpenSegment, error: PlayheadError) -> None:
        """The store lets go of the segment (`Observer`)."""
        del segment
        self._decline(error, final=not isinstance(error, UnavailableError))

    def _decline(self, error: PlayheadError, *, final: bool) -> None:
        metrics.DECLINES.labels(error.code).inc()
        _log.warning("segment declined", segment=str(self.segment.id), code=error.code, reason=error.message)
        self._post(Decline(self.number, error.code, error.message, final=final))
        if final:
            self._on_refused(self.segment, error)
        self._close()

    def _close(self) -> None:
        self._store.release(self.segment)
        self._on_closed(self)

    def _measure(self) -> None:
        if self._waiting_since_us is not None:
            metrics.ACKNOWLEDGE_SECONDS.observe((self._clock.monotonic_us() - self._waiting_since_us) / 1_000_000)
            self._waiting_since_us = None

    def _post(self, message: Message) -> None:
        post(self._peer, message)


def post(peer: ScreenPeer, message: Message) -> None:
    """Send without waiting, to a workstation that may have gone: then it will ask again when it comes back."""
    if peer.end is None:
        try:
            peer.post(message)
        except UnavailableError as error:
            _log.info("workstation gone", remote=peer.remote, code=error.code)
