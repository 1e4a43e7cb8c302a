"""One-time codes: each lets one site in, once, for a while."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import RefusedError
from playhead.base.ids import TenantSite
from playhead.store.sites.schema import site_codes


async def add_code(
    connection: AsyncConnection, site: TenantSite, code_hash: bytes, *, created_at_us: int, expires_at_us: int
) -> None:
    """Add a code.

    Args:
        connection: of the transaction.
        site: whom it lets in.
        code_hash: SHA-256 of the secret in the code; the secret itself is stored nowhere.
        created_at_us: now.
        expires_at_us: from when it is refused.
    """
    values = {
        "code_hash": code_hash,
        "tenant_id": site.tenant,
        "site_id": site.site,
        "created_at_us": created_at_us,
        "expires_at_us": expires_at_us,
    }
    await connection.execute(insert(site_codes), values)


async def redeem_code(connection: AsyncConnection, code_hash: bytes, now_us: int) -> TenantSite:
    """Use a code up, in the transaction that enrols the site; whose it is.

    Raises:
        RefusedError: ``enrolment.code``: unknown, expired or used; which, is not told.
    """
    codes = site_codes.c
    good = (codes.code_hash == code_hash, codes.used_at_us.is_(None), codes.expires_at_us > now_us)
    if (await connection.execute(update(site_codes).where(*good).values(used_at_us=now_us))).rowcount == 0:
        hint = "Ask the cloud's administrator for a new one: playhead cloud site code."
        raise RefusedError("enrolment.code", "This code is not valid.", hint=hint)
    row = (await connection.execute(select(codes.tenant_id, codes.site_id).where(codes.code_hash == code_hash))).one()
    return TenantSite(row.tenant_id, row.site_id)
