"""The screen service: listens, and runs until cancelled."""

import asyncio
from typing import Literal

from playhead.base.clock import Clock
from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.live import LiveWorkstation
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.live import Hub, Subscription
from playhead.store.catalogue import Catalogue
from playhead.wire.screen.messages import Result

CommandName = Literal["start", "stop", "blackout_on", "blackout_off", "live_on", "live_off", "status"]


class ScreenService:
    """Takes recordings from workstations.

    Args:
        config: what the operator set.
        catalogue: open.
        segments: the `SegmentStore`, recovered or not.
        keyring: the site's keys (`playhead.store.keyring`).
        clock: tells the time.
    """

    def __init__(
        self, config: ScreenConfig, *, catalogue: Catalogue, segments: object, keyring: object, clock: Clock
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._segments = segments
        self._keyring = keyring
        self._clock = clock
        self._hub = Hub()
        self.listening = asyncio.Event()
        """Set while connections are accepted; `port` is known then."""
        self.port = 0

    async def run(self) -> None:
        """Recover the store, listen, and serve until cancelled; then drain.

        Raises:
            UnavailableError: ``screen.listen``: the address cannot be listened on.
        """
        raise NotImplementedError

    async def command(
        self, workstation: WorkstationId, name: CommandName, *, recording: RecordingId | None = None, reason: str = ""
    ) -> Result:
        """Have a workstation do something, and wait for what it says about it.

        Args:
            workstation: which.
            name: what.
            recording: ``start``: the id to record under.
            reason: ``blackout_on``: goes into the recording.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``.
            LimitError: ``screen.commands``: too many are unanswered.
        """
        raise NotImplementedError

    def workstations(self) -> list[LiveWorkstation]:
        """Every workstation that has connected since the start, by name."""
        raise NotImplementedError

    def subscribe(self, recording: RecordingId | None = None) -> Subscription:
        """Events from now on: all but growth; or, of one recording, its own with its growth.

        Raises:
            LimitError: ``screen.subscribers``.
        """
        return self._hub.subscribe(recording)
