"""The events of segments that have become whole."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import SegmentId
from playhead.domain.events import Event, sealed
from playhead.store.catalogue.schema import recordings, segments


async def sealed_events(connection: AsyncConnection, which: Sequence[SegmentId], at_us: int) -> list[Event]:
    """One for each of some segments that is sealed, in their order, in the transaction that made it so at ``at_us``."""
    columns = segments.c
    query = (
        select(
            columns.id, columns.recording_id, columns.started_at_us, columns.covered_us, columns.durable_bytes,
            recordings.c.workstation_id,
        )
        .join(recordings, recordings.c.id == columns.recording_id)
        .where(columns.id.in_(which), columns.sealed)
    )  # fmt: skip
    rows = {row.id: row for row in (await connection.execute(query)).all()}
    return [
        sealed(
            row.id,
            row.recording_id,
            row.workstation_id,
            span_us=(row.started_at_us, row.started_at_us + row.covered_us),
            durable_bytes=row.durable_bytes,
            at_us=at_us,
        )
        for row in (rows[one] for one in which if one in rows)
    ]
