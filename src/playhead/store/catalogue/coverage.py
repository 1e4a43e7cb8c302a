"""What the ledger of coverage is made from: journals of workstations, their connections, what exists; and past days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, String, Subquery, and_, delete, func, insert, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import WorkstationId
from playhead.domain.accounts import DayAccount
from playhead.domain.coverage import Ledger, Missing, Reason
from playhead.domain.history import Entry
from playhead.domain.spans import Span, Spans
from playhead.domain.timeline import UNPLAYABLE
from playhead.store.catalogue.schema import (
    coverage_days,
    erasure_segments,
    erasures,
    recordings,
    segments,
    workstation_links,
    workstation_states,
    workstations,
)

SEGMENT_US_MAX: Final = 25 * 3_600_000_000
"""A segment covers at most a day, and a little for its last records: how far back one may begin that reaches here."""

_states = workstation_states.c


async def newest_seq(connection: AsyncConnection, workstation: WorkstationId) -> int:
    """Number of the newest entry of a workstation's journal; 0 where there is none."""
    query = select(func.max(_states.seq)).where(_states.workstation_id == workstation)
    return (await connection.execute(query)).scalar() or 0


async def add_entries(connection: AsyncConnection, workstation: WorkstationId, entries: Iterable[Entry]) -> list[Entry]:
    """Add those entries of a journal that come after its newest one; returns them."""
    newest = await newest_seq(connection, workstation)
    added = [entry for entry in entries if entry.seq > newest]
    if added:
        rows = [
            {
                "workstation_id": workstation,
                "seq": entry.seq,
                "at_us": entry.at_us,
                "until_us": entry.until_us,
                "state": entry.state,
                "wanted": entry.wanted,
                "recording_id": entry.recording,
                "detail": entry.detail,
                "is_last": entry.last,
            }
            for entry in added
        ]
        await connection.execute(insert(workstation_states), rows)
    return added


