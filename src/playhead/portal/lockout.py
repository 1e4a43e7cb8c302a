"""Counting failed sign-ins where a restart does not forget them, and making the next one wait."""

import hashlib

from playhead.base.clock import Clock
from playhead.base.ids import UserId
from playhead.portal.rules import FORGET_US, LOCK_US_MAX, lock_us
from playhead.store.catalogue import Catalogue, sign_in_failures
from playhead.store.catalogue.sign_in_failures import Failures, Subject


class Lockout:
    """Failed sign-ins of a site, by user, by address, and by both.

    A name that no user has is counted like any other: that a sign-in has to wait tells nothing of who exists.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    async def wait_us(self, user: str, address: str) -> int:
        """How long this user at this address has to wait; 0 if not at all."""
        now_us = self._clock.wall_us()
        async with self._catalogue.reading() as connection:
            counts = await sign_in_failures.get_failures(connection, _subjects(user, address))
        # A clock that was set back must not make a lock longer than any is.
        return max((min(LOCK_US_MAX, max(0, one.locked_until_us - now_us)) for one in counts.values()), default=0)

    async def failed(self, user: str, address: str) -> bool:
        """Count a wrong password, a wrong code or an unknown user; True where that locks somebody out."""
        now_us = self._clock.wall_us()
        subjects = _subjects(user, address)
        after: dict[Subject, Failures] = {}
        async with self._catalogue.writing() as connection:
            before = await sign_in_failures.get_failures(connection, subjects)
            for subject in subjects:
                count = before.get(subject, Failures())
                failures = 1 if now_us - count.failed_at_us > FORGET_US else count.failures + 1
                locked_us = lock_us(subject.kind, failures)
                after[subject] = Failures(failures, now_us, now_us + locked_us if locked_us else 0)
            await sign_in_failures.set_failures(connection, after)
        return any(count.locked_until_us for count in after.values())

    async def succeeded(self, user: str, address: str) -> None:
        """Forget the failures of this user at this address. What others fail at goes on counting."""
        pair = _subjects(user, address)[:1]
        async with self._catalogue.reading() as connection:
            if not await sign_in_failures.get_failures(connection, pair):
                return
        async with self._catalogue.writing() as connection:
            await sign_in_failures.clear_failures(connection, pair)

    async def forget_old(self) -> None:
        """Delete counts that would begin anew anyway."""
        async with self._catalogue.writing() as connection:
            await sign_in_failures.forget_failures(connection, self._clock.wall_us() - FORGET_US)


def user_key(user: UserId | str) -> bytes:
    """Under which a user's failures are counted."""
    return hashlib.sha256(b"user\0" + str(user).encode("utf-8", "surrogatepass")).digest()


def _subjects(user: str, address: str) -> tuple[Subject, ...]:
    key = user_key(user)
    return Subject("pair", key, address), Subject("user", key, ""), Subject("address", b"", address)
