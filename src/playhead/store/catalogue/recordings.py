"""Recordings: found by id, by their agent, and while they are under way. Everything else is found by the library."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.domain.access import agent_key
from playhead.domain.recordings import Recording, RecordingState, Segment
from playhead.domain.timeline import facts_of
from playhead.store.catalogue.changes import note_changed
from playhead.store.catalogue.erasures import missing_recording
from playhead.store.catalogue.holds import held_of
from playhead.store.catalogue.schema import recordings
from playhead.store.catalogue.segments import segments_of
from playhead.store.catalogue.tags import tags_of

PAGE_ITEMS_MAX: Final = 200
"""What one page may hold: about what a person scrolls through, and a bounded answer."""

_CURSOR_BYTES: Final = 24
_END_OF_TIME_US: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True, order=True)
class RecordingCursor:
    """A place in the list of recordings, which is ordered by this pair, newest first."""

    started_at_us: int
    id: RecordingId

    def encode(self) -> str:
        """Opaque text for a URL."""
        return base64.urlsafe_b64encode(self.started_at_us.to_bytes(8, "big") + self.id.bytes).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote.

        Raises:
            InvalidInputError: ``list.cursor``.
        """
        try:
            data = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            data = b""
        started_at_us = int.from_bytes(data[:8], "big")
        if len(data) != _CURSOR_BYTES or started_at_us > _END_OF_TIME_US:
            raise InvalidInputError("list.cursor", "This is not a cursor that the list has given out.")
        return cls(started_at_us, RecordingId(UUID(bytes=data[8:])))


# Newer than every recording. With it the first page is asked for as every other, and served by the same plan.
_NEWEST: Final = RecordingCursor(_END_OF_TIME_US, RecordingId(UUID(int=(1 << 128) - 1)))


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """Some recordings, newest first, and where the next page begins (None at the end)."""

    items: tuple[Recording, ...]
    next: RecordingCursor | None


async def add_recording(
    connection: AsyncConnection,
    *,
    recording: RecordingId,
    workstation: WorkstationId,
    agent: str,
    started_at_us: int,
    site: str = "",
    heard_at_us: int | None = None,
) -> None:
    """Add a recording that begins now, in state RECORDING.

    Args:
        connection: of the transaction.
        recording: which.
        workstation: whose.
        agent: login of whoever sits there.
        started_at_us: wall time by the workstation's clock.
        site: where.
        heard_at_us: wall time by the server's clock at which the first of it came; None where that is not known.
    """
    counted = select(func.coalesce(func.max(recordings.c.number), -1) + 1).scalar_subquery()
    values = {
        "id": recording,
        "workstation_id": workstation,
        "agent": agent,
        "state": RecordingState.RECORDING,
        "started_at_us": started_at_us,
        "ended_at_us": None,
        "number": counted,
        "heard_at_us": heard_at_us,
        "site": site,
        "agent_key": agent_key(agent),
        "length_us": 0,
        "has_gap": False,
        "has_blackout": False,
    }
    await connection.execute(insert(recordings).values(values))
    await note_changed(connection, [recording])


async def find_recording(connection: AsyncConnection, recording: RecordingId) -> Recording | None:
    """One recording with its segments, or None."""
    row = (await connection.execute(select(recordings).where(recordings.c.id == recording))).one_or_none()
    return None if row is None else (await _with_segments(connection, [row]))[0]


async def get_recording(connection: AsyncConnection, recording: RecordingId) -> Recording:
    """One recording with its segments.

    Raises:
        NotFoundError: ``recording.not_found``, ``recording.erased``.
    """
    found = await find_recording(connection, recording)
    if found is None:
        raise await missing_recording(connection, recording)
    return found


async def find_recordings(connection: AsyncConnection, wanted: Sequence[RecordingId]) -> tuple[Recording, ...]:
    """Those of some recordings that are there, in no order."""
    query = select(recordings).where(recordings.c.id.in_(wanted))
    return await _with_segments(connection, (await connection.execute(query)).all())


