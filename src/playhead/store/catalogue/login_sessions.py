"""Login sessions: who is signed in, by the hash of the secret in the browser's cookie."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import UserId
from playhead.store.catalogue.schema import login_sessions


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
    """Add a sign-in of a user who exists."""
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


async def delete_login_sessions_of(connection: AsyncConnection, user: UserId) -> None:
    """Sign a user out everywhere (a new password, a disabled user)."""
    await connection.execute(delete(login_sessions).where(login_sessions.c.user_id == user))


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
