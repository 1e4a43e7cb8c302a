"""Saying something of many recordings: each is changed and noted in the audit log by itself."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import LimitError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.annotations import Annotated, Annotation
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import add_audit_entry
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.recordings import starts_of
from playhead.store.catalogue.tags import add_tag, remove_tag

AT_ONCE: Final = 50
"""Recordings changed in one transaction, so that nobody else who writes waits long."""

_NOTED: Final = {
    "tag": "recording.tagged",
    "untag": "recording.untagged",
    "hold": "recording.held",
    "release": "recording.released",
}


class Annotator:
    """Changes what a catalogue says of its recordings. Whether somebody may, is decided before.

    Args:
        catalogue: open.
        audit: its audit log.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, audit: AuditTrail, clock: Clock) -> None:
        self._catalogue = catalogue
        self._audit = audit
        self._clock = clock

    async def annotate(
        self, wanted: Annotation, recordings: Sequence[RecordingId], by: UserId, address: str, order: str = "", /
    ) -> Annotated:
        """Carry out an order that `playhead.domain.annotations.checked` has gone over.

        Args:
            wanted: what to say.
            recordings: of which, each once.
            by: who says it.
            address: from where, for the audit log.
            order: tells this order from others, where another audit log has it, too.
        """
        changed: list[RecordingId] = []
        refused: dict[RecordingId, str] = {}
        details = {name: value for name, value in (("detail", wanted.said), ("order", order)) if value}
        for begin in range(0, len(recordings), AT_ONCE):
            some = recordings[begin : begin + AT_ONCE]
            async with self._catalogue.writing() as connection:
                there = await starts_of(connection, some)  # one may have been erased meanwhile
                for recording in some:
                    if recording not in there:
                        refused[recording] = "recording.not_found"
                        continue
                    try:
                        is_new = await self._change(connection, wanted, recording, by)
                    except LimitError as error:
                        refused[recording] = error.code
                        continue
                    if is_new:
                        changed.append(recording)
                        noted = self._audit.entry(str(by), _NOTED[wanted.kind], str(recording), address, details)
                        await add_audit_entry(connection, noted)
        return Annotated(tuple(changed), refused)

    async def _change(
        self, connection: AsyncConnection, wanted: Annotation, recording: RecordingId, by: UserId
    ) -> bool:
        now_us = self._clock.wall_us()
        match wanted.kind:
            case "tag":
                return await add_tag(connection, recording, wanted.tag, by_user=by, now_us=now_us)
            case "untag":
                return await remove_tag(connection, recording, wanted.tag)
            case "hold":
                return await add_hold(connection, Hold(recording, wanted.reason, by, now_us))
            case "release":
                return await release_hold(connection, recording)