async def starts_of(connection: AsyncConnection, wanted: Sequence[RecordingId]) -> dict[RecordingId, int]:
    """When each of some recordings began, in wall time; those that are not there are left out."""
    query = select(recordings.c.id, recordings.c.started_at_us).where(recordings.c.id.in_(wanted))
    return {row.id: row.started_at_us for row in (await connection.execute(query)).all()}


async def sites_of(connection: AsyncConnection, wanted: Sequence[RecordingId]) -> dict[RecordingId, SiteId]:
    """Whose each of some recordings is; those that are not there are left out."""
    query = select(recordings.c.id, recordings.c.site).where(recordings.c.id.in_(wanted))
    return {row.id: SiteId(row.site) for row in (await connection.execute(query)).all()}


async def recordings_beginning_with(connection: AsyncConnection, digits: str, *, limit: int) -> tuple[Recording, ...]:
    """Recordings whose ids begin with up to 32 hexadecimal digits, in the order of their ids."""
    first, last = (RecordingId(UUID(digits.ljust(32, fill))) for fill in "0f")
    query = select(recordings).where(recordings.c.id.between(first, last)).order_by(recordings.c.id).limit(limit)
    return await _with_segments(connection, (await connection.execute(query)).all())


async def recording_after(connection: AsyncConnection, after: RecordingId | None) -> Recording | None:
    """The recording with the lowest id above ``after``, or None: for going through all of them."""
    query = select(recordings).order_by(recordings.c.id).limit(1)
    if after is not None:
        query = query.where(recordings.c.id > after)
    found = await _with_segments(connection, (await connection.execute(query)).all())
    return found[0] if found else None


async def list_recordings_of(
    connection: AsyncConnection, agent_key: str, *, before: RecordingCursor | None = None, limit: int = 50
) -> RecordingPage:
    """A page of the recordings of one agent with their segments, newest first, older than ``before``.

    Args:
        connection: of the transaction.
        agent_key: whose.
        before: ``next`` of the page before, or None for the first.
        limit: 1 to `PAGE_ITEMS_MAX`.

    Raises:
        LimitError: ``list.limit``.
    """
    if not 1 <= limit <= PAGE_ITEMS_MAX:
        raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} recordings, not {limit}.")
    rows = (await connection.execute(query_of_agent(agent_key, before).limit(limit + 1))).all()
    items = await _with_segments(connection, rows[:limit])
    more = len(rows) > limit
    return RecordingPage(items, RecordingCursor(items[-1].started_at_us, items[-1].id) if more else None)


def query_of_agent(agent_key: str, before: RecordingCursor | None) -> Select[Any]:
    """The query behind `list_recordings_of`, without its limit."""
    return _newest_first(before).where(recordings.c.agent_key == agent_key)


async def list_unfinished(connection: AsyncConnection, workstation: WorkstationId | None = None) -> list[Recording]:
    """Every recording in state RECORDING, of one workstation or of all: bounded by the number of workstations."""
    return list(await _with_segments(connection, (await connection.execute(query_unfinished(workstation))).all()))


def query_unfinished(workstation: WorkstationId | None) -> Select[Any]:
    """The query behind `list_unfinished`."""
    query = _newest_first(None).where(recordings.c.state == RecordingState.RECORDING)
    return query if workstation is None else query.where(recordings.c.workstation_id == workstation)


def _newest_first(before: RecordingCursor | None) -> Select[Any]:
    place = before or _NEWEST
    order = tuple_(recordings.c.started_at_us, recordings.c.id)
    query = select(recordings).where(order < (place.started_at_us, place.id))
    return query.order_by(recordings.c.started_at_us.desc(), recordings.c.id.desc())


async def set_recording_state(
    connection: AsyncConnection, recording: RecordingId, state: RecordingState, ended_at_us: int | None
) -> None:
    """Change the state. ``ended_at_us`` is None while it is RECORDING."""
    statement = update(recordings).where(recordings.c.id == recording)
    await connection.execute(statement.values(state=state, ended_at_us=ended_at_us))
    await note_changed(connection, [recording])


