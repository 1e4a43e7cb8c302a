"""The audit log: who did what to which, from where. Only ever added to, as a chain (`playhead.domain.audit_chain`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import LimitError
from playhead.domain.audit_chain import FIRST, Head, link
from playhead.domain.events import audited
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.schema import audit

PAGE_ITEMS_MAX: Final = 500
"""What one page may hold."""

TEXT_CHARS_MAX: Final = 1_024
"""Of each text in an entry, which may be what a stranger sent; the rest is cut off."""

DETAILS_MAX: Final = 32
"""Members of an entry's details."""


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
    page: str = ""
    """The portal's page that it was done from, as the browser said."""
    hash: bytes = b""
    """Of it and everything before it, given when it is added."""

    def linked(self, before: bytes) -> bytes:
        """The hash that it must have behind ``before``."""
        return link(
            before,
            number=self.id,
            at_us=self.at_us,
            actor=self.actor,
            action=self.action,
            subject=self.subject,
            address=self.address,
            page=self.page,
            details=self.details,
        )


async def add_audit_entry(connection: AsyncConnection, entry: AuditEntry) -> Head:
    """Add an entry, in the transaction of what it tells of. Holds no secret; its ``id`` and ``hash`` are given here."""
    last = await audit_head(connection)
    placed = AuditEntry(
        at_us=entry.at_us,
        actor=_told(entry.actor),
        action=_told(entry.action),
        subject=_told(entry.subject),
        address=_told(entry.address),
        details={
            _told(name): _told(value) if isinstance(value, str) else value
            for name, value in list(entry.details.items())[:DETAILS_MAX]
        },
        id=1 if last is None else last.id + 1,
        page=_told(entry.page),
    )
    head = Head(placed.id, placed.linked(FIRST if last is None else last.hash))
    values = {
        "id": placed.id,
        "at_us": placed.at_us,
        "actor": placed.actor,
        "action": placed.action,
        "subject": placed.subject,
        "address": placed.address,
        "page": placed.page,
        "details": dict(placed.details),
        "hash": head.hash,
    }
    await connection.execute(insert(audit), values)
    done = (placed.actor, placed.action, placed.subject, placed.address)
    await add_events(connection, [audited(placed.id, placed.at_us, head.hash, done, placed.details)])
    return head


async def audit_head(connection: AsyncConnection) -> Head | None:
    """The newest entry, or None."""
    row = (
        await connection.execute(select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1))
    ).one_or_none()
    return None if row is None else Head(row.id, row.hash)


async def audit_head_at(connection: AsyncConnection, number: int) -> Head | None:
    """The entry of an id, as a head, or None."""
    row = (await connection.execute(select(audit.c.hash).where(audit.c.id == number))).one_or_none()
    return None if row is None else Head(number, row.hash)


async def list_audit(
    connection: AsyncConnection,
    *,
    before: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
) -> list[AuditEntry]:
    """Up to ``limit`` entries, newest first, with an id below ``before``. For more filters see `audit_search`.

    Raises:
        LimitError: ``list.limit``.
    """
    check_limit(limit)
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    for column, value in ((audit.c.actor, actor), (audit.c.action, action), (audit.c.subject, subject)):
        if value is not None:
            query = query.where(column == value)
    return [entry_of(row) for row in (await connection.execute(query)).all()]


async def audit_after(connection: AsyncConnection, after: int, limit: int) -> list[AuditEntry]:
    """Up to ``limit`` entries with an id above ``after``, oldest first: for going through all of them."""
    query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
    return [entry_of(row) for row in (await connection.execute(query)).all()]


def check_limit(limit: int) -> None:
    """Refuse a page that is too long.

    Raises:
        LimitError: ``list.limit``.
    """
    if not 1 <= limit <= PAGE_ITEMS_MAX:
        raise LimitError("list.limit", f"A page holds 1 to {PAGE_ITEMS_MAX} entries, not {limit}.")


def entry_of(row: Row[Any]) -> AuditEntry:
    """An entry from its row."""
    return AuditEntry(
        row.at_us, row.actor, row.action, row.subject, row.address, row.details, row.id, row.page, row.hash
    )


def _told(text: str) -> str:
    """Text that every catalogue can keep: bounded, without NUL and lone surrogates."""
    return text[:TEXT_CHARS_MAX].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
