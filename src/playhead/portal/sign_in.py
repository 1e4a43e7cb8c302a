"""Signing in with a password, and a second factor where there is one; replacing a password that no longer holds."""

from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, LimitError, RefusedError
from playhead.base.ids import UserId
from playhead.portal.lockout import Lockout
from playhead.portal.metrics import SIGN_INS
from playhead.portal.passwords import Passwords
from playhead.portal.rules import SECOND_US
from playhead.portal.second_factor import SecondFactors
from playhead.portal.sessions import Sessions, SignedIn
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, sign_ins, users
from playhead.store.catalogue.login_sessions import delete_login_sessions_of
from playhead.store.catalogue.users import User

_UNKNOWN: Final = "unknown"
"""The actor in the audit log where a name was typed that no user has: it may well be a password."""

_log = structlog.get_logger()


class WaitError(LimitError):
    """Too many failures: the next attempt has to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("session.locked", "There were too many failed attempts.", hint=f"Wait {wait_s} s.")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody gives to prove who they are."""

    name: str
    password: str
    code: str = ""
    """Of the second factor, or a recovery code."""
    address: str = ""
    browser: str = ""
    """The ``User-Agent`` header."""

    def __repr__(self) -> str:
        return f"Attempt(address={self.address})"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Checks what people give, and opens login sessions."""

    catalogue: Catalogue
    passwords: Passwords
    factors: SecondFactors
    lockout: Lockout
    sessions: Sessions
    audit: AuditTrail
    clock: Clock
    takes_passwords: bool = True
    """Otherwise people sign in elsewhere."""

    async def sign_in(self, attempt: Attempt) -> SignedIn:
        """Open a session.

        An unknown user, a disabled one and a wrong password look alike and take as long.

        Raises:
            RefusedError: ``session.refused``, ``signin.code_needed``, ``signin.code``, ``password.expired``,
                ``signin.passwords_off``.
            WaitError: ``session.locked``.
            UnavailableError: ``session.busy``.
        """
        user = await self._known(attempt)
        if await self._is_expired(user):
            hint = "It was set by somebody else. Choose one of your own."
            raise RefusedError("password.expired", "This password has to be replaced.", hint=hint)
        factor = await self._second_factor(user, attempt)
        if self.passwords.outdated(user.password_hash):
            fresh = await self.passwords.hash_again(attempt.password)
            async with self.catalogue.writing() as connection:
                await users.set_password_hash(connection, user.id, fresh)
        return await self._proven(user, attempt, factor)

    async def prove(self, name: str, password: str, address: str, player: str) -> UserId:
        """Who somebody is whose program shows name and password with each request, as native players do.

        No session is opened. A second factor cannot be asked for there, so who has one is refused.

        Raises:
            RefusedError, WaitError, UnavailableError: as `sign_in`.
        """
        attempt = Attempt(name, password, address=address, browser=player)
        user = await self._known(attempt)
        if await self._is_expired(user):
            hint = "Sign in to the portal, and choose one of your own."
            raise RefusedError("password.expired", "This password has to be replaced.", hint=hint)
        if await self.factors.holds(user.id):
            hint = "Have the portal, or `playhead recordings play`, open the player."
            raise RefusedError("signin.code_needed", "A second factor cannot be given here.", hint=hint)
        await self.lockout.succeeded(str(user.id), address)
        return user.id

    async def renew(self, attempt: Attempt, fresh: str) -> SignedIn:
        """Replace a password by the one it is proved with, end the user's other sessions, and open one.

        Raises:
            InvalidInputError: ``password.same``, and what `check_new` says about the new one.
            RefusedError, WaitError, UnavailableError: as `sign_in`.
        """
        user = await self._known(attempt)
        hashed = await self._hashed(user, attempt.password, fresh)
        factor = await self._second_factor(user, attempt)
        await self._replace(user, hashed, attempt.address)
        return await self._proven(user, attempt, factor)

    async def change_password(self, user: UserId, old: str, fresh: str, address: str, *, keep: bytes) -> None:
        """Replace the password of somebody who is signed in; their other sessions end.

        Args:
            user: who.
            old: theirs, typed again.
            fresh: the new one.
            address: from where.
            keep: the hash of the key of their session here.

        Raises:
            RefusedError: ``password.wrong``.
            InvalidInputError, WaitError, UnavailableError: as `renew`.
        """
        known = await self.confirm(user, old, address)
        await self._replace(known, await self._hashed(known, old, fresh), address, keep)

    async def confirm(self, user: UserId, password: str, address: str) -> User:
        """Have somebody who is signed in type their password again.

        Raises:
            RefusedError: ``password.wrong``.
            WaitError, UnavailableError: as `sign_in`.
        """
        known = await self._checked(str(user), password, address)
        if known is None:
            await self._fail(str(user), address, str(user), "password.refused")
            raise RefusedError("password.wrong", "The password is wrong.")
        await self.lockout.succeeded(str(user), address)
        return known

    async def open(self, user: User, address: str, browser: str, how: str) -> SignedIn:
        """Open a session for a user who has proved who they are.

        Args:
            user: who.
            address: from where.
            browser: the ``User-Agent`` header.
            how: for the audit log.
        """
        opened = await self.sessions.open(user, address, browser)
        async with self.catalogue.writing() as connection:
            await sign_ins.note_sign_in(connection, user.id, self.clock.wall_us())
        SIGN_INS.labels("ok").inc()
        await self.audit.note(str(user.id), "sign_in.ok", "", address, {"how": how})
        return opened

    async def _known(self, attempt: Attempt) -> User:
        """The user whose name and password were given."""
        if not self.takes_passwords:
            raise RefusedError("signin.passwords_off", "Passwords are not taken here.", hint="Sign in elsewhere.")
        name = attempt.name.strip().lower()
        user = await self._checked(name, attempt.password, attempt.address)
        if user is None:
            found = await self._find(name)
            await self._fail(name, attempt.address, _UNKNOWN if found is None else str(found.id), "sign_in.refused")
            raise RefusedError("session.refused", "The name or the password is wrong.")
        return user

    async def _checked(self, name: str, password: str, address: str) -> User | None:
        wait_us = await self.lockout.wait_us(name, address)
        if wait_us:
            SIGN_INS.labels("wait").inc()
            raise WaitError(-(-wait_us // SECOND_US))
        user = await self._find(name)
        usable = user is not None and user.disabled_at_us is None
        matches = await self.passwords.check(user.password_hash if user is not None and usable else None, password)
        return user if matches else None

    async def _fail(self, name: str, address: str, actor: str, action: str) -> None:
        # Guesses sent at once are all checked before the first is counted: no more than the hasher takes at a time.
        is_locked = await self.lockout.failed(name, address)
        SIGN_INS.labels("refused").inc()
        await self.audit.refuse(actor, action, "", address)
        if is_locked:
            await self.audit.refuse(actor, "sign_in.locked", "", address)

    async def _second_factor(self, user: User, attempt: Attempt) -> str:
        """Ask for it where there is one; which it was, for the audit log."""
        if not await self.factors.holds(user.id):
            return "password"
        if not attempt.code:
            raise RefusedError("signin.code_needed", "A code of your second factor is needed.")
        used = await self.factors.use(user.id, attempt.code)
        if used is None:
            await self._fail(str(user.id), attempt.address, str(user.id), "sign_in.code_refused")
            hint = "Each code is taken once: wait for the next one."
            raise RefusedError("signin.code", "The code is wrong.", hint=hint)
        return used

    async def _proven(self, user: User, attempt: Attempt, factor: str) -> SignedIn:
        await self.lockout.succeeded(str(user.id), attempt.address)
        opened = await self.open(user, attempt.address, attempt.browser, factor)
        if factor == "recovery":
            left = await self.factors.recovery_left(user.id)
            await self.audit.note(str(user.id), "sign_in.recovery", "", attempt.address, {"left": left})
        return opened

    async def _is_expired(self, user: User) -> bool:
        async with self.catalogue.reading() as connection:
            facts = (await sign_ins.sign_in_facts(connection, [user.id]))[user.id]
        end_us = facts.password_expires_at_us
        return end_us is not None and end_us <= self.clock.wall_us()

    async def _hashed(self, user: User, old: str, fresh: str) -> str:
        if fresh == old:
            raise InvalidInputError("password.same", "This is the password you have.", hint="Choose another.")
        return await self.passwords.hash(fresh, [str(user.id), user.name])

    async def _replace(self, user: User, hashed: str, address: str, keep: bytes | None = None) -> None:
        async with self.catalogue.writing() as connection:
            await sign_ins.set_password(connection, user.id, hashed)
            ended = await delete_login_sessions_of(connection, user.id, except_key_hash=keep)
        await self.audit.note(str(user.id), "password.changed", str(user.id), address, {"sessions": ended})

    async def _find(self, name: str) -> User | None:
        try:
            user = UserId(name)
        except InvalidInputError:
            return None
        async with self.catalogue.reading() as connection:
            return await users.find_user(connection, user)
