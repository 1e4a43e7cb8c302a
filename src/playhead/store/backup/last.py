"""When the last backup was made: for whoever watches that there is one."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import PlayheadError
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.audit import list_audit

DONE: Final = "backup.done"
"""The action in the audit log."""

LOOK_S: Final = 60.0

LAST: Final = Gauge("playhead_backup_last_timestamp_seconds", "When the last backup was made; 0 where there is none.")
FAULTS: Final = Gauge("playhead_backup_last_faults", "Segments that were not whole in the last backup.")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup, as the audit log tells of it."""

    id: str
    at_us: int
    faults: int


async def last_backup(connection: AsyncConnection) -> LastBackup | None:
    """The newest one; None where none was ever made."""
    found = await list_audit(connection, action=DONE, limit=1)
    return LastBackup(found[0].subject, found[0].at_us, int(found[0].details.get("faults", 0))) if found else None


async def watch_backups(catalogue: Catalogue, *, every_s: float = LOOK_S) -> None:
    """Keep the metrics, until cancelled: backups are made by another process."""
    while True:
        try:
            async with catalogue.reading() as connection:
                last = await last_backup(connection)
            LAST.set(0 if last is None else last.at_us / 1e6)
            FAULTS.set(0 if last is None else last.faults)
        except PlayheadError as error:
            _log.warning("last backup not known", code=error.code)
        await asyncio.sleep(every_s)
