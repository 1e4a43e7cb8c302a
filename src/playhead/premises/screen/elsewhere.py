"""Segments that another server of the site has whole: this one lets go of its claim (docs/wire/screen.md §12)."""

from typing import Any
from uuid import UUID

import structlog

from playhead.base.errors import ConflictError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.premises.screen.recordings import Recordings
from playhead.premises.screen.refusals import Refusals
from playhead.premises.screen.rules import judge_elsewhere
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.segments import find_segment
from playhead.store.segments import SegmentStore
from playhead.wire.screen.messages import Elsewhere

_log: Any = structlog.get_logger()


class Claims:
    """What this server believes it has, against what workstations say others have.

    Args:
        server: which server this is; empty where it does not say.
        catalogue: open.
        store: where the segments lie.
        recordings: told of what changed.
        refusals: what is listed of a segment is settled with it.
        audit: notes each.
    """

    def __init__(
        self,
        server: bytes,
        *,
        catalogue: Catalogue,
        store: SegmentStore,
        recordings: Recordings,
        refusals: Refusals,
        audit: AuditTrail,
    ) -> None:
        self._server = server
        self._catalogue = catalogue
        self._store = store
        self._recordings = recordings
        self._refusals = refusals
        self._audit = audit

    async def let_go(self, workstation: WorkstationId, address: str, told: Elsewhere) -> bool:
        """Act on what a workstation tells; whether it may forget about it."""
        segment = SegmentId(UUID(bytes=told.segment))
        try:
            async with self._catalogue.reading() as connection:
                located = await find_segment(connection, segment)
                owner = None if located is None else await find_recording(connection, located.segment.recording)
            verdict = judge_elsewhere(told, own=self._server, workstation=workstation, recording=owner)
            if verdict == "supersede" and owner is not None:
                await self._store.supersede(segment)
                await self._refusals.taken(segment)
                details = {"server": told.server.hex(), "recording": str(owner.id)}
                await self._audit.note(str(workstation), "segment.superseded", str(segment), address, details)
                await self._recordings.refresh(owner.id, changed=True)
                _log.info("segment superseded", segment=str(segment), server=told.server.hex())
            elif verdict == "refuse":
                details = {"recording": str(RecordingId(UUID(bytes=told.recording)))}
                await self._audit.refuse(str(workstation), "segment.superseded_refused", str(segment), address, details)
        except (ConflictError, UnavailableError) as error:
            _log.warning("segment not let go of", segment=str(segment), code=error.code)
            return False
        return True
