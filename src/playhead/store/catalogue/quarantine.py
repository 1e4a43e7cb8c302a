"""The list of what waits for somebody: segments that are not whole or were refused, exports that fail."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import WorkstationId
from playhead.domain.quarantine import REFUSED_MAX, Kind, Order, Quarantined
from playhead.store.catalogue.schema import quarantine

PAGE_ITEMS_MAX: Final = 200

_ORDER: Final = "order"
_ORDER_STATE: Final = "order_state"
_ORDER_MESSAGE: Final = "order_message"

_CODE_CHARS_MAX: Final = 64
_MESSAGE_CHARS_MAX: Final = 1_024


async def quarantine_one(connection: AsyncConnection, found: Quarantined) -> Quarantined:
    """Add something, or say of what is there already that it was found so again; returns it as it is listed.

    Of segments that wait at one workstation `REFUSED_MAX` are listed, the newest.
    """
    before = await find_quarantined(connection, found.kind, found.subject)
    values: dict[str, Any] = {
        "recording_id": found.recording,
        "workstation_id": found.workstation,
        "place": found.place,
        "location": found.location,
        "code": found.code[:_CODE_CHARS_MAX],
        "message": found.message[:_MESSAGE_CHARS_MAX],
        "bytes": found.bytes,
        "at_us": found.at_us,
        "details": dict(found.details),
    }
    if before is not None and before.order is not None and before.order.state == "waiting":
        values["details"] |= _order_values(before.order)  # it has not heard of it yet
    if before is not None:
        changed = update(quarantine).where(quarantine.c.id == before.id)
        await connection.execute(changed.values(**values, attempts=before.attempts + 1))
        return await get_quarantined(connection, before.id)
    values |= {"kind": found.kind, "subject": found.subject, "first_at_us": found.at_us, "attempts": found.attempts}
    added = await connection.execute(insert(quarantine).values(values).returning(quarantine.c.id))
    number: int = added.scalar_one()
    if found.place == "workstation":
        await _forget_oldest(connection, found)
    return await get_quarantined(connection, number)


async def find_quarantined(connection: AsyncConnection, kind: Kind, subject: str) -> Quarantined | None:
    """One thing by what it is, or None."""
    query = select(quarantine).where(quarantine.c.kind == kind, quarantine.c.subject == subject)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _quarantined(row)


async def get_quarantined(connection: AsyncConnection, number: int) -> Quarantined:
    """One thing by its place in the list.

    Raises:
        NotFoundError: ``quarantine.not_found``.
    """
    row = (await connection.execute(select(quarantine).where(quarantine.c.id == number))).one_or_none()
    if row is None:
        text = f"Nothing with the number {number} is in quarantine."
        raise NotFoundError("quarantine.not_found", text, hint="`playhead quarantine list` has what is.")
    return _quarantined(row)


async def list_quarantined(connection: AsyncConnection, *, before: int | None, limit: int) -> list[Quarantined]:
    """Up to ``limit`` things, newest first, those added before ``before``."""
    query = select(quarantine).order_by(quarantine.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(quarantine.c.id < before)
    return [_quarantined(row) for row in (await connection.execute(query)).all()]


async def count_quarantined(connection: AsyncConnection) -> int:
    """How many things wait."""
    return (await connection.execute(select(func.count()).select_from(quarantine))).scalar_one()


async def aside_locations(connection: AsyncConnection, locations: Collection[str]) -> set[str]:
    """Those of ``locations`` whose files the list knows."""
    query = select(quarantine.c.location).where(quarantine.c.location.in_(locations))
    return set((await connection.execute(query)).scalars())


async def refused_subjects(connection: AsyncConnection) -> set[str]:
    """The segments that wait at their workstations."""
    query = select(quarantine.c.subject).where(quarantine.c.kind == "segment", quarantine.c.place == "workstation")
    return set((await connection.execute(query)).scalars())


async def list_ordered(connection: AsyncConnection, workstation: WorkstationId) -> list[Quarantined]:
    """What a workstation is to be told about segments that it keeps, oldest first. At most `REFUSED_MAX`."""
    query = select(quarantine).where(quarantine.c.workstation_id == workstation, quarantine.c.place == "workstation")
    found = [_quarantined(row) for row in (await connection.execute(query.order_by(quarantine.c.id))).all()]
    return [one for one in found if one.order is not None and one.order.state == "waiting"]


async def set_order(connection: AsyncConnection, found: Quarantined, order: Order | None) -> None:
    """Note what the workstation is to do, or that it is over. Nothing where it is not on the list any more."""
    values = dict(found.details) | ({} if order is None else _order_values(order))
    await connection.execute(update(quarantine).where(quarantine.c.id == found.id).values(details=values))


async def release_quarantined(connection: AsyncConnection, kind: Kind, subject: str) -> bool:
    """Take something off the list; returns whether it was there."""
    statement = delete(quarantine).where(quarantine.c.kind == kind, quarantine.c.subject == subject)
    return (await connection.execute(statement)).rowcount > 0


async def _forget_oldest(connection: AsyncConnection, found: Quarantined) -> None:
    those = select(quarantine.c.id).where(
        quarantine.c.workstation_id == found.workstation, quarantine.c.place == "workstation"
    )
    beyond = those.order_by(quarantine.c.id.desc()).offset(REFUSED_MAX).limit(1)
    oldest = (await connection.execute(beyond)).scalar_one_or_none()
    if oldest is not None:
        gone = delete(quarantine).where(quarantine.c.id.in_(those.where(quarantine.c.id <= oldest)))
        await connection.execute(gone)


def _order_values(order: Order) -> dict[str, str | int]:
    return {_ORDER: order.name, _ORDER_STATE: order.state, _ORDER_MESSAGE: order.message[:_MESSAGE_CHARS_MAX]}


def _quarantined(row: Row[Any]) -> Quarantined:
    details = dict(row.details)
    name, state, message = (details.pop(key, "") for key in (_ORDER, _ORDER_STATE, _ORDER_MESSAGE))
    return Quarantined(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        recording=row.recording_id,
        workstation=row.workstation_id,
        place=row.place,
        location=row.location,
        code=row.code,
        message=row.message,
        bytes=row.bytes,
        first_at_us=row.first_at_us,
        at_us=row.at_us,
        attempts=row.attempts,
        details=details,
        order=Order(name, state, message) if name else None,
    )
