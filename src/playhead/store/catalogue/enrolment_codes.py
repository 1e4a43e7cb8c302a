"""Enrolment codes: each lets one workstation in, once, for a while."""

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import RefusedError
from playhead.base.ids import WorkstationId
from playhead.store.catalogue.schema import enrolment_codes


async def add_code(
    connection: AsyncConnection,
    *,
    code_hash: bytes,
    workstation: WorkstationId | None,
    created_at_us: int,
    expires_at_us: int,
) -> None:
    """Add a code.

    Args:
        connection: of the transaction.
        code_hash: SHA-256 of the secret in the code; the secret itself is stored nowhere.
        workstation: the only one that may use it, or None for any.
        created_at_us: now.
        expires_at_us: from when it is refused.
    """
    values = {
        "code_hash": code_hash,
        "workstation_id": workstation,
        "created_at_us": created_at_us,
        "expires_at_us": expires_at_us,
        "used_at_us": None,
        "used_by": None,
    }
    await connection.execute(insert(enrolment_codes), values)


async def redeem_code(
    connection: AsyncConnection, code_hash: bytes, workstation: WorkstationId, now_us: int
) -> WorkstationId | None:
    """Use a code up, in the same transaction that enrols the workstation.

    Returns:
        The workstation that the code is for, or None where it is for any.

    Raises:
        RefusedError: ``enrolment.code``: unknown, expired, used, or for another workstation; which, is not told.
    """
    codes = enrolment_codes.c
    statement = update(enrolment_codes).where(
        codes.code_hash == code_hash,
        codes.used_at_us.is_(None),
        codes.expires_at_us > now_us,
        or_(codes.workstation_id.is_(None), codes.workstation_id == workstation),
    )
    if (await connection.execute(statement.values(used_at_us=now_us, used_by=workstation))).rowcount == 0:
        hint = "Ask for a new one: playhead premises enrolment-code."
        raise RefusedError("enrolment.code", "This enrolment code is not valid for this workstation.", hint=hint)
    return (await connection.execute(select(codes.workstation_id).where(codes.code_hash == code_hash))).scalar_one()


async def delete_expired_codes(connection: AsyncConnection, before_us: int) -> None:
    """Forget codes that expired before then, used or not."""
    await connection.execute(delete(enrolment_codes).where(enrolment_codes.c.expires_at_us <= before_us))