async def drop_oldest(connection: AsyncConnection, workstation: WorkstationId, *, kept_max: int) -> int:
    """Forget a quarter of a journal, the oldest, where it holds more than so many entries; returns how many went."""
    of_it = _states.workstation_id == workstation
    count = (await connection.execute(select(func.count()).select_from(workstation_states).where(of_it))).scalar_one()
    if count <= kept_max:
        return 0
    query = select(_states.seq).where(of_it).order_by(_states.seq).offset(kept_max // 4).limit(1)
    first_kept = (await connection.execute(query)).scalar_one()
    return (await connection.execute(delete(workstation_states).where(of_it, _states.seq < first_kept))).rowcount


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of a workstation's connection."""

    at_us: int
    """When it came or went last."""
    connected: bool
    held_from_us: int = 0
    """When the oldest segment begins that it says that it holds; 0 where it holds none."""


async def set_link(connection: AsyncConnection, workstation: WorkstationId, **values: int | bool) -> None:
    """Note some of the fields of a workstation's `Link`."""
    of_it = workstation_links.c.workstation_id == workstation
    if (await connection.execute(update(workstation_links).where(of_it).values(**values))).rowcount == 0:
        row = {"workstation_id": workstation, "at_us": 0, "connected": False, "held_from_us": 0, **values}
        await connection.execute(insert(workstation_links).values(row))


async def lose_links(connection: AsyncConnection, at_us: int) -> list[WorkstationId]:
    """Note that nobody is connected any more; returns who was."""
    query = select(workstation_links.c.workstation_id).where(workstation_links.c.connected.is_(True))
    lost = list((await connection.execute(query.order_by(workstation_links.c.workstation_id))).scalars())
    statement = update(workstation_links).where(workstation_links.c.connected.is_(True))
    await connection.execute(statement.values(connected=False, at_us=at_us))
    return lost


async def links_of(connection: AsyncConnection, among: Collection[WorkstationId]) -> dict[WorkstationId, Link]:
    """Those of some workstations."""
    columns = workstation_links.c
    rows = (await connection.execute(select(workstation_links).where(columns.workstation_id.in_(among)))).all()
    return {row.workstation_id: Link(row.at_us, row.connected, row.held_from_us) for row in rows}


async def newest_changes(connection: AsyncConnection) -> dict[WorkstationId, Entry]:
    """The newest change in each workstation's journal."""
    newest = _newest_of(_states.seq, _states.workstation_id, _states.until_us == 0)
    matches = and_(_states.workstation_id == newest.c.id, _states.seq == newest.c.newest)
    rows = (await connection.execute(select(workstation_states).join(newest, matches))).all()
    return {row.workstation_id: _entry(row) for row in rows}


async def revoked_at(connection: AsyncConnection, among: Collection[WorkstationId]) -> dict[WorkstationId, int]:
    """When those of some workstations were revoked that were."""
    columns = workstations.c
    query = select(columns.id, columns.revoked_at_us)
    rows = (await connection.execute(query.where(columns.id.in_(among), columns.revoked_at_us.is_not(None)))).all()
    return {row.id: row.revoked_at_us for row in rows}


async def entries_between(
    connection: AsyncConnection, among: Collection[WorkstationId], from_us: int, to_us: int
) -> dict[WorkstationId, list[Entry]]:
    """What the journals say of a time: its entries, the last change before it, and stretches that reach into it.

    Without their recordings and words.
    """
    # Three queries, each with an index of its own; together they would have none.
    before = _newest_of(_states.at_us, _states.workstation_id, _states.until_us == 0, _states.at_us < from_us)
    is_before = and_(_states.workstation_id == before.c.id, _states.until_us == 0, _states.at_us == before.c.newest)
    columns = (_states.seq, _states.at_us, _states.state, _states.until_us, _states.wanted, _states.is_last)
    told = select(type_coerce(_states.workstation_id, String), *columns)
    are_those = _states.workstation_id.in_(among)
    queries = (
        told.join(before, is_before).where(before.c.id.in_(among)),
        told.where(are_those, _states.until_us > from_us, _states.at_us < from_us),
        told.where(are_those, _states.at_us >= from_us, _states.at_us < to_us),
    )
    names = {str(one): one for one in among}  # they are many times fewer than the rows
    found: defaultdict[WorkstationId, list[Entry]] = defaultdict(list)
    for query in queries:
        for name, seq, at_us, state, until_us, wanted, is_last in (await connection.execute(query)).all():
            found[names[name]].append(Entry(seq, at_us, state, until_us, wanted, last=is_last))
    for entries in found.values():
        entries.sort(key=lambda entry: entry.seq)
    return found


@dataclass(slots=True)
class Existing:
    """What exists of a workstation."""

    segments: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """From the beginning of each to where it covers."""
    recordings: set[tuple[int, int | None]] = field(default_factory=set[tuple[int, int | None]])
    """Beginning and end of the recordings that they belong to; None where it goes on."""


async def existing_between(
    connection: AsyncConnection, among: Collection[WorkstationId], from_us: int, to_us: int
) -> dict[WorkstationId, Existing]:
    """The segments that can be played and reach into a time; and those that were erased, which are not missing."""
    columns = segments.c
    query = (
        select(
            type_coerce(recordings.c.workstation_id, String),
            recordings.c.started_at_us.label("began_us"),
            recordings.c.ended_at_us,
            columns.started_at_us,
            columns.covered_us,
        )
        .join(recordings, recordings.c.id == columns.recording_id)
        .where(
            columns.started_at_us >= from_us - SEGMENT_US_MAX,
            columns.started_at_us < to_us,
            columns.started_at_us + columns.covered_us > from_us,
            columns.ended.notin_(UNPLAYABLE),
            recordings.c.workstation_id.in_(among),
        )
    )
    names = {str(one): one for one in among}
    found: defaultdict[WorkstationId, Existing] = defaultdict(Existing)
    for name, began_us, ended_us, started_us, covered_us in (await connection.execute(query)).all():
        existing = found[names[name]]
        existing.segments.append((started_us, started_us + covered_us))
        existing.recordings.add((began_us, ended_us))
    await _add_erased(connection, found, among, from_us, to_us)
    return found


async def _add_erased(
    connection: AsyncConnection,
    found: dict[WorkstationId, Existing],
    among: Collection[WorkstationId],
    from_us: int,
    to_us: int,
) -> None:
    columns = erasure_segments.c
    query = (
        select(
            erasures.c.workstation, erasures.c.started_at_us, erasures.c.length_us,
            columns.started_at_us.label("at_us"), columns.covered_us,
        )
        .join(erasures, erasures.c.id == columns.erasure_id)
        .where(
            columns.started_at_us >= from_us - SEGMENT_US_MAX,
            columns.started_at_us < to_us,
            columns.started_at_us + columns.covered_us > from_us,
            erasures.c.workstation.in_([str(one) for one in among]),
        )
    )  # fmt: skip
    for row in (await connection.execute(query)).all():
        existing = found[WorkstationId(row.workstation)]
        existing.segments.append((row.at_us, row.at_us + row.covered_us))
        existing.recordings.add((row.started_at_us, row.started_at_us + row.length_us))


@dataclass(frozen=True, slots=True)
class PastDay:
    """The ledger of a workstation's day, kept."""

    workstation: WorkstationId
    day: str
    """As ISO 8601 has it."""
    due_us: int
    kept_us: int
    missing: Sequence[Sequence[Any]]
    """From, to (microseconds from the day's beginning) and reason of each stretch."""
    kept: Sequence[Sequence[int]]
    is_final: bool
    """Nothing will be added to it that is expected."""


async def past_days(
    connection: AsyncConnection, day: str, among: Collection[WorkstationId]
) -> dict[WorkstationId, PastDay]:
    """What was kept of a day."""
    columns = coverage_days.c
    query = select(coverage_days).where(columns.day == day, columns.workstation_id.in_(among))
    return {
        row.workstation_id: PastDay(
            row.workstation_id, row.day, row.due_us, row.kept_us, row.missing, row.kept, row.is_final
        )
        for row in (await connection.execute(query)).all()
    }


def recalled(past: PastDay, from_us: int, to_us: int) -> DayAccount:
    """What was kept of a day as its account.

    Args:
        past: what was kept.
        from_us: wall time at which the day begins.
        to_us: and ends.
    """
    missing = tuple(Missing(from_us + one, from_us + two, Reason(reason)) for one, two, reason in past.missing)
    kept = Spans(tuple(Span(from_us + one, from_us + two) for one, two in past.kept))
    return DayAccount(past.workstation, past.day, from_us, to_us, Ledger(past.due_us, past.kept_us, missing), kept)


async def keep_days(connection: AsyncConnection, days: Sequence[PastDay]) -> None:
    """Keep days in place of what was kept of them before."""
    columns = coverage_days.c
    for day in days:
        of_it = and_(columns.workstation_id == day.workstation, columns.day == day.day)
        await connection.execute(delete(coverage_days).where(of_it))
    rows = [
        {
            "workstation_id": day.workstation,
            "day": day.day,
            "due_us": day.due_us,
            "kept_us": day.kept_us,
            "missing": day.missing,
            "kept": day.kept,
            "is_final": day.is_final,
        }
        for day in days
    ]
    if rows:
        await connection.execute(insert(coverage_days), rows)


async def forget_before(connection: AsyncConnection, at_us: int, day: str, *, limit: int) -> int:
    """Forget what is older than a time and a day, but the newest change of each workstation; returns how much it was.

    Args:
        connection: of the transaction.
        at_us: wall time.
        day: the first day that stays.
        limit: entries that go in one transaction.
    """
    newest = select(func.max(_states.seq)).where(_states.until_us == 0).group_by(_states.workstation_id)
    old = select(_states.workstation_id, _states.seq).where(_states.at_us < at_us, _states.seq.notin_(newest))
    rows = (await connection.execute(old.limit(limit))).all()
    for workstation, seq in rows:
        of_it = and_(_states.workstation_id == workstation, _states.seq == seq)
        await connection.execute(delete(workstation_states).where(of_it))
    days = await connection.execute(delete(coverage_days).where(coverage_days.c.day < day))
    return len(rows) + days.rowcount


def _newest_of(of: ColumnElement[int], workstation: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """The highest value for each workstation, found by one step into an index for each."""
    newest = select(func.max(of)).where(workstation == workstations.c.id, *conditions)
    return select(workstations.c.id, newest.scalar_subquery().label("newest")).subquery()


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.seq, row.at_us, row.state, row.until_us, row.wanted, row.recording_id, row.detail, last=row.is_last
    )
