"""What the portal needs of the rest of the site, so that it runs beside it or far from it."""

from collections.abc import AsyncIterator
from typing import Protocol, Self

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.live import Event, LiveWorkstation
from playhead.wire.screen.messages import CommandName, Result


class Changes(Protocol):
    """Events from the moment of asking on; left as a context manager."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __aiter__(self) -> AsyncIterator[Event]: ...


class Control(Protocol):
    """The workstations: what they do, and having them do something. `ScreenService` at the premises."""

    async def command(
        self, workstation: WorkstationId, name: CommandName, *, recording: RecordingId | None = None, reason: str = ""
    ) -> Result:
        """Have one do something, and wait for what it says about it.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``.
        """
        ...

    def workstations(self) -> list[LiveWorkstation]:
        """Every one that has connected since the start."""
        ...

    def progress_age_us(self, recording: RecordingId) -> int | None:
        """How long ago more of a recording became durable; None where that was not since the start."""
        ...

    def subscribe(self) -> Changes:
        """What changes from now on."""
        ...
