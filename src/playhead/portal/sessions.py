"""Login sessions: opened by a password, carried by a cookie, ended by time or by hand."""

import secrets
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.ids import UserId
from playhead.domain.access import Who
from playhead.portal.rules import Lifetime, key_hash
from playhead.store.catalogue import Catalogue, login_sessions, users
from playhead.store.catalogue.login_sessions import LoginSession

_SECRET_BYTES: Final = 32
_SECRET_CHARS: Final = 43
"""Of `_SECRET_BYTES` in base64url. Anything longer was not made here and is not looked up."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A login session that holds now."""

    who: Who
    secret: str
    """From the cookie."""
    expires_at_us: int

    def __repr__(self) -> str:
        return f"SignedIn(user={self.who.user}, expires_at_us={self.expires_at_us})"


class Sessions:
    """Login sessions in the catalogue."""

    def __init__(self, catalogue: Catalogue, lifetime: Lifetime, clock: Clock) -> None:
        self._catalogue = catalogue
        self._lifetime = lifetime
        self._clock = clock

    async def open(self, who: Who, address: str) -> SignedIn:
        """Begin one for a user whose password was right."""
        now_us = self._clock.wall_us()
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        expires_at_us = self._lifetime.first_end_us(now_us)
        row = LoginSession(key_hash(secret), who.user, now_us, expires_at_us, address)
        async with self._catalogue.writing() as connection:
            await login_sessions.add_login_session(connection, row)
        return SignedIn(who, secret, expires_at_us)

    async def find(self, secret: str | None, *, used: bool = True) -> SignedIn | None:
        """The session of a cookie's value; None where there is none that holds, or its user is disabled.

        Args:
            secret: the cookie's value.
            used: whether this counts as use, which moves its end on.
        """
        if secret is None or len(secret) != _SECRET_CHARS:
            return None
        now_us = self._clock.wall_us()
        async with self._catalogue.reading() as connection:
            row = await login_sessions.find_login_session(connection, key_hash(secret), now_us)
            user = None if row is None else await users.find_user(connection, row.user)
        if row is None or user is None or user.disabled_at_us is not None:
            return None
        expires_at_us = row.expires_at_us
        end_us = self._lifetime.next_end_us(row.created_at_us, row.expires_at_us, now_us)
        if used and end_us is not None:
            expires_at_us = end_us
            async with self._catalogue.writing() as connection:
                await login_sessions.extend_login_session(connection, row.key_hash, end_us)
        return SignedIn(Who(user.id, user.role, user.name), secret, expires_at_us)

    async def who(self, secret: str | None) -> Who | None:
        """Whose session it is: what the token service asks."""
        found = await self.find(secret)
        return None if found is None else found.who

    async def close(self, secret: str) -> None:
        """End one."""
        async with self._catalogue.writing() as connection:
            await login_sessions.delete_login_session(connection, key_hash(secret))

    async def close_all_of(self, user: UserId) -> None:
        """End all of a user's."""
        async with self._catalogue.writing() as connection:
            await login_sessions.delete_login_sessions_of(connection, user)

    async def forget_expired(self) -> None:
        """Delete those that have run out."""
        async with self._catalogue.writing() as connection:
            await login_sessions.delete_expired(connection, self._clock.wall_us())
