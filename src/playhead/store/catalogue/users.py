"""Users: the people who sign in to the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, String, func, insert, or_, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.errors import ConflictError, InvalidInputError, NotFoundError
from playhead.base.ids import UserId
from playhead.domain.roles import Assignment
from playhead.store.catalogue.access import count_administrators, keep_administrator, set_assignments
from playhead.store.catalogue.schema import users

PAGE_ITEMS_MAX: Final = 200
"""What one page may hold."""

RESERVED: Final = frozenset({"operator", "system", "unknown"})
"""What the audit log calls those who are no users (`AuditEntry.actor`)."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in."""

    id: UserId
    name: str
    """As people write it."""
    password_hash: str
    """As argon2 encodes it, with its parameters and salt (RFC 9106)."""
    created_at_us: int
    disabled_at_us: int | None = None

    def __repr__(self) -> str:
        return f"User(id={self.id}, disabled={self.disabled_at_us is not None})"


async def add_user(connection: AsyncConnection, user: User, roles: Sequence[Assignment] = ()) -> None:
    """Add a user with these roles.

    Raises:
        InvalidInputError: ``user.reserved``.
        ConflictError: ``user.exists``.
        NotFoundError: ``role.not_found``.
    """
    if str(user.id) in RESERVED:
        hint = "Use another id."
        raise InvalidInputError("user.reserved", f"The audit log calls no person {user.id}.", hint=hint)
    values = {
        "id": user.id,
        "name": user.name,
        "password_hash": user.password_hash,
        "created_at_us": user.created_at_us,
        "disabled_at_us": user.disabled_at_us,
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(users), values)
    except IntegrityError as error:
        raise ConflictError("user.exists", f"There is a user {user.id} already.") from error
    await set_assignments(connection, user.id, roles)


async def find_user(connection: AsyncConnection, user: UserId) -> User | None:
    """One user, or None."""
    row = (await connection.execute(select(users).where(users.c.id == user))).one_or_none()
    return None if row is None else _user(row)


async def list_users(
    connection: AsyncConnection, *, after: UserId | None = None, limit: int = PAGE_ITEMS_MAX, text: str = ""
) -> list[User]:
    """Up to ``limit`` users by id, from the one after ``after``; with ``text`` in the id or the name, in any case."""
    query = select(users).order_by(users.c.id).limit(min(limit, PAGE_ITEMS_MAX))
    if after is not None:
        query = query.where(users.c.id > after)
    if text:
        wanted = text.lower()
        # The id through a plain text type: what is looked for need not be an id itself.
        parts = (func.lower(type_coerce(users.c.id, String)), func.lower(users.c.name))
        query = query.where(or_(*(part.contains(wanted, autoescape=True) for part in parts)))
    return [_user(row) for row in (await connection.execute(query)).all()]


async def set_name(connection: AsyncConnection, user: UserId, name: str) -> None:
    """Let the user be called otherwise.

    Raises:
        NotFoundError: ``user.not_found``.
    """
    await _change(connection, user, name=name)


async def get_user(connection: AsyncConnection, user: UserId) -> User:
    """One user.

    Raises:
        NotFoundError: ``user.not_found``.
    """
    found = await find_user(connection, user)
    if found is None:
        raise NotFoundError("user.not_found", f"There is no user {user}.")
    return found


async def set_password_hash(connection: AsyncConnection, user: UserId, password_hash: str) -> None:
    """Replace the password (or its hash, when its parameters have become too weak).

    Raises:
        NotFoundError: ``user.not_found``.
    """
    await _change(connection, user, password_hash=password_hash)


async def set_disabled(connection: AsyncConnection, user: UserId, disabled_at_us: int | None) -> None:
    """Refuse the user from then on, or (None) no longer.

    Raises:
        NotFoundError: ``user.not_found``.
        ConflictError: ``user.last_administrator``.
    """
    before = await count_administrators(connection)
    await _change(connection, user, disabled_at_us=disabled_at_us)
    await keep_administrator(connection, before)


async def _change(connection: AsyncConnection, user: UserId, **values: str | int | None) -> None:
    result = await connection.execute(update(users).where(users.c.id == user).values(**values))
    if result.rowcount == 0:
        raise NotFoundError("user.not_found", f"There is no user {user}.")


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        password_hash=row.password_hash,
        created_at_us=row.created_at_us,
        disabled_at_us=row.disabled_at_us,
    )
