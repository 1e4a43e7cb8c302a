"""What is known of a user's way to sign in, beside the password's hash: its end, and the last time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import NotFoundError
from playhead.base.ids import UserId
from playhead.store.catalogue.schema import users


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """Of one user."""

    has_password: bool
    password_expires_at_us: int | None
    """From then on it is good for nothing but choosing another."""
    signed_in_at_us: int | None
    """The last time; None for never."""


async def sign_in_facts(connection: AsyncConnection, some: Sequence[UserId]) -> dict[UserId, SignInFacts]:
    """Of some users, by id."""
    columns = (users.c.id, users.c.password_hash, users.c.password_expires_at_us, users.c.signed_in_at_us)
    rows = (await connection.execute(select(*columns).where(users.c.id.in_(some)))).all()
    return {
        row.id: SignInFacts(bool(row.password_hash), row.password_expires_at_us, row.signed_in_at_us) for row in rows
    }


async def set_password(
    connection: AsyncConnection, user: UserId, password_hash: str, *, expires_at_us: int | None = None
) -> None:
    """Give a user another password.

    Args:
        connection: writing.
        user: whose.
        password_hash: as argon2 encodes it.
        expires_at_us: when another one has to be chosen; None never.

    Raises:
        NotFoundError: ``user.not_found``.
    """
    values = {"password_hash": password_hash, "password_expires_at_us": expires_at_us}
    if (await connection.execute(update(users).where(users.c.id == user).values(**values))).rowcount == 0:
        raise NotFoundError("user.not_found", f"There is no user {user}.")


async def note_sign_in(connection: AsyncConnection, user: UserId, now_us: int) -> None:
    """Remember when a user has signed in."""
    await connection.execute(update(users).where(users.c.id == user).values(signed_in_at_us=now_us))
