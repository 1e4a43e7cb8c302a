"""Finding entries of the audit log by who, what, to what, from where, when, and any text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.store.catalogue.audit import AuditEntry, check_limit, entry_of
from playhead.store.catalogue.schema import audit

LOOKED_AT_MAX: Final = 100_000
"""Entries that one search goes through where no index has just those wanted: about 200 ms. Past it the page may be
short, or empty, and its ``next`` goes on from there."""

SET_BACK_US: Final = 86_400_000_000
"""Entries are in the order in which they were made. Where the clock was set back by more than this in between, a
search by time may miss what was written meanwhile."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is wanted of an entry; None of anything asks nothing."""

    actor: str | None = None
    action: str | None = None
    """A code, or an area of codes (``recording`` for ``recording.played`` and the like)."""
    subject: str | None = None
    address: str | None = None
    page: str | None = None
    """The beginning of it."""
    from_us: int | None = None
    to_us: int | None = None
    """Up to and including."""
    text: str | None = None
    """Anywhere in the entry, without regard to case."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first, and the ``before`` of the following page (None at the end)."""

    items: Sequence[AuditEntry]
    next: int | None


async def search_audit(
    connection: AsyncConnection, wanted: AuditFilter, *, before: int | None = None, limit: int = 100
) -> AuditPage:
    """A page of entries with an id below ``before``.

    Raises:
        LimitError: ``list.limit``.
    """
    check_limit(limit)
    bounds = await _bounds(connection, wanted, before)
    if bounds is None:
        return AuditPage((), None)
    lowest, highest = bounds
    floor = lowest
    if _is_costly(wanted):
        floor = max(lowest, highest - LOOKED_AT_MAX + 1)
    query = select(audit).where(audit.c.id >= floor, audit.c.id <= highest, *_conditions(wanted))
    rows = (await connection.execute(query.order_by(audit.c.id.desc()).limit(limit))).all()
    items = [entry_of(row) for row in rows]
    if len(items) == limit and items[-1].id > lowest:
        return AuditPage(items, items[-1].id)
    return AuditPage(items, floor if floor > lowest else None)


async def _bounds(connection: AsyncConnection, wanted: AuditFilter, before: int | None) -> tuple[int, int] | None:
    """The lowest and the highest id that may be wanted; None where there is none."""
    newest = select(audit.c.id).order_by(audit.c.id.desc())
    if before is not None:
        newest = newest.where(audit.c.id < before)
    highest = (await connection.execute(newest.limit(1))).scalar()
    lowest = 1
    if wanted.from_us is not None and highest is not None:
        # No entry before this one is younger than it by more than the clock was ever set back.
        query = select(audit.c.id).where(audit.c.at_us < wanted.from_us - SET_BACK_US)
        query = query.order_by(audit.c.at_us.desc(), audit.c.id.desc()).limit(1)
        lowest = (await connection.execute(query)).scalar() or 1
    if wanted.to_us is not None and highest is not None:
        query = select(audit.c.id).where(audit.c.at_us > wanted.to_us + SET_BACK_US)
        last = (await connection.execute(query.order_by(audit.c.at_us, audit.c.id).limit(1))).scalar()
        highest = highest if last is None else min(highest, last)
    return None if highest is None or lowest > highest else (lowest, highest)


def _is_costly(wanted: AuditFilter) -> bool:
    """Whether what is wanted may be rare among what an index finds."""
    by_index = [value for value in (wanted.actor, wanted.subject, wanted.address) if value is not None]
    if wanted.action is not None and "." in wanted.action:
        by_index.append(wanted.action)
    area = wanted.action is not None and "." not in wanted.action
    return bool(wanted.text or wanted.page or area or len(by_index) > 1)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns: list[tuple[Any, str | None]] = [
        (audit.c.actor, wanted.actor),
        (audit.c.subject, wanted.subject),
        (audit.c.address, wanted.address),
    ]
    found: list[ColumnElement[bool]] = [column == value for column, value in columns if value is not None]
    if wanted.action is not None:
        area = audit.c.action.startswith(f"{wanted.action}.", autoescape=True)
        found.append(audit.c.action == wanted.action if "." in wanted.action else area)
    if wanted.page is not None:
        found.append(audit.c.page.startswith(wanted.page, autoescape=True))
    if wanted.from_us is not None:
        found.append(audit.c.at_us >= wanted.from_us)
    if wanted.to_us is not None:
        found.append(audit.c.at_us <= wanted.to_us)
    if wanted.text:
        texts = (audit.c.actor, audit.c.action, audit.c.subject, audit.c.address, audit.c.page)
        everything = (*texts, cast(audit.c.details, Text))
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in everything)))
    return found