async def set_recording_start(connection: AsyncConnection, recording: RecordingId, started_at_us: int) -> None:
    """Let it begin earlier: a segment from before its first one has come late. Never moves it later."""
    statement = update(recordings).where(recordings.c.id == recording, recordings.c.started_at_us > started_at_us)
    await connection.execute(statement.values(started_at_us=started_at_us))
    await note_changed(connection, [recording])


async def note_blackout(connection: AsyncConnection, recording: RecordingId) -> bool:
    """A blackout has begun in it; returns whether that is new."""
    statement = update(recordings).where(recordings.c.id == recording, recordings.c.has_blackout.is_(False))
    is_new = (await connection.execute(statement.values(has_blackout=True))).rowcount > 0
    if is_new:
        await note_changed(connection, [recording])
    return is_new


async def has_known_gap(connection: AsyncConnection, recording: RecordingId) -> bool:
    """Whether a gap was told of it when its facts were set last."""
    query = select(recordings.c.has_gap).where(recordings.c.id == recording)
    return bool((await connection.execute(query)).scalar_one_or_none())


async def update_facts(connection: AsyncConnection, found: Recording) -> bool:
    """Set what the library filters by to what a recording's segments tell; returns whether it differs from before."""
    facts = facts_of(found)
    table = recordings.c
    differs = or_(
        table.length_us != facts.length_us, table.has_gap != facts.has_gap, table.has_blackout != facts.has_blackout
    )
    statement = update(recordings).where(table.id == found.id, differs)
    values = {"length_us": facts.length_us, "has_gap": facts.has_gap, "has_blackout": facts.has_blackout}
    differed = (await connection.execute(statement.values(values))).rowcount > 0
    if differed:
        await note_changed(connection, [found.id])
    return differed


async def name_site(connection: AsyncConnection, site: str, limit: int) -> int:
    """Say of up to ``limit`` recordings from before sites were noted where they were made; returns of how many."""
    query = select(recordings.c.id).where(recordings.c.site == "").order_by(recordings.c.number).limit(limit)
    nameless = list((await connection.execute(query)).scalars())
    if nameless:
        statement = update(recordings).where(recordings.c.id == bindparam("_id")).values(site=site)
        await connection.execute(statement, [{"_id": one} for one in nameless])
        await note_changed(connection, nameless)
    return len(nameless)


async def recordings_by_number(connection: AsyncConnection, numbers: Sequence[int]) -> tuple[Recording, ...]:
    """Recordings with their segments by where they stand in the library's columns, in the order asked for."""
    query = select(recordings).where(recordings.c.number.in_(numbers))
    rows = {row.number: row for row in (await connection.execute(query)).all()}
    return await _with_segments(connection, [rows[number] for number in numbers if number in rows])


async def _with_segments(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> tuple[Recording, ...]:
    ids: list[RecordingId] = [row.id for row in rows]
    if not ids:
        return ()
    by_recording: defaultdict[RecordingId, list[Segment]] = defaultdict(list)
    for segment in await segments_of(connection, ids):
        by_recording[segment.recording].append(segment)
    tags = await tags_of(connection, ids)
    held = await held_of(connection, ids)
    return tuple(_recording(row, by_recording[row.id], tags.get(row.id, ()), is_held=row.id in held) for row in rows)


def _recording(row: Row[Any], segments: Iterable[Segment], tags: tuple[str, ...], *, is_held: bool) -> Recording:
    parts = tuple(segments)
    return Recording(
        id=row.id,
        workstation=row.workstation_id,
        agent=row.agent,
        state=RecordingState(row.state),
        started_at_us=row.started_at_us,
        ended_at_us=row.ended_at_us,
        durable_bytes=sum(part.durable_bytes for part in parts),
        segments=parts,
        site=row.site,
        has_blackout=row.has_blackout,
        tags=tags,
        held=is_held,
    )
