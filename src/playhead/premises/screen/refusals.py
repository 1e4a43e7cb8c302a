"""Segments that were refused for good, and so wait on their workstations: listed until they come after all."""

import asyncio
from typing import Any

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.quarantine import TAKEN_ELSEWHERE, Quarantined
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import quarantine_one, refused_subjects, release_quarantined

_log: Any = structlog.get_logger()


class Refusals:
    """Keeps the list.

    Args:
        catalogue: open.
        audit: where each is noted, within the limits of its address.
        clock: stamps them.
    """

    def __init__(self, catalogue: Catalogue, audit: AuditTrail, clock: Clock) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._clock = clock
        self._listed: set[str] = set()
        self._noting: set[asyncio.Future[None]] = set()

    async def load(self) -> None:
        """What was listed before this start.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        async with self._catalogue.reading() as connection:
            self._listed = await refused_subjects(connection)

    async def note(
        self,
        workstation: WorkstationId,
        address: str,
        segment: SegmentId,
        recording: RecordingId,
        *,
        code: str,
        message: str,
        taken_bytes: int = 0,
    ) -> None:
        """A segment was refused for good, or the disk fails with it again and again.

        Args:
            workstation: whose.
            address: from where it was offered.
            segment: as offered.
            recording: as offered.
            code: of the refusal.
            message: the same as a sentence.
            taken_bytes: what is kept of it here.
        """
        if code in TAKEN_ELSEWHERE:
            await self.taken(segment)
            return
        subject = str(segment)
        found = Quarantined(
            kind="segment",
            subject=subject,
            place="workstation",
            code=code,
            message=message,
            at_us=self._clock.wall_us(),
            recording=recording,
            workstation=workstation,
            bytes=taken_bytes,
            details={"segment": subject},
        )
        self._listed.add(subject)
        noting = asyncio.ensure_future(self._note(found, workstation, address))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        await asyncio.shield(noting)  # the workstation may leave meanwhile

    async def _note(self, found: Quarantined, workstation: WorkstationId, address: str) -> None:
        subject, code = found.subject, found.code
        try:
            async with self._catalogue.writing() as connection:
                listed = await quarantine_one(connection, found)
            if listed.attempts == 1:
                _log.error(
                    "quarantine.added",
                    workstation=str(workstation),
                    segment=subject,
                    code=code,
                )
                await self._audit.refuse(str(workstation), "quarantine.added", subject, address, {"code": code})
        except UnavailableError as error:
            _log.error("refused segment not listed", segment=subject, code=error.code)

    async def close(self) -> None:
        """Wait for what is being listed."""
        await asyncio.gather(*self._noting, return_exceptions=True)

    async def taken(self, segment: SegmentId) -> None:
        """All of a segment was taken, another server has it, or its recording was erased: nothing of it waits."""
        subject = str(segment)
        if subject in self._listed:
            async with self._catalogue.writing(durable=False) as connection:
                await release_quarantined(connection, "segment", subject)
            self._listed.discard(subject)
