"""Who users are at the organisation's own sign-in (OpenID Connect Core 1.0 §2: issuer and subject)."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError
from playhead.base.ids import UserId
from playhead.store.catalogue.schema import outside_identities as table


async def find_user_of(connection: AsyncConnection, issuer: str, subject: str) -> UserId | None:
    """The user that somebody outside was linked with, or None."""
    query = select(table.c.user_id).where(table.c.issuer == issuer, table.c.subject == subject)
    return (await connection.execute(query)).scalar_one_or_none()


async def link_identity(connection: AsyncConnection, issuer: str, subject: str, user: UserId, now_us: int) -> None:
    """Link a user with somebody outside, for good.

    Raises:
        ConflictError: ``oidc.other_identity`` where the user is linked with another one there.
    """
    values = {"issuer": issuer, "subject": subject, "user_id": user, "linked_at_us": now_us}
    try:
        async with connection.begin_nested():
            await connection.execute(insert(table), values)
    except IntegrityError as error:
        message = f"{user} belongs to another identity at this sign-in."
        raise ConflictError("oidc.other_identity", message, hint="Ask an administrator.") from error


async def with_identity(connection: AsyncConnection, some: Sequence[UserId]) -> set[UserId]:
    """Those of some users who are linked with somebody outside."""
    return set((await connection.execute(select(table.c.user_id).where(table.c.user_id.in_(some)))).scalars())
