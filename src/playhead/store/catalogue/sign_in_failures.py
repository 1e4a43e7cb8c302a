"""Failures to sign in, counted where a restart does not forget them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.store.catalogue.schema import sign_in_failures as table

FAILURES_MAX: Final = 10_000
"""Counts that are kept. Those that failed longest ago are forgotten first."""

Kind = Literal["pair", "user", "address"]
"""What is counted: a user at an address, a user anywhere, an address."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures a count is about."""

    kind: Kind
    user_key: bytes
    """Hash of the name that was typed; empty for an address."""
    address: str
    """Empty for a user anywhere."""


@dataclass(frozen=True, slots=True)
class Failures:
    """One count."""

    failures: int = 0
    failed_at_us: int = 0
    locked_until_us: int = 0


async def get_failures(connection: AsyncConnection, subjects: Sequence[Subject]) -> dict[Subject, Failures]:
    """The counts of some subjects; those without failures are left out."""
    found: dict[Subject, Failures] = {}
    for subject in subjects:
        row = (await connection.execute(select(table).where(*_is(subject)))).one_or_none()
        if row is not None:
            found[subject] = Failures(row.failures, row.failed_at_us, row.locked_until_us)
    return found


async def set_failures(connection: AsyncConnection, counts: Mapping[Subject, Failures]) -> None:
    """Write counts, and forget the oldest past `FAILURES_MAX`."""
    for subject, count in counts.items():
        values = {
            "failures": count.failures,
            "failed_at_us": count.failed_at_us,
            "locked_until_us": count.locked_until_us,
        }
        changed = await connection.execute(update(table).where(*_is(subject)).values(**values))
        if changed.rowcount == 0:
            names = {"kind": subject.kind, "user_key": subject.user_key, "address": subject.address}
            await connection.execute(insert(table), {**names, **values})
    number = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    if number > FAILURES_MAX:
        oldest = select(table.c.failed_at_us).order_by(table.c.failed_at_us).limit(1).offset(number - FAILURES_MAX)
        await connection.execute(delete(table).where(table.c.failed_at_us < oldest.scalar_subquery()))


async def clear_failures(connection: AsyncConnection, subjects: Sequence[Subject]) -> None:
    """Forget counts."""
    for subject in subjects:
        await connection.execute(delete(table).where(*_is(subject)))


async def clear_failures_of(connection: AsyncConnection, user_key: bytes) -> int:
    """Forget a user's counts, wherever they failed; says how many there were."""
    return (await connection.execute(delete(table).where(table.c.user_key == user_key))).rowcount


async def forget_failures(connection: AsyncConnection, before_us: int) -> None:
    """Forget what failed before an instant, and is not locked any more."""
    old = (table.c.failed_at_us < before_us, table.c.locked_until_us < before_us)
    await connection.execute(delete(table).where(*old))


async def locked_until(connection: AsyncConnection, user_keys: Sequence[bytes], now_us: int) -> dict[bytes, int]:
    """Until when users are locked out, anywhere at all; those who are not are left out."""
    query = (
        select(table.c.user_key, func.max(table.c.locked_until_us).label("until_us"))
        .where(table.c.user_key.in_(user_keys), table.c.locked_until_us > now_us)
        .group_by(table.c.user_key)
    )
    return {row.user_key: row.until_us for row in (await connection.execute(query)).all()}


def _is(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.kind == subject.kind,
        table.c.user_key == subject.user_key,
        table.c.address == subject.address,
    )
