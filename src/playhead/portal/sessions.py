"""Login sessions: opened by a password, carried by a cookie, ended by time or by hand."""

import secrets
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.ids import UserId
from playhead.domain.access import Who
from playhead.portal.browsers import browser_name
from playhead.portal.rules import Lifetime, key_hash
from playhead.store.catalogue import Catalogue, login_sessions, users
from playhead.store.catalogue.access import load_who
from playhead.store.catalogue.login_sessions import LoginSession
from playhead.store.catalogue.users import User

_SECRET_BYTES: Final = 32
_PUBLIC_ID_BYTES: Final = 6
_SECRET_CHARS: Final = 43
"""Of `_SECRET_BYTES` in base64url. Anything longer was not made here and is not looked up."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A login session that holds now."""

    who: Who
    public_id: str
    """What it is called in the list of sessions."""
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

    async def open(self, user: User, address: str, browser: str = "") -> SignedIn:
        """Begin one for a user who has proved who they are.

        Args:
            user: who.
            address: where from.
            browser: its ``User-Agent`` header.
        """
        now_us = self._clock.wall_us()
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        expires_at_us = self._lifetime.first_end_us(now_us)
        row = LoginSession(
            key_hash=key_hash(secret),
            public_id=secrets.token_hex(_PUBLIC_ID_BYTES),
            user=user.id,
            created_at_us=now_us,
            seen_at_us=now_us,
            expires_at_us=expires_at_us,
            address=address,
            agent=browser_name(browser),
        )
        async with self._catalogue.writing() as connection:
            await login_sessions.add_login_session(connection, row)
            who = await load_who(connection, user.id, user.name)
        return SignedIn(who, row.public_id, secret, expires_at_us)

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
            who = await load_who(connection, user.id, user.name)
        expires_at_us = row.expires_at_us
        end_us = self._lifetime.next_end_us(row.created_at_us, row.seen_at_us, now_us)
        if used and end_us is not None:
            expires_at_us = end_us
            async with self._catalogue.writing() as connection:
                await login_sessions.extend_login_session(
                    connection, row.key_hash, seen_at_us=now_us, expires_at_us=end_us
                )
        return SignedIn(who, row.public_id, secret, expires_at_us)

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
