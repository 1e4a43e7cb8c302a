"""Connections to the catalogue's database, for each purpose."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from playhead.base.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Engines:
    """Connections for each purpose; for SQLite one thread each."""

    writer: AsyncEngine
    swift: AsyncEngine
    """Writes, and does not wait for the disk."""
    readers: AsyncEngine
    keeper: AsyncEngine | None = None
    """Moves SQLite's log to its place."""
    schema: str | None = None
    """PostgreSQL's, in which the tables are; it may have to be made."""
    shared: bool = False
    """Other catalogues use these connections as well, so that they stay when this one is closed."""

    async def close(self) -> None:
        """Close those of this catalogue alone; `keeper` is closed by whoever uses it."""
        if not self.shared:
            for engine in (self.readers, self.swift, self.writer):
                await engine.dispose()


@contextmanager
def mapping_errors() -> Generator[None]:
    """What SQLAlchemy says of a database that cannot be used, in our words.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        reason = error.orig if isinstance(error, OperationalError) else "every connection is in use"
        raise UnavailableError("catalogue.unavailable", f"The catalogue cannot be used: {reason}.") from error
