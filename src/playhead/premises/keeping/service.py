"""Keeping and destroying as a service."""

import asyncio
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, PlayheadError, UnavailableError
from playhead.domain.retention import Pending, Policy
from playhead.premises.keeping import metrics
from playhead.premises.keeping.config import KeepingConfig
from playhead.premises.keeping.rules import Steadiness, is_run_due
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.erasures import BY_POLICY, Erasure, find_erasure, unfinished_erasures
from playhead.store.catalogue.retention import (
    Confirmation,
    Due,
    Run,
    add_run,
    count_recordings,
    find_due,
    last_run,
    load_confirmation,
    load_policy,
    save_confirmation,
)
from playhead.store.erasure import Eraser, Order

LOOK_S: Final = 30.0
"""How often it is looked whether there is something to do."""

AT_ONCE: Final = 10
"""Recordings erased before the next pause."""

_log: Any = structlog.get_logger()


class KeepingService:
    """Carries out the policy of retention, and finishes erasures.

    Args:
        config: what the operator set.
        catalogue: open.
        eraser: does it.
        audit: where runs are noted.
        clock: tells the time.
    """

    def __init__(
        self, config: KeepingConfig, *, catalogue: Catalogue, eraser: Eraser, audit: AuditTrail, clock: Clock
    ) -> None:
        self._config = config
        self._catalogue = catalogue
        self._eraser = eraser
        self._audit = audit
        self._clock = clock
        self._steadiness = Steadiness(clock.wall_us(), clock.monotonic_us())
        self._asked = False
        self._wake = asyncio.Event()
        self._purging = asyncio.Lock()
        self._counting = asyncio.Lock()

    async def run(self) -> None:
        """Finish what was begun, and run the policy when its hour has come, until cancelled."""
        replayed = False
        while True:
            self._wake.clear()
            try:
                if not replayed:
                    await self._eraser.replay()
                    replayed = True
                await self.finish()
                if await self._is_due():
                    self._asked = False
                    await self.purge()
                    await self.finish()
            except PlayheadError as error:
                _log.warning("keeping delayed", code=error.code, reason=error.message)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def finish(self) -> None:
        """Go on with every erasure that was begun.

        Raises:
            UnavailableError: ``store.failed``, ``catalogue.unavailable``.
        """
        while await self._eraser.shred(limit=AT_ONCE):
            await self._pause()
        before_us = self._clock.wall_us() - self._config.remove_after.us
        while removed := await self._eraser.remove(before_us=before_us, limit=AT_ONCE):
            metrics.REMOVED.inc(removed)
            await self._pause()
        await self._eraser.sweep()
        async with self._catalogue.reading() as connection:
            metrics.UNFINISHED.set(await unfinished_erasures(connection))

    async def purge(self) -> Run:
        """One run of the policy, now. It takes all that is due, or nothing where that is too much and not confirmed.

        Raises:
            ConflictError: ``retention.clock``.
            UnavailableError: ``catalogue.unavailable``.
        """
        if not self._is_steady():
            hint = "It is trusted again a day after it was set; until then nothing is purged."
            raise ConflictError("retention.clock", "The server's clock was set.", hint=hint)
        async with self._purging:
            async with self._catalogue.reading() as connection:
                policy, confirmation = await load_policy(connection), await load_confirmation(connection)
            now_us = self._clock.wall_us()
            pending = await self._count(policy, now_us, confirmation)
            leave = self._config.guard.leave(
                pending.recordings, pending.total, None if confirmation is None else confirmation.recordings
            )
            metrics.WAITING.set(pending.recordings if leave is None else 0)
            if leave is None:
                return await self._stop(pending, now_us)
            run = await self._take(policy, now_us, leave, pending.held)
            async with self._catalogue.writing() as connection:
                await add_run(connection, run)
                if confirmation is not None:
                    await save_confirmation(connection, None)
                if run.deleted or run.failed:
                    details = {"deleted": run.deleted, "bytes": run.size_bytes, "held": run.held, "failed": run.failed}
                    entry = self._audit.entry("system", "retention.purged", "", "", details)
                    await add_audit_entry(connection, entry)
            if run.deleted or run.failed:
                _log.info(
                    "retention.purged", deleted=run.deleted, bytes=run.size_bytes, held=run.held, failed=run.failed
                )
            return run

    async def pending(self, policy: Policy | None = None) -> Pending:
        """What a run would take now, under the policy in force or another.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            confirmation = await load_confirmation(connection)
            wanted = await load_policy(connection) if policy is None else policy
        return await self._count(wanted, self._clock.wall_us(), confirmation if policy is None else None)

    async def confirm(self, recordings: int, by: str, address: str) -> None:
        """Let one run take so many. It begins at once.

        Raises:
            ConflictError: ``retention.number``: it is not what a run would take.
        """
        pending = await self.pending()
        if recordings != pending.recordings or recordings == 0:
            hint = "Look at what would be deleted, and confirm that number."
            text = f"A run would take {pending.recordings} recordings now, not {recordings}."
            raise ConflictError("retention.number", text, hint=hint)
        now_us = self._clock.wall_us()
        async with self._catalogue.writing() as connection:
            await save_confirmation(connection, Confirmation(recordings, by, now_us))
            entry = self._audit.entry(by, "retention.confirmed", "", address, {"recordings": recordings})
            await add_audit_entry(connection, entry)
        self.wake()

    def wake(self) -> None:
        """Begin a run now rather than at its hour."""
        self._asked = True
        self._wake.set()

    async def erase(self, order: Order) -> Erasure:
        """Erase one recording: decided and, unless the disk fails, its keys destroyed when this returns.

        Raises:
            NotFoundError: ``recording.not_found``, ``recording.erased``.
            ConflictError: ``recording.held``, ``recording.recording``, ``recording.changing``.
            UnavailableError: ``catalogue.unavailable``.
        """
        erasure = await self._eraser.begin(order)
        try:
            await self._shred(order.by)
        except PlayheadError as error:  # it is decided; the service goes on with it
            _log.error("erasure.delayed", recording=str(order.recording), code=error.code)
        self._wake.set()
        async with self._catalogue.reading() as connection:
            return await find_erasure(connection, order.recording) or erasure

    async def _is_due(self) -> bool:
        steady = self._is_steady()
        async with self._catalogue.reading() as connection:
            last = await last_run(connection)
        now_us = self._clock.wall_us()
        due = self._asked or is_run_due(now_us, None if last is None else last.at_us, self._config.hour)
        if due and not steady:
            _log.error("retention.clock", message="The clock was set; nothing is purged for a day.")
        return due and steady

    def _is_steady(self) -> bool:
        steady = self._steadiness.look(self._clock.wall_us(), self._clock.monotonic_us())
        metrics.UNSTEADY.set(not steady)
        return steady

    async def _count(self, policy: Policy, now_us: int, confirmation: Confirmation | None) -> Pending:
        async with self._counting:  # it reads much: one after another
            recordings, size_bytes, held = 0, 0, 0
            async for page in find_due(self._catalogue, policy, now_us):
                held += sum(one.held for one in page)
                recordings += sum(not one.held for one in page)
                size_bytes += sum(one.size_bytes for one in page if not one.held)
            async with self._catalogue.reading() as connection:
                total = await count_recordings(connection)
        confirmed = None if confirmation is None else confirmation.recordings
        stops = self._config.guard.leave(recordings, total, confirmed) is None
        return Pending(recordings, size_bytes, held, total, needs_confirmation=stops)

    async def _stop(self, pending: Pending, now_us: int) -> Run:
        """Alarm, and leave everything as it is."""
        limit = self._config.guard.limit(pending.total)
        _log.error("retention.stopped", recordings=pending.recordings, total=pending.total, limit=limit)
        run = Run(now_us, held=pending.held, waiting=pending.recordings)
        details = {"recordings": pending.recordings, "total": pending.total, "limit": limit}
        async with self._catalogue.writing() as connection:
            await add_run(connection, run)
            await add_audit_entry(connection, self._audit.entry("system", "retention.stopped", "", "", details))
        return run

    async def _take(self, policy: Policy, now_us: int, leave: int, held: int) -> Run:
        deleted, size_bytes, failed = 0, 0, 0
        async for page in find_due(self._catalogue, policy, now_us):
            for one in page:
                if one.held or deleted >= leave:
                    continue
                try:
                    erasure = await self._eraser.begin(_order(one))
                except PlayheadError as error:  # held or gone since it was looked at; or its file cannot be read
                    if isinstance(error, UnavailableError) and error.code != "store.failed":
                        raise
                    held += error.code == "recording.held"
                    failed += error.code != "recording.held"
                    _log.warning("recording not purged", recording=str(one.recording), code=error.code)
                    continue
                deleted += 1
                size_bytes += erasure.size_bytes
                if deleted % AT_ONCE == 0:
                    await self._shred(BY_POLICY)
                    await self._pause()
            if deleted >= leave:
                break
        await self._shred(BY_POLICY)
        metrics.FAILED.inc(failed)
        return Run(now_us, deleted, size_bytes, held, failed)

    async def _shred(self, by: str) -> None:
        while done := await self._eraser.shred(limit=AT_ONCE):
            metrics.ERASED.labels("policy" if by == BY_POLICY else "person").inc(done)

    async def _pause(self) -> None:
        await asyncio.sleep(AT_ONCE / self._config.rate)


def _order(due: Due) -> Order:
    rule = due.rule or "default"
    days = "1 day" if due.days == 1 else f"{due.days} days"
    return Order(due.recording, BY_POLICY, f"Kept for {days} by “{rule}”.", rule)
