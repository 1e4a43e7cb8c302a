"""What the doctor found on each workstation: the newest report, as it came."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import WorkstationId
from playhead.store.catalogue.schema import workstation_reports

PAGE_ITEMS_MAX: Final = 50
"""Reports of one page: at their longest they take 5 MiB."""


@dataclass(frozen=True, slots=True)
class KeptReport:
    """The newest report of a workstation."""

    workstation: WorkstationId
    at_us: int
    """When it was made, by the workstation's wall clock."""
    received_at_us: int
    report: str
    """JSON (docs/services/environment.md)."""


async def keep_report(connection: AsyncConnection, report: KeptReport) -> None:
    """Put it in the place of the one before."""
    values = {"at_us": report.at_us, "received_at_us": report.received_at_us, "report": report.report}
    statement = update(workstation_reports).where(workstation_reports.c.workstation_id == report.workstation)
    if (await connection.execute(statement.values(**values))).rowcount == 0:
        await connection.execute(insert(workstation_reports).values(workstation_id=report.workstation, **values))


async def find_report(connection: AsyncConnection, workstation: WorkstationId) -> KeptReport | None:
    """The newest of one workstation, or None."""
    query = select(workstation_reports).where(workstation_reports.c.workstation_id == workstation)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _kept(row)


async def list_reports(connection: AsyncConnection, *, after: WorkstationId | None = None) -> list[KeptReport]:
    """Up to `PAGE_ITEMS_MAX`, by the workstation's name, from the one after ``after``."""
    query = select(workstation_reports).order_by(workstation_reports.c.workstation_id).limit(PAGE_ITEMS_MAX)
    if after is not None:
        query = query.where(workstation_reports.c.workstation_id > after)
    return [_kept(row) for row in (await connection.execute(query)).all()]


def _kept(row: Row[Any]) -> KeptReport:
    return KeptReport(row.workstation_id, row.at_us, row.received_at_us, row.report)
