"""Uploading as a service."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError
from playhead.base.ids import SegmentId
from playhead.domain.quarantine import Quarantined
from playhead.domain.uploads import UploadState
from playhead.premises.upload import metrics
from playhead.premises.upload.config import UploadConfig
from playhead.premises.upload.rules import OF_A_SEGMENT, OF_THE_STORE, Share, jittered_us, judge, released_before_us
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import quarantine_one, release_quarantined
from playhead.store.catalogue.uploads import (
    add_missing_uploads,
    begin_anew,
    behind_since,
    count_unproven,
    due_uploads,
    find_upload,
    outgrown_uploads,
    removable_uploads,
    save_upload,
)
from playhead.store.objects.interface import unpaced
from playhead.store.objects.releasing import Releaser
from playhead.store.objects.uploader import Uploader

LOOK_S: Final = 1.0
"""Between two looks at what can be sent: a recording is in the store some seconds after its end."""

TEND_S: Final = 60.0
"""Between two looks at what may go here, and at what was forgotten."""

FORGOTTEN_US: Final = 3_600_000_000
"""Until all of the catalogue is looked through again: what was here before, what has grown since."""

IDLE_US: Final = 86_400_000_000
"""A segment of an interrupted recording that has not grown for so long is taken as it is."""

AT_ONCE: Final = 200
"""Segments asked of the catalogue at a time."""

_log: Any = structlog.get_logger()


class UploadService:
    """Uploads every segment, and lets files here go by the rule.

    Args:
        config: what the operator set.
        catalogue: open.
        uploader: does the steps; made with `pace` of this.
        releaser: removes files.
        free_bytes: on the disk of the recordings. Blocks.
        clock: tells the time.
        jitter: 0 to 1, anew at each call.
        line: waits until so much may be sent, with all else that the site sends.
    """

    def __init__(
        self,
        config: UploadConfig,
        *,
        catalogue: Catalogue,
        uploader: Callable[[Callable[[int], Awaitable[None]]], Uploader],
        releaser: Releaser,
        free_bytes: Callable[[], int],
        clock: Clock,
        jitter: Callable[[], float],
        line: Callable[[int], Awaitable[None]] = unpaced,
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._share = Share(None if config.rate is None else config.rate.bytes)
        self.uploader = uploader(self._pace)
        """For who deletes objects."""
        self._releaser = releaser
        self._free_bytes = free_bytes
        self._clock = clock
        self._jitter = jitter
        self._line = line
        self._in_a_row = 0
        self._rests = 0
        self._rest_until_us = 0
        self._under_way: dict[SegmentId, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._proven = asyncio.Event()

    async def run(self) -> None:
        """Upload until cancelled."""
        if not self._config.stores:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tend())
            while True:
                self._wake.clear()
                try:
                    await self._look(tasks)
                except PlayheadError as error:
                    _log.warning("uploads delayed", code=error.code, reason=error.message)
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def retry(self, found: Quarantined) -> None:
        """Try the upload of a segment again that was given up.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.writing() as connection:
            upload = await find_upload(connection, SegmentId.parse(found.subject))
            if upload is not None and upload.state is UploadState.FAILED:
                await begin_anew(connection, replace(upload, attempts=0, retry_at_us=0))
            await release_quarantined(connection, "object", found.subject)
        self._wake.set()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        now_us = self._clock.wall_us()
        free = self._config.parallel - len(self._under_way)
        if free <= 0 or self._clock.monotonic_us() < self._rest_until_us:
            return
        async with self._catalogue.reading() as connection:
            due = await due_uploads(
                connection,
                now_us,
                part_bytes=self._config.part.bytes,
                idle_before_us=now_us - IDLE_US,
                limit=self._config.parallel + free,
            )
        for segment in [one for one in due if one not in self._under_way][:free]:
            task = tasks.create_task(self._advance(segment), name=f"upload {segment}")
            self._under_way[segment] = task
            task.add_done_callback(lambda _task, one=segment: self._done(one))

    def _done(self, segment: SegmentId) -> None:
        del self._under_way[segment]
        self._wake.set()

    async def _advance(self, segment: SegmentId) -> None:
        """One after another of its steps, as long as there are some; what goes wrong with it stays with it."""
        try:
            # Whoever is asked for has ended, or has a part's worth: what it is, the uploader sees for itself.
            while await self.uploader.advance(segment, idle_before_us=self._clock.wall_us() - IDLE_US):
                self._went_well()
            self._went_well()
            self._proven.set()
        except ConflictError as error:
            _log.info("upload waits", segment=str(segment), code=error.code)
            await self._rest(segment, error.code)
        except PlayheadError as error:
            await self._failed(segment, error)

    def _went_well(self) -> None:
        self._in_a_row = self._rests = 0

    async def _failed(self, segment: SegmentId, error: PlayheadError) -> None:
        metrics.FAILED.labels(error.code).inc()
        self._in_a_row += 1
        failure = judge(error, self._in_a_row)
        if failure.whole_store:
            self._rests += 1
            pause_us = jittered_us(OF_THE_STORE.pause_us(self._rests), self._jitter())
            self._rest_until_us = self._clock.monotonic_us() + pause_us
            _log.warning(
                "uploads rest", code=error.code, reason=error.message, hint=error.hint, s=pause_us // 1_000_000
            )
        try:
            await self._note(segment, error, counts=failure.counts)
        except PlayheadError as other:
            _log.warning("failed upload not noted", segment=str(segment), code=other.code)

    async def _rest(self, segment: SegmentId, code: str) -> None:
        async with self._catalogue.writing(durable=False) as connection:
            upload = await find_upload(connection, segment)
            if upload is not None:
                until_us = self._clock.wall_us() + OF_A_SEGMENT.longest_us
                await save_upload(connection, replace(upload, retry_at_us=until_us, code=code))

    async def _note(self, segment: SegmentId, error: PlayheadError, *, counts: bool) -> None:
        """Let a segment rest after a failure; give it up after too many of its own."""
        now_us = self._clock.wall_us()
        async with self._catalogue.writing() as connection:
            upload = await find_upload(connection, segment)
            if upload is None:
                return
            attempts = upload.attempts + 1 if counts else upload.attempts
            pause_us = jittered_us(OF_A_SEGMENT.pause_us(max(attempts, 1)), self._jitter())
            given_up = attempts >= OF_A_SEGMENT.attempts_max and upload.state is not UploadState.DELETING
            rests = replace(upload, attempts=attempts, retry_at_us=now_us + pause_us, code=error.code)
            await save_upload(connection, replace(rests, state=UploadState.FAILED) if given_up else rests)
            if given_up:
                found = Quarantined(
                    kind="object",
                    subject=str(segment),
                    place="nowhere",
                    code=error.code,
                    message=error.message,
                    at_us=now_us,
                    recording=upload.recording,
                    bytes=upload.sent_bytes,
                    attempts=attempts,
                )
                await quarantine_one(connection, found)
        _log.error("upload failed", segment=str(segment), code=error.code, reason=error.message, given_up=given_up)

    async def _tend(self) -> None:
        """Let files go, see what was forgotten, and count."""
        look_us = 0
        while True:
            try:
                if self._config.url and self._clock.monotonic_us() >= look_us:
                    await self._find_forgotten()
                    look_us = self._clock.monotonic_us() + FORGOTTEN_US
                await self._release()
                await self._count()
            except PlayheadError as error:
                _log.warning("upkeep of uploads delayed", code=error.code, reason=error.message)
            self._proven.clear()
            try:
                async with asyncio.timeout(TEND_S):
                    await self._proven.wait()
            except TimeoutError:
                continue

    async def _find_forgotten(self) -> None:
        more = True
        while more:
            async with self._catalogue.writing() as connection:
                more = await add_missing_uploads(connection, limit=AT_ONCE) == AT_ONCE
        async with self._catalogue.writing() as connection:
            for segment in await outgrown_uploads(connection, limit=AT_ONCE):
                upload = await find_upload(connection, segment)
                if upload is not None:
                    await begin_anew(connection, upload)
        self._wake.set()

    async def _release(self) -> None:
        """A few at a time, looking at the disk in between: no more go before their time than have to."""
        while True:
            free_bytes = await asyncio.to_thread(self._free_bytes)
            keep = self._config.keep_local
            before_us = released_before_us(
                self._clock.wall_us(), None if keep is None else keep.us, free_bytes, self._config.disk_free.bytes
            )
            if before_us is None:
                return
            async with self._catalogue.reading() as connection:
                found = await removable_uploads(connection, verified_before_us=before_us, limit=10)
            freed = [await self._release_one(segment) for segment in found]
            if not any(freed):
                return

    async def _release_one(self, segment: SegmentId) -> bool:
        try:
            freed = await self._releaser.release(segment)
        except ConflictError:  # its workstation is sending it again: the next time
            return False
        metrics.RELEASED.inc(freed)
        return freed > 0

    async def _count(self) -> None:
        async with self._catalogue.reading() as connection:
            unproven = await count_unproven(connection)
            oldest_us = await behind_since(connection)
        for state, count in unproven.items():
            metrics.SEGMENTS.labels(str(state)).set(count)
        metrics.GIVEN_UP.set(unproven[UploadState.FAILED])
        metrics.BEHIND.set(0 if oldest_us is None else max(0, self._clock.wall_us() - oldest_us) / 1e6)

    async def _pace(self, size: int) -> None:
        wait_us = self._share.wait_us(size, self._clock.monotonic_us())
        if wait_us:
            await asyncio.sleep(wait_us / 1e6)
        await self._line(size)
        metrics.SENT.inc(size)
