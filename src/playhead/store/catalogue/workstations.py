"""Workstations: who is enrolled, by which key, and when each was last here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import WorkstationId
from playhead.domain.signers import Signer
from playhead.store.catalogue.schema import workstation_signers, workstations

PAGE_ITEMS_MAX: Final = 1_000
"""What one page may hold."""


@dataclass(frozen=True, slots=True)
class Workstation:
    """An enrolled workstation."""

    id: WorkstationId
    signer: bytes
    """Its Ed25519 public key, 32 bytes (RFC 8032): of its certificate, and of the seals it signs."""
    certificate_hash: bytes
    """SHA-256 of its certificate (DER)."""
    enrolled_at_us: int
    revoked_at_us: int | None = None
    seen_at_us: int | None = None
    software: str = ""
    agent: str = ""
    """Operating-system login of who sat there when it was last seen."""


async def enrol_workstation(
    connection: AsyncConnection, *, workstation: WorkstationId, signer: bytes, certificate_hash: bytes, now_us: int
) -> None:
    """Add a workstation, or give a known one its new key; either way it is not revoked afterwards.

    The keys it had before are kept (`list_signers`): what they signed stays as good as it was.
    """
    values: dict[str, Any] = {"signer": signer, "certificate_hash": certificate_hash, "enrolled_at_us": now_us}
    statement = update(workstations).where(workstations.c.id == workstation)
    changed = await connection.execute(statement.values(**values, revoked_at_us=None))
    if changed.rowcount == 0:
        await connection.execute(insert(workstations).values(id=workstation, **values, software="", agent=""))
    known = await list_signers(connection, workstation)
    if not known or known[-1].key != signer:
        since_us = max(now_us, known[-1].since_us + 1) if known else now_us  # in order, also with a clock set back
        row = {"workstation_id": workstation, "since_us": since_us, "signer": signer}
        await connection.execute(insert(workstation_signers).values(row))


async def list_signers(connection: AsyncConnection, workstation: WorkstationId) -> list[Signer]:
    """Every key that it was enrolled with, oldest first; the last is its present one."""
    columns = workstation_signers.c
    query = select(columns.signer, columns.since_us).where(columns.workstation_id == workstation)
    rows = (await connection.execute(query.order_by(columns.since_us))).all()
    return [Signer(key=row.signer, since_us=row.since_us) for row in rows]


async def find_workstation(connection: AsyncConnection, workstation: WorkstationId) -> Workstation | None:
    """One workstation, or None."""
    row = (await connection.execute(select(workstations).where(workstations.c.id == workstation))).one_or_none()
    return None if row is None else _workstation(row)


async def get_workstation(connection: AsyncConnection, workstation: WorkstationId) -> Workstation:
    """One workstation.

    Raises:
        NotFoundError: ``workstation.not_found``.
    """
    found = await find_workstation(connection, workstation)
    if found is None:
        raise NotFoundError("workstation.not_found", f"There is no workstation {workstation}.")
    return found


async def list_workstations(
    connection: AsyncConnection, *, after: WorkstationId | None = None, limit: int = PAGE_ITEMS_MAX
) -> list[Workstation]:
    """Up to ``limit`` workstations by name, from the one after ``after``."""
    query = select(workstations).order_by(workstations.c.id).limit(min(limit, PAGE_ITEMS_MAX))
    if after is not None:
        query = query.where(workstations.c.id > after)
    return [_workstation(row) for row in (await connection.execute(query)).all()]


async def workstation_names(connection: AsyncConnection) -> list[WorkstationId]:
    """The names of all, those shut out included."""
    return list((await connection.execute(select(workstations.c.id))).scalars())


async def revoke_workstation(connection: AsyncConnection, workstation: WorkstationId, now_us: int) -> None:
    """Refuse it from now on.

    Raises:
        NotFoundError: ``workstation.not_found``.
    """
    statement = update(workstations).where(workstations.c.id == workstation)
    if (await connection.execute(statement.values(revoked_at_us=now_us))).rowcount == 0:
        raise NotFoundError("workstation.not_found", f"There is no workstation {workstation}.")


async def list_revoked(connection: AsyncConnection, among: Collection[WorkstationId]) -> set[WorkstationId]:
    """Those of some workstations that have been revoked."""
    query = select(workstations.c.id).where(workstations.c.revoked_at_us.is_not(None))
    return {found for found in (await connection.execute(query)).scalars() if found in among}


async def note_seen(
    connection: AsyncConnection, workstation: WorkstationId, *, software: str, agent: str, now_us: int
) -> None:
    """Note that it is here, with which software and whom."""
    statement = update(workstations).where(workstations.c.id == workstation)
    await connection.execute(statement.values(software=software, agent=agent, seen_at_us=now_us))


def _workstation(row: Row[Any]) -> Workstation:
    return Workstation(
        id=row.id,
        signer=row.signer,
        certificate_hash=row.certificate_hash,
        enrolled_at_us=row.enrolled_at_us,
        revoked_at_us=row.revoked_at_us,
        seen_at_us=row.seen_at_us,
        software=row.software,
        agent=row.agent,
    )
