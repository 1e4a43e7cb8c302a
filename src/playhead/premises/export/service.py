"""Exports as a service: made one after another in a thread, kept for a while, and never longer than the server runs.

A finished file holds pictures in the clear. It lies in a folder that nobody else may read, and is deleted when its
time is over, when it is dropped, and at the next start whatever happened.
"""

import asyncio
import secrets
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from playhead.base.clock import Clock
from playhead.base.errors import (
    ConflictError,
    CorruptError,
    NotFoundError,
    PlayheadError,
    RefusedError,
    UnavailableError,
)
from playhead.base.ids import RecordingId, UserId
from playhead.domain.events import exported
from playhead.domain.exports import ExportProgress, ExportWish
from playhead.domain.quarantine import Quarantined
from playhead.domain.retries import Failing
from playhead.domain.timeline import duration_us
from playhead.premises.export import metrics
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.failing import BACKOFF, FailedExports
from playhead.premises.export.mp4 import Exported, export_mp4
from playhead.premises.export.plan import OpenSegment
from playhead.premises.export.rules import estimate_bytes, file_name, file_range
from playhead.store.catalogue import Catalogue, recordings, segments
from playhead.store.catalogue.grants import Grant, grants_of
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Readable
from playhead.store.event_log import publish
from playhead.store.keyring import Keyring
from playhead.store.segments.recovery import check_header
from playhead.wire.vid import open_data_key, read_header

TIDY_S: Final = 30.0
"""How often files whose time is over are deleted."""

_ID_BYTES: Final = 16

_log = structlog.get_logger()


class Store(Protocol):
    """Where segments lie. `SegmentStore`."""

    def view(self, location: str, /) -> Readable:
        """Open one to be read."""
        ...


class _DroppedError(Exception):
    """Nobody wants the file any more."""


@dataclass(slots=True, eq=False)
class _Job:
    """One export."""

    id: str
    wish: ExportWish
    path: Path
    name: str
    until_us: int
    done: float = 0.0
    """Written by the thread that makes it."""
    result: Exported | None = None
    code: str = ""
    dropped: bool = False
    future: asyncio.Task[None] | None = field(default=None)


