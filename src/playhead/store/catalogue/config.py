"""What an operator may set about databases."""

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from playhead.base.config import KeyFaultError, Section
from playhead.store.catalogue.postgres import SCHEMA, SCHEMA_PATTERN
from playhead.store.password_files import read_password

_DRIVER: Final = "postgresql+asyncpg"


class DatabaseConfig(Section, frozen=True):
    """``[database]``: where catalogues are kept."""

    url: Annotated[
        str | None,
        Meta(
            description=(
                "A database of PostgreSQL that exists: `postgresql://user@host/name?sslmode=verify-full`; parameters "
                "are those of libpq. Left out: SQLite files in the data folder."
            )
        ),
    ] = None
    password_file: Annotated[
        Path | None,
        Meta(
            description=(
                "File with the password, and nothing else. Left out: whatever libpq would take, such as `PGPASSWORD` "
                "or `~/.pgpass`."
            )
        ),
    ] = None

    def __post_init__(self) -> None:
        """Has the form of a URL, and holds no secret."""
        if self.url is None:
            return
        try:
            parsed = make_url(self.url)
        except (ArgumentError, ValueError):
            raise KeyFaultError(["url"], "this is no URL; write postgresql://user@host/name.") from None
        if parsed.drivername not in ("postgresql", _DRIVER):
            raise KeyFaultError(["url"], "only PostgreSQL can be named; write postgresql://user@host/name.")
        if parsed.password is not None or "password" in parsed.query:
            raise KeyFaultError(["url"], "a password does not belong here; put it into a file, and name password_file.")

    def location(self, otherwise: Path) -> Path | URL:
        """What `Catalogue.open` takes: the database with its password, or a file or folder where none is named.

        Raises:
            InvalidInputError: ``catalogue.password_file``: it holds something else.
            UnavailableError: ``catalogue.password_file``: it cannot be read.
        """
        if self.url is None:
            return otherwise
        url = make_url(self.url).set(drivername=_DRIVER)
        return (
            url
            if self.password_file is None
            else url.set(password=read_password(self.password_file, "catalogue.password_file"))
        )


class CatalogueConfig(DatabaseConfig, frozen=True):
    """``[catalogue]``: where the catalogue is kept."""

    schema: Annotated[
        str,
        Meta(
            pattern=f"^{SCHEMA_PATTERN}$",
            description="In PostgreSQL, the schema with the tables; made where there is none. A site has one alone.",
        ),
    ] = SCHEMA
