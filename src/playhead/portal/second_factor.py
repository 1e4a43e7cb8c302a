"""Second factors of users: offered, confirmed, asked for at a sign-in, turned off."""

import asyncio
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import Final, Literal

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import ConflictError, CorruptError, NotFoundError, RefusedError
from playhead.base.ids import UserId
from playhead.portal import totp
from playhead.store.catalogue import Catalogue, second_factors
from playhead.store.keyring import Keyring

CONFIRM_WITHIN_US: Final = 600_000_000
"""From the offer of a secret to the code that shows it has arrived."""

_NONCE_BYTES: Final = 12
"""Of AES-GCM (NIST SP 800-38D §8.2.2). One secret in a row's life is sealed by each."""
_SECRET_CHARS: Final = 32
"""160 bits, as long as SHA-1's output (RFC 4226 §4, R6)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret, shown once."""

    secret: str
    uri: str
    qr: str

    def __repr__(self) -> str:
        return "Offer()"


class SecondFactors:
    """The second factors of a site.

    Args:
        catalogue: open.
        keyring: has the key they are sealed with.
        clock: tells the time.
    """

    def __init__(self, catalogue: Catalogue, keyring: Keyring, clock: Clock) -> None:
        self._catalogue = catalogue
        self._keyring = keyring
        self._clock = clock

    async def offer(self, user: UserId) -> Offer:
        """Make a secret that holds as soon as it is confirmed.

        Raises:
            ConflictError: ``totp.on``.
        """
        secret = pyotp.random_base32(_SECRET_CHARS)
        sealed = _seal(await self._key(b"totp"), user, secret)
        async with self._catalogue.writing() as connection:
            if not await second_factors.offer_totp(connection, user, sealed, self._clock.wall_us()):
                raise ConflictError("totp.on", "There is a second factor already.", hint="Turn it off first.")
        uri = totp.uri(secret, user=str(user), site=str(self._keyring.site))
        return Offer(secret, uri, totp.qr(uri))

    async def confirm(self, user: UserId, code: str) -> list[str]:
        """Have the offered secret hold, on the strength of a code; the recovery codes, told only here.

        Raises:
            NotFoundError: ``totp.not_offered``.
            RefusedError: ``totp.code``.
        """
        codes = [
            b32encode(secrets.token_bytes(totp.RECOVERY_BYTES)).decode().lower() for _ in range(totp.RECOVERY_CODES)
        ]
        key, recovery_key = await self._key(b"totp"), await self._key(b"recovery")
        now_us = self._clock.wall_us()
        async with self._catalogue.writing() as connection:
            found = await second_factors.find_totp(connection, user)
            if found is None or found.confirmed_at_us is not None or now_us - found.created_at_us > CONFIRM_WITHIN_US:
                raise NotFoundError("totp.not_offered", "There is no second factor to confirm.", hint="Begin again.")
            step = totp.step_of(_open(key, user, found.sealed_secret), code, now_us // 1_000_000)
            if step is None or not await second_factors.use_step(connection, user, step):
                hint = "Wait for the next code. The clock of the phone must be right."
                raise RefusedError("totp.code", "The code is wrong.", hint=hint)
            hashes = [totp.recovery_hash(recovery_key, str(user), one) for one in codes]
            await second_factors.confirm_totp(connection, user, now_us, hashes)
        return [totp.written(one) for one in codes]

    async def holds(self, user: UserId) -> bool:
        """Whether a user is asked for a second factor."""
        async with self._catalogue.reading() as connection:
            found = await second_factors.find_totp(connection, user)
        return found is not None and found.confirmed_at_us is not None

    async def use(self, user: UserId, code: str) -> Literal["totp", "recovery"] | None:
        """Accept a code, which is then used up; None where it is not to be accepted.

        Raises:
            CorruptError: ``totp.unreadable``.
        """
        key = await self._key(b"totp")
        recovery = totp.read_recovery_code(code)
        hashed = None if recovery is None else totp.recovery_hash(await self._key(b"recovery"), str(user), recovery)
        async with self._catalogue.writing() as connection:
            if hashed is not None:
                return "recovery" if await second_factors.use_recovery_code(connection, user, hashed) else None
            found = await second_factors.find_totp(connection, user)
            if found is None or found.confirmed_at_us is None:
                return None
            step = totp.step_of(_open(key, user, found.sealed_secret), code, self._clock.wall_us() // 1_000_000)
            if step is None or not await second_factors.use_step(connection, user, step):
                return None
            return "totp"

    async def recovery_left(self, user: UserId) -> int:
        """How many recovery codes a user has."""
        async with self._catalogue.reading() as connection:
            return await second_factors.count_recovery_codes(connection, user)

    async def turn_off(self, connection: AsyncConnection, user: UserId) -> None:
        """Take it away.

        Raises:
            NotFoundError: ``totp.off``.
        """
        if not await second_factors.delete_totp(connection, user):
            raise NotFoundError("totp.off", "There is no second factor.")

    async def _key(self, purpose: bytes) -> bytes:
        """One key for each purpose (RFC 5869)."""
        root = await asyncio.to_thread(self._keyring.factor_key)
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"playhead " + purpose).derive(root)


def _seal(key: bytes, user: UserId, secret: str) -> bytes:
    """For the catalogue; bound to the user, so that no row can stand in for another's."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), str(user).encode())


def _open(key: bytes, user: UserId, sealed: bytes) -> str:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], str(user).encode()).decode()
    except (InvalidTag, ValueError):
        hint = "Its key is not the one it was sealed with. An administrator can turn it off: `playhead users totp-off`."
        raise CorruptError("totp.unreadable", "The second factor cannot be read.", hint=hint) from None