class ExportService:
    """Makes recordings into files.

    Args:
        config: what the operator set.
        folder: for the files; its own, emptied at the start. Its parent exists.
        catalogue: open.
        store: where the segments lie.
        keyring: opens them.
        clock: tells the time.
    """

    def __init__(
        self,
        config: ExportConfig,
        folder: Path,
        *,
        catalogue: Catalogue,
        store: Store,
        keyring: Keyring,
        clock: Clock,
    ) -> None:
        self._config = config
        self._folder = folder
        self._catalogue = catalogue
        self._store = store
        self._keyring = keyring
        self._clock = clock
        self._failed = FailedExports(catalogue, clock)
        self._jobs: dict[str, _Job] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="export")
        _empty(folder)

    async def run(self) -> None:
        """Delete what is over, until cancelled; then all of it."""
        try:
            while True:
                await asyncio.sleep(TIDY_S)
                await self.tidy()
        finally:
            for job in self._jobs.values():
                job.dropped = True
                if job.future is not None:
                    job.future.cancel()
            self._thread.shutdown(wait=True, cancel_futures=True)
            self._jobs.clear()
            _empty(self._folder)

    async def begin(self, wish: ExportWish, /) -> str:
        """Begin a file.

        Raises:
            NotFoundError: ``recording.not_found``.
            InvalidInputError: ``export.range``.
            ConflictError: ``export.too_long``, ``export.quarantined``.
            UnavailableError: ``export.busy``, ``export.full``.
        """
        async with self._catalogue.reading() as connection:
            recording = await recordings.get_recording(connection, wish.recording)
            located = await segments.locate_segments(connection, wish.recording)
            granted = await grants_of(connection, [one.segment.id for one in located])
        await self._failed.check(wish)
        begin_us, end_us = file_range(wish, duration_us(recording))
        self._check_room(wish.user, estimate_bytes(recording, begin_us, end_us))
        now_us = self._clock.monotonic_us()
        identifier = secrets.token_urlsafe(_ID_BYTES)
        path = self._folder / f"{identifier}.mp4"
        job = _Job(identifier, wish, path, file_name(recording, wish), now_us + self._config.keep.us)
        self._jobs[identifier] = job
        metrics.FILES.set(len(self._jobs))
        work = asyncio.create_task(self._work(job, self._make(job, located, granted)))
        job.future = work
        work.add_done_callback(lambda _: _over(job, work))
        return identifier

    async def retry(self, found: Quarantined, /) -> None:
        """Begin one anew that was given up, for whoever asked for it.

        Raises:
            NotFoundError: ``recording.not_found``.
            UnavailableError: ``export.busy``, ``export.full``, ``catalogue.unavailable``.
        """
        await self.begin(await self._failed.release(found))

    async def look(self, user: UserId, export: str, /) -> ExportProgress:
        """How far one of a user's is.

        Raises:
            NotFoundError: ``export.not_found``.
        """
        job = self._find(user, export)
        if job.code:
            return ExportProgress(job.wish.recording, "failed", job.done, code=job.code)
        if job.result is None:
            return ExportProgress(job.wish.recording, "working", min(job.done, 1.0))
        result = job.result
        return ExportProgress(job.wish.recording, "ready", 1.0, size_bytes=result.size_bytes, faults=len(result.faults))

    def file(self, user: UserId, export: str, /) -> tuple[Path, str]:
        """Where a finished one lies, and a name for it.

        Raises:
            NotFoundError: ``export.not_found``.
            ConflictError: ``export.not_ready``.
        """
        job = self._find(user, export)
        if job.result is None:
            raise ConflictError("export.not_ready", "The file is not finished.", hint="Ask how far it is.")
        return job.path, job.name

    async def answer(self, user: UserId, export: str, _request: Request, /) -> Response:
        """The same as an answer, whole or a range of it.

        Raises:
            NotFoundError: ``export.not_found``.
            ConflictError: ``export.not_ready``.
        """
        path, name = self.file(user, export)
        return FileResponse(path, media_type="video/mp4", filename=name)

    async def drop(self, user: UserId, export: str, /) -> None:
        """Give one up, finished or not. Its file is gone on return.

        Raises:
            NotFoundError: ``export.not_found``.
        """
        await self._delete(self._find(user, export))

    def forget(self, recording: RecordingId) -> None:
        """Give up every file of a recording that was erased, whoever asked for it and however far it is."""
        for job in [one for one in self._jobs.values() if one.wish.recording == recording]:
            self._give_up(job)
            job.path.unlink(missing_ok=True)

    async def tidy(self) -> None:
        """Delete files whose time is over. One that is still being made has time until it is finished."""
        now_us = self._clock.monotonic_us()
        for job in [one for one in self._jobs.values() if now_us >= one.until_us]:
            if job.future is not None and job.future.done():
                await self._delete(job)

    def _find(self, user: UserId, export: str) -> _Job:
        job = self._jobs.get(export)
        if job is None or job.wish.user != user:
            raise NotFoundError("export.not_found", "There is no such file.", hint="Files are kept for a while only.")
        return job

    async def _delete(self, job: _Job) -> None:
        self._give_up(job)
        await asyncio.to_thread(job.path.unlink, missing_ok=True)

    def _give_up(self, job: _Job) -> None:
        self._jobs.pop(job.id, None)
        metrics.FILES.set(len(self._jobs))
        job.dropped = True
        if job.future is not None:
            job.future.cancel()  # where it has not begun

    def _check_room(self, user: UserId, size_bytes: int) -> None:
        if size_bytes > self._config.size_max.bytes:
            hint = "Choose a shorter part of it, or use the command line on the server."
            raise ConflictError("export.too_long", "That is too much for one file.", hint=hint)
        own = sum(job.wish.user == user for job in self._jobs.values())
        if len(self._jobs) >= self._config.files_max or own >= self._config.files_max_each:
            hint = "Download those that are finished, or give one up."
            raise UnavailableError("export.busy", "Too many files are being made or kept.", hint=hint)
        free = shutil.disk_usage(self._folder).free
        if size_bytes + self._config.reserve.bytes > free:
            raise UnavailableError("export.full", "There is no room for the file on the server's disk.")

    async def _work(self, job: _Job, make: Callable[[], None]) -> None:
        """Make one, in the thread, after those before it. What fails may do so for a moment, and has its turn again."""
        loop = asyncio.get_running_loop()
        failing: Failing | None = None
        while True:
            try:
                await loop.run_in_executor(self._thread, make)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                failed: PlayheadError = UnavailableError("export.failed", f"The disk failed: {reason}.")
            except PlayheadError as error:
                failed = error
            else:
                await self._tell(job)
                return
            job.path.unlink(missing_ok=True)
            failing = BACKOFF.failed(failing, self._clock.monotonic_us())
            attempts = failing.attempts
            _log.warning("export failed", recording=str(job.wish.recording), code=failed.code, attempts=attempts)
            if not isinstance(failed, UnavailableError) or BACKOFF.has_given_up(failing):
                await self._failed.note(job.wish, failed, attempts)
                job.code = failed.code
                return
            await asyncio.sleep(BACKOFF.pause_us(attempts) / 1e6)

    async def _tell(self, job: _Job) -> None:
        if job.result is not None:
            told = exported(job.wish, job.result.size_bytes, self._clock.wall_us())
            await publish(self._catalogue, [told])

    def _make(self, job: _Job, located: Sequence[Located], granted: Sequence[Grant]) -> Callable[[], None]:
        """The work of the thread. What comes of it is in the job."""

        def progress(share: float) -> None:
            if job.dropped:
                raise _DroppedError
            job.done = share

        def work() -> None:
            try:
                progress(0.0)
                with metrics.SECONDS.time(), ExitStack() as files:
                    opened = self._opened(located, granted, files)
                    result = export_mp4(
                        opened,
                        job.path,
                        start_us=job.wish.from_us,
                        end_us=job.wish.to_us,
                        progress=progress,
                    )
            except _DroppedError:
                job.path.unlink(missing_ok=True)
                return
            job.path.chmod(0o600)
            if job.dropped:
                job.path.unlink(missing_ok=True)
                return
            job.result = result

        return work

    def _opened(self, located: Sequence[Located], granted: Sequence[Grant], files: ExitStack) -> list[OpenSegment]:
        """What can be opened; a segment that cannot is left out, unless there is no other."""
        found: list[OpenSegment] = []
        refused: list[CorruptError | RefusedError] = []
        for part in located:
            try:
                file = self._store.view(part.location)
                files.callback(file.close)
                header, _ = read_header(file.read_at)
                check_header(header, part.segment)
                keys = (one.envelope for one in granted if one.segment == part.segment.id)
                data_key = open_data_key(replace(header, keys=(*header.keys, *keys)), self._keyring.recording_key)
            except (CorruptError, RefusedError) as error:
                refused.append(error)
            else:
                found.append(OpenSegment(file.read_at, part.segment.durable_bytes, data_key))
        if refused and not found:
            raise refused[0]
        return found


def _over(job: _Job, work: asyncio.Task[None]) -> None:
    """It is done with: what nobody foresaw is told, too."""
    if not work.cancelled() and (error := work.exception()) is not None:
        _log.error("export failed", exc_info=error)
        job.code = "internal.error"


def _empty(folder: Path) -> None:
    """The folder, with nothing in it, for its owner alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for left in folder.iterdir():
        left.unlink()
