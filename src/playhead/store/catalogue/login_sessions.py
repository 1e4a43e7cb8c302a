"""Login sessions: who is signed in, by the hash of the secret in the browser's cookie."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import UserId
from playhead.store.catalogue.schema import login_sessions

PER_USER_MAX: Final = 100
"""Sign-ins of one user. A further one ends the one that was used longest ago."""

PAGE_ITEMS_MAX: Final = 200
"""What one page may hold."""


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One sign-in of one user in one browser."""

    key_hash: bytes
    """SHA-256 of the secret in the cookie; the secret itself is stored nowhere."""
    public_id: str
    """What it is called where it is listed; tells nothing of the secret."""
    user: UserId
    created_at_us: int
    seen_at_us: int
    """When it was last known to be used: written down with the end that moves on."""
    expires_at_us: int
    address: str
    """Where it was opened from."""
    agent: str = ""
    """The browser, in short."""


async def add_login_session(connection: AsyncConnection, login_session: LoginSession) -> None:
    """Add a sign-in of a user who exists, in place of the oldest where there are `PER_USER_MAX`."""
    of_user = login_sessions.c.user_id == login_session.user
    kept = (
        select(login_sessions.c.key_hash)
        .where(of_user)
        .order_by(login_sessions.c.seen_at_us.desc(), login_sessions.c.key_hash)
        .limit(PER_USER_MAX - 1)
    )
    await connection.execute(delete(login_sessions).where(of_user, login_sessions.c.key_hash.not_in(kept)))
    values = {
        "key_hash": login_session.key_hash,
        "public_id": login_session.public_id,
        "user_id": login_session.user,
        "created_at_us": login_session.created_at_us,
        "seen_at_us": login_session.seen_at_us,
        "expires_at_us": login_session.expires_at_us,
        "address": login_session.address,
        "agent": login_session.agent,
    }
    await connection.execute(insert(login_sessions), values)


async def find_login_session(connection: AsyncConnection, key_hash: bytes, now_us: int) -> LoginSession | None:
    """The sign-in with that secret, or None where there is none or it has expired."""
    query = select(login_sessions).where(login_sessions.c.key_hash == key_hash, login_sessions.c.expires_at_us > now_us)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _login_session(row)


async def extend_login_session(
    connection: AsyncConnection, key_hash: bytes, *, seen_at_us: int, expires_at_us: int
) -> None:
    """Move the end of a sign-in on, because it is used. Harmless where it is gone already."""
    statement = update(login_sessions).where(login_sessions.c.key_hash == key_hash)
    await connection.execute(statement.values(seen_at_us=seen_at_us, expires_at_us=expires_at_us))


async def delete_login_session(connection: AsyncConnection, key_hash: bytes) -> None:
    """Sign out. Harmless where it is gone already."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.key_hash == key_hash))


async def delete_login_sessions_of(
    connection: AsyncConnection, user: UserId, *, except_key_hash: bytes | None = None
) -> int:
    """Sign a user out everywhere (a new password, a disabled user), or everywhere but here; how often that was."""
    statement = delete(login_sessions).where(login_sessions.c.user_id == user)
    if except_key_hash is not None:
        statement = statement.where(login_sessions.c.key_hash != except_key_hash)
    return (await connection.execute(statement)).rowcount


async def find_by_public_id(connection: AsyncConnection, public_id: str, now_us: int) -> LoginSession | None:
    """The sign-in that is listed under this name, or None where there is none or it has expired."""
    query = select(login_sessions).where(
        login_sessions.c.public_id == public_id, login_sessions.c.expires_at_us > now_us
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _login_session(row)


async def list_login_sessions(
    connection: AsyncConnection,
    now_us: int,
    *,
    user: UserId | None = None,
    before: tuple[int, str] | None = None,
    limit: int = PAGE_ITEMS_MAX,
) -> list[LoginSession]:
    """Sign-ins that hold, the last used first.

    Args:
        connection: of the transaction.
        now_us: what has expired by then is left out.
        user: only theirs.
        before: ``seen_at_us`` and ``public_id`` of the last one of the page before.
        limit: up to `PAGE_ITEMS_MAX`.
    """
    place = tuple_(login_sessions.c.seen_at_us, login_sessions.c.public_id)
    query = select(login_sessions).where(login_sessions.c.expires_at_us > now_us)
    if user is not None:
        query = query.where(login_sessions.c.user_id == user)
    if before is not None:
        query = query.where(place < before)
    query = query.order_by(login_sessions.c.seen_at_us.desc(), login_sessions.c.public_id.desc())
    found = await connection.execute(query.limit(min(limit, PAGE_ITEMS_MAX)))
    return [_login_session(row) for row in found.all()]


async def delete_expired(connection: AsyncConnection, now_us: int) -> None:
    """Forget the sign-ins that have run out."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.expires_at_us <= now_us))


def _login_session(row: Row[Any]) -> LoginSession:
    return LoginSession(
        key_hash=row.key_hash,
        public_id=row.public_id,
        user=row.user_id,
        created_at_us=row.created_at_us,
        seen_at_us=row.seen_at_us,
        expires_at_us=row.expires_at_us,
        address=row.address,
        agent=row.agent,
    )
