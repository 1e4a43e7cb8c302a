"""Second factors: the sealed secret of an authenticator (RFC 6238), and the hashes of recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.ids import UserId
from playhead.store.catalogue.schema import recovery_codes, totp


@dataclass(frozen=True, slots=True)
class Totp:
    """A user's authenticator."""

    sealed_secret: bytes
    created_at_us: int
    confirmed_at_us: int | None
    """None until a code has shown that the user has it."""
    used_step: int
    """Of the newest code that was accepted."""

    def __repr__(self) -> str:
        return f"Totp(confirmed_at_us={self.confirmed_at_us})"


async def find_totp(connection: AsyncConnection, user: UserId) -> Totp | None:
    """A user's authenticator, confirmed or not."""
    row = (await connection.execute(select(totp).where(totp.c.user_id == user))).one_or_none()
    if row is None:
        return None
    return Totp(row.sealed_secret, row.created_at_us, row.confirmed_at_us, row.used_step)


async def offer_totp(connection: AsyncConnection, user: UserId, sealed_secret: bytes, now_us: int) -> bool:
    """Keep a secret to be confirmed, in place of an unconfirmed one. False where one is confirmed already."""
    unconfirmed = (totp.c.user_id == user, totp.c.confirmed_at_us.is_(None))
    await connection.execute(delete(totp).where(*unconfirmed))
    if await find_totp(connection, user) is not None:
        return False
    values = {"user_id": user, "sealed_secret": sealed_secret, "created_at_us": now_us, "used_step": 0}
    await connection.execute(insert(totp), values)
    return True


async def confirm_totp(connection: AsyncConnection, user: UserId, now_us: int, hashes: Sequence[bytes]) -> None:
    """Have the authenticator hold from now on, with these recovery codes and no others."""
    await connection.execute(update(totp).where(totp.c.user_id == user).values(confirmed_at_us=now_us))
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user))
    await connection.execute(insert(recovery_codes), [{"user_id": user, "code_hash": one} for one in hashes])


async def use_step(connection: AsyncConnection, user: UserId, step: int) -> bool:
    """Accept the code of a time step. False where it, or a later one, was accepted before."""
    newer = (totp.c.user_id == user, totp.c.used_step < step)
    return (await connection.execute(update(totp).where(*newer).values(used_step=step))).rowcount == 1


async def use_recovery_code(connection: AsyncConnection, user: UserId, code_hash: bytes) -> bool:
    """Use up a recovery code. False where there is none such."""
    one = (recovery_codes.c.user_id == user, recovery_codes.c.code_hash == code_hash)
    return (await connection.execute(delete(recovery_codes).where(*one))).rowcount == 1


async def count_recovery_codes(connection: AsyncConnection, user: UserId) -> int:
    """How many a user has left."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user)
    return (await connection.execute(query)).scalar_one()


async def delete_totp(connection: AsyncConnection, user: UserId) -> bool:
    """Take the second factor away, recovery codes included. False where there was none."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user))
    return (await connection.execute(delete(totp).where(totp.c.user_id == user))).rowcount == 1


async def with_totp(connection: AsyncConnection, some: Sequence[UserId]) -> set[UserId]:
    """Those of some users whose second factor holds."""
    query = select(totp.c.user_id).where(totp.c.user_id.in_(some), totp.c.confirmed_at_us.is_not(None))
    return set((await connection.execute(query)).scalars())
