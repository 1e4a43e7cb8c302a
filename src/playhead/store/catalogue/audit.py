"""The audit log: who did what to which, from where. Only ever added to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import LimitError
from playhead.store.catalogue.schema import audit

PAGE_ITEMS_MAX: Final = 500
"""What one page may hold."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done."""

    at_us: int
    actor: str
    """A user's id, a workstation's id, or ``system``."""
    action: str
    """Stable code, ``area.what``: ``recording.played``."""
    subject: str = ""
    """What it was done to, as text: the id of a recording, of a user."""
    address: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    id: int = 0
    """Its place in the log, given when it is added."""


async def add_audit_entry(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Add an entry, in the transaction of what it tells of. Holds no secret."""
    values = {
        "at_us": entry.at_us,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "address": entry.address,
        "details": dict(entry.details),
    }
    await connection.execute(insert(audit), values)


async def list_audit(
    connection: AsyncConnection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
) -> list[AuditEntry]:
    """Up to ``limit`` entries, newest first, with an id below ``before``.

    Raises:
        LimitError: ``list.limit``.
    """
    if not 1 <= limit <= PAGE_ITEMS_MAX:
        raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} entries, not {limit}.")
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    for column, value in ((audit.c.actor, actor), (audit.c.action, action), (audit.c.subject, subject)):
        if value is not None:
            query = query.where(column == value)
    return [
        AuditEntry(row.at_us, row.actor, row.action, row.subject, row.address, row.details, row.id)
        for row in (await connection.execute(query)).all()
    ]
