"""Signing in with a password."""

from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, RefusedError
from playhead.base.ids import UserId
from playhead.portal.metrics import SIGN_INS
from playhead.portal.passwords import Passwords
from playhead.portal.rules import SECOND_US, Attempts
from playhead.portal.sessions import Sessions, SignedIn
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, users

_UNKNOWN: Final = "unknown"
"""The actor in the audit log where a name was typed that no user has: it may well be a password."""

_log = structlog.get_logger()


class WaitError(LimitError):
    """Too many failures: the next attempt has to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("session.rate_limited", "There were too many failed attempts.", hint=f"Wait {wait_s} s.")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class SignIn:
    """Checks a name and a password, and opens a login session."""

    catalogue: Catalogue
    passwords: Passwords
    sessions: Sessions
    attempts: Attempts
    audit: AuditTrail
    clock: Clock

    async def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """Open a session.

        An unknown user, a disabled one and a wrong password look alike and take as long.

        Raises:
            RefusedError: ``session.refused``.
            WaitError: ``session.rate_limited``.
            UnavailableError: ``session.busy``.
        """
        name = name.strip().lower()
        wait_us = self.attempts.wait_us(name, address, self.clock.monotonic_us())
        if wait_us:
            SIGN_INS.labels("wait").inc()
            raise WaitError(-(-wait_us // SECOND_US))
        user = await self._find(name)
        usable = user is not None and user.disabled_at_us is None
        matches = await self.passwords.check(user.password_hash if user is not None and usable else None, password)
        if user is None or not matches:
            # Guesses sent at once are all checked before the first is counted: no more than the hasher takes at a time.
            self.attempts.failed(name, address, self.clock.monotonic_us())
            SIGN_INS.labels("refused").inc()
            actor = _UNKNOWN if user is None else str(user.id)
            await self.audit.refuse(actor, "sign_in.refused", "", address)
            raise RefusedError("session.refused", "The name or the password is wrong.")
        self.attempts.succeeded(name, address)
        if self.passwords.outdated(user.password_hash):
            fresh = await self.passwords.hash(password)
            async with self.catalogue.writing() as connection:
                await users.set_password_hash(connection, user.id, fresh)
        opened = await self.sessions.open(user, address)
        SIGN_INS.labels("ok").inc()
        await self.audit.note(str(user.id), "sign_in.ok", "", address)
        return opened

    async def _find(self, name: str) -> users.User | None:
        try:
            user = UserId(name)
        except InvalidInputError:
            return None
        async with self.catalogue.reading() as connection:
            return await users.find_user(connection, user)
