"""Login sessions: who is signed in, by the hash of the secret in the browser's cookie."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import UserId
from playhead.store.catalogue.schema import login_sessions


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One sign-in of one user in one browser."""

    key_hash: bytes
    """SHA-256 of the secret in the cookie; the secret itself is stored nowhere."""
    user: UserId
    created_at_us: int
    expires_at_us: int
    address: str
    """Where it was opened from."""


async def add_login_session(connection: AsyncConnection, login_session: LoginSession) -> None:
    """Add a sign-in of a user who exists."""
    values = {
        "key_hash": login_session.key_hash,
        "user_id": login_session.user,
        "created_at_us": login_session.created_at_us,
        "expires_at_us": login_session.expires_at_us,
        "address": login_session.address,
    }
    await connection.execute(insert(login_sessions), values)


async def find_login_session(connection: AsyncConnection, key_hash: bytes, now_us: int) -> LoginSession | None:
    """The sign-in with that secret, or None where there is none or it has expired."""
    query = select(login_sessions).where(login_sessions.c.key_hash == key_hash, login_sessions.c.expires_at_us > now_us)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return LoginSession(row.key_hash, row.user_id, row.created_at_us, row.expires_at_us, row.address)


async def extend_login_session(connection: AsyncConnection, key_hash: bytes, expires_at_us: int) -> None:
    """Move the end of a sign-in on, because it is used. Harmless where it is gone already."""
    statement = update(login_sessions).where(login_sessions.c.key_hash == key_hash)
    await connection.execute(statement.values(expires_at_us=expires_at_us))


async def delete_login_session(connection: AsyncConnection, key_hash: bytes) -> None:
    """Sign out. Harmless where it is gone already."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.key_hash == key_hash))


async def delete_login_sessions_of(connection: AsyncConnection, user: UserId) -> None:
    """Sign a user out everywhere (a new password, a disabled user)."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.user_id == user))


async def delete_expired(connection: AsyncConnection, now_us: int) -> None:
    """Forget the sign-ins that have run out."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.expires_at_us <= now_us))
