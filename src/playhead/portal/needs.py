"""What the portal needs of the rest of the site, so that it runs beside it or far from it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.domain.accounts import DayAccount, Present, RecordingAccount
from playhead.domain.exports import ExportProgress, ExportWish
from playhead.domain.health import Problem
from playhead.domain.link import LinkState
from playhead.domain.live import Event, LiveWorkstation
from playhead.domain.log_levels import Kind, Raise
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery
from playhead.domain.quarantine import Quarantined
from playhead.domain.recordings import Recording
from playhead.domain.retention import Pending, Policy
from playhead.environment.doctor.findings import Report
from playhead.environment.doctor.summary import Summary
from playhead.environment.installation import Listener
from playhead.wire.screen.blackouts import BY_API, BlackoutOrder
from playhead.wire.screen.messages import CommandName, Result


class Changes(Protocol):
    """Events from the moment of asking on; left as a context manager."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __aiter__(self) -> AsyncIterator[Event]: ...


class Control(Protocol):
    """The workstations: what they do, and having them do something. `ScreenService` at the premises."""

    async def command(
        self,
        workstation: WorkstationId,
        name: CommandName,
        *,
        recording: RecordingId | None = None,
        reason: str = "",
        blackout: BlackoutOrder = BY_API,
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

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the server now."""
        ...


class Picture(Protocol):
    """A small picture of a screen that is being recorded."""

    @property
    def tag(self) -> str:
        """Tells it from every other."""
        ...

    @property
    def at_us(self) -> int:
        """When it was taken, in wall time."""
        ...


class Pictures(Protocol):
    """The newest small picture of what is being recorded; asks nothing of a workstation."""

    async def find(self, recordings: Sequence[RecordingId], /) -> Mapping[RecordingId, Picture]:
        """Of each recording that is growing and has one."""
        ...

    async def open(self, recording: RecordingId, /) -> tuple[str, bytes]:
        """Its tag, and the JPEG.

        Raises:
            NotFoundError: ``thumbnail.none``.
        """
        ...


class Keeping(Protocol):
    """For how long recordings are kept. `KeepingService` at the premises."""

    async def pending(self, policy: Policy | None = None, /) -> Pending:
        """What a run would take now, under the policy in force or another."""
        ...

    async def confirm(self, recordings: int, by: str, address: str, /) -> None:
        """Let one run take so many; it begins at once.

        Raises:
            ConflictError: ``retention.number``.
        """
        ...

    def wake(self) -> None:
        """Begin a run now."""
        ...


class Quarantine(Protocol):
    """What is in quarantine, acted on. `playhead.premises.quarantine.Quarantine`."""

    async def retry(self, number: int, /) -> Quarantined:
        """Try something again. What it was; it is off the list, unless its workstation has an order to carry out first.

        Raises:
            NotFoundError: ``quarantine.not_found``.
            ConflictError: ``quarantine.still``, ``quarantine.replaced``, ``quarantine.erased``, ``store.in_use``,
                ``quarantine.workstation_gone``.
        """
        ...

    async def drop(self, number: int, /) -> Quarantined:
        """Give something up. What it was, as with `retry`.

        Raises:
            NotFoundError: ``quarantine.not_found``.
            ConflictError: ``quarantine.held``, ``store.in_use``.
        """
        ...


class Environment(Protocol):
    """This server and its workstations, looked over. `playhead.premises.environment.EnvironmentService`."""

    @property
    def listeners(self) -> Callable[[], tuple[Listener, ...]]:
        """What this server listens on now."""
        ...

    @property
    def data(self) -> Path:
        """The server's data folder."""
        ...

    @property
    def program(self) -> Path:
        """The Python that the server runs in."""
        ...

    @property
    def report(self) -> Report | None:
        """The newest of this server."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether it is looked over now."""
        ...

    async def look(self) -> Report:
        """Look over this server now.

        Raises:
            PlayheadError: that could not be done.
        """
        ...

    async def examine(self, workstation: WorkstationId, /) -> Report:
        """Have a workstation look over itself now.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.no_answer``, ``screen.cannot_examine``, or what failed
                there.
            CorruptError: ``doctor.report``.
        """
        ...

    async def newest(self, workstation: WorkstationId, /) -> Report:
        """The newest report of a workstation.

        Raises:
            NotFoundError: ``doctor.no_report``.
        """
        ...

    def summaries(self) -> list[Summary]:
        """What the workstations' newest reports come to."""
        ...


class Accounts(Protocol):
    """What should exist, what does, and why the rest does not. `playhead.premises.coverage.CoverageLedger`."""

    @property
    def zone(self) -> ZoneInfo:
        """In which the site's days begin."""
        ...

    @property
    def today(self) -> date:
        """At the site."""
        ...

    def bounds(self, day: date) -> tuple[int, int]:
        """Wall times at which a day begins and ends."""
        ...

    async def day(self, day: date, workstations: Collection[WorkstationId]) -> Mapping[WorkstationId, DayAccount]:
        """Of some workstations."""
        ...

    async def recording(self, recording: Recording) -> RecordingAccount:
        """Of a recording."""
        ...


class Presents(Protocol):
    """The present of every workstation. `playhead.premises.coverage.Now`."""

    def all(self) -> Sequence[Present]:
        """By name."""
        ...

    def find(self, workstation: WorkstationId, /) -> Present | None:
        """Of one; None where it was never heard of."""
        ...


class Coverage(Protocol):
    """The ledger of coverage. `playhead.premises.coverage.CoverageService`."""

    @property
    def ledger(self) -> Accounts:
        """The accounts."""
        ...

    @property
    def now(self) -> Presents:
        """The present."""
        ...


class Link(Protocol):
    """The link to the cloud. `playhead.premises.link.LinkService`."""

    def state(self) -> LinkState:
        """How it is now."""
        ...


class LogFollower(Protocol):
    """One that watches lines come; left as a context manager."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    async def next(self, timeout_s: float, /) -> tuple[list[LogLine], int]:
        """What has come, and how many before it were lost; nothing where there was nothing for ``timeout_s``."""
        ...


class Logs(Protocol):
    """The lines of all machines. `playhead.premises.logs.LogsService`."""

    async def find(self, query: LogQuery, /, *, before: Cursor | None = None, limit: int = 100) -> LogPage:
        """A page of what is looked for, newest first.

        Raises:
            UnavailableError: ``logs.unreadable``.
        """
        ...

    def export(self, query: LogQuery, /) -> AsyncGenerator[Sequence[LogLine]]:
        """All that is looked for, oldest first, in pieces.

        Raises:
            UnavailableError: ``logs.exports``; from the iterator ``logs.unreadable``.
        """
        ...

    def follow(self, query: LogQuery, /) -> LogFollower:
        """What comes from the ``with`` on.

        Raises:
            UnavailableError: ``logs.followers``.
        """
        ...


class LogLevels(Protocol):
    """Logs that say more for a while. `playhead.premises.logs.levels.LogLevels`."""

    def all(self) -> list[Raise]:
        """Those whose time is not over."""
        ...

    async def begin(self, wanted: Raise, /) -> Raise:
        """Have a log say more; how that stands now.

        Raises:
            NotFoundError: ``workstation.not_found``.
            LimitError: ``logs.levels``.
            UnavailableError: ``file.unwritable``.
        """
        ...

    async def end(self, kind: Kind, name: str, /) -> Raise:
        """Have a log say what it is configured to; what it was.

        Raises:
            NotFoundError: ``logs.not_raised``.
            UnavailableError: ``file.unwritable``.
        """
        ...


class Exports(Protocol):
    """Recordings as files to take away, made one after another and kept for a while."""

    async def begin(self, wish: ExportWish, /) -> str:
        """Begin one; its id.

        Raises:
            NotFoundError: ``recording.not_found``.
            UnavailableError: ``export.busy``, ``export.full``.
        """
        ...

    async def look(self, user: UserId, export: str, /) -> ExportProgress:
        """How far one of a user's is.

        Raises:
            NotFoundError: ``export.not_found``.
        """
        ...

    async def answer(self, user: UserId, export: str, request: Request, /) -> Response:
        """A finished one, or the range of it that a request asks for.

        Raises:
            NotFoundError: ``export.not_found``.
            ConflictError: ``export.not_ready``.
        """
        ...

    async def drop(self, user: UserId, export: str, /) -> None:
        """Give one up, finished or not.

        Raises:
            NotFoundError: ``export.not_found``.
        """
        ...
