"""Which recording a moment at a workstation is in, and which lie in a period."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain.spans import Span
from playhead.store.analytics.questions import Interaction
from playhead.store.catalogue.schema import recordings, tags

QUEUE_TAG: Final = "queue:"
"""How a tag begins that names the queue by which an interaction came."""

ROWS_MAX: Final = 20_000
"""Recordings looked at, the newest: those of a hundred workstations for some weeks. What is older has no place."""


@dataclass(frozen=True, slots=True)
class RecordingAt:
    """A recording, as far as a place in it needs."""

    id: RecordingId
    agent: str
    started_at_us: int
    ended_at_us: int | None


async def recordings_at(
    connection: AsyncConnection, moments: Collection[tuple[WorkstationId, int]]
) -> dict[tuple[WorkstationId, int], RecordingAt]:
    """The recording of each workstation that holds each moment (wall time, µs). Moments in none are left out."""
    if not moments:
        return {}
    first_us, last_us = min(at for _, at in moments), max(at for _, at in moments)
    columns = recordings.c
    query = (
        select(columns.id, columns.workstation_id, columns.agent, columns.started_at_us, columns.ended_at_us)
        .where(columns.workstation_id.in_({workstation for workstation, _ in moments}))
        .where(columns.started_at_us <= last_us, func.coalesce(columns.ended_at_us, last_us) >= first_us)
        .order_by(columns.started_at_us.desc())
        .limit(ROWS_MAX)
    )
    by_workstation: defaultdict[WorkstationId, list[RecordingAt]] = defaultdict(list)
    for row in reversed((await connection.execute(query)).all()):
        one = RecordingAt(row.id, row.agent, row.started_at_us, row.ended_at_us)
        by_workstation[row.workstation_id].append(one)
    found: dict[tuple[WorkstationId, int], RecordingAt] = {}
    for workstation, at_us in moments:
        there = by_workstation[workstation]
        before = bisect_right(there, at_us, key=lambda one: one.started_at_us)
        if before and ((ended_us := there[before - 1].ended_at_us) is None or at_us <= ended_us):
            found[workstation, at_us] = there[before - 1]
    return found


async def interactions_between(connection: AsyncConnection, period: Span, *, limit: int) -> list[Interaction]:
    """The newest recordings that have a part in a period, with the queue that a tag of theirs names."""
    columns = recordings.c
    query = (
        select(columns.id, columns.workstation_id, columns.agent_key, columns.started_at_us, columns.ended_at_us)
        .add_columns(func.min(tags.c.tag).label("queue"))
        .join(tags, and_(tags.c.recording_id == columns.id, tags.c.tag.startswith(QUEUE_TAG)), isouter=True)
        .where(columns.started_at_us < period.to_us)
        .where(func.coalesce(columns.ended_at_us, period.to_us) > period.from_us)
        .group_by(columns.id, columns.workstation_id, columns.agent_key, columns.started_at_us, columns.ended_at_us)
        .order_by(columns.started_at_us.desc())
        .limit(limit)
    )
    return [
        Interaction(
            recording=str(row.id),
            workstation=str(row.workstation_id),
            agent=row.agent_key,
            span=Span(row.started_at_us, max(row.started_at_us + 1, row.ended_at_us or period.to_us)),
            queue=queue_of(() if row.queue is None else (row.queue,)),
        )
        for row in (await connection.execute(query)).all()
    ]


def queue_of(tagged: Iterable[str]) -> str:
    """The queue by which an interaction came, from what it is tagged with; empty where nothing says so."""
    return next((tag.removeprefix(QUEUE_TAG).strip() for tag in tagged if tag.startswith(QUEUE_TAG)), "")
