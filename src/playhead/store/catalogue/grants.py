"""Key grants: whom a segment's data key was given to, beside the site. They go with their segment."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import SegmentId
from playhead.store.catalogue.schema import key_grants
from playhead.wire.vid import Envelope


@dataclass(frozen=True, slots=True)
class Grant:
    """A segment's data key, sealed to somebody's public key."""

    segment: SegmentId
    envelope: Envelope
    at_us: int


async def save_grant(connection: AsyncConnection, grant: Grant) -> None:
    """Note a grant, in place of one to the same recipient."""
    columns = key_grants.c
    same = (columns.segment_id == grant.segment, columns.recipient == grant.envelope.recipient)
    await connection.execute(delete(key_grants).where(*same))
    row = {
        "segment_id": grant.segment,
        "recipient": grant.envelope.recipient,
        "suite": grant.envelope.suite,
        "sealed": grant.envelope.sealed,
        "at_us": grant.at_us,
    }
    await connection.execute(insert(key_grants), [row])


async def grants_of(connection: AsyncConnection, segments: Sequence[SegmentId]) -> list[Grant]:
    """The grants of some segments."""
    query = select(key_grants).where(key_grants.c.segment_id.in_(segments))
    rows = (await connection.execute(query.order_by(key_grants.c.segment_id, key_grants.c.recipient))).all()
    return [Grant(row.segment_id, Envelope(row.recipient, row.suite, row.sealed), row.at_us) for row in rows]
