"""Where the catalogues of tenants lie."""

import asyncio
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import URL, make_url

from playhead.base.errors import InvalidInputError, NotFoundError, UnavailableError
from playhead.base.ids import TenantId
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.engines import mapping_errors
from playhead.store.catalogue.postgres import PostgresDatabase

FILE: Final = "catalogue.sqlite"

PREFIX: Final = "tenant_"
"""Of the name of a tenant's schema."""


class Homes(Protocol):
    """Catalogues by tenants."""

    async def create(self, tenant: TenantId) -> None:
        """Make a place for a tenant's catalogue, where there is none.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        ...

    async def open(self, tenant: TenantId) -> Catalogue:
        """Open a tenant's catalogue, making or upgrading it where needed.

        Raises:
            NotFoundError: ``tenant.not_found``: no place was made for it.
            UnavailableError: ``catalogue.unavailable``.
            ConflictError: ``catalogue.newer``.
        """
        ...

    async def look(self, tenant: TenantId) -> Catalogue:
        """Open a tenant's catalogue that is there for reading alone.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
            ConflictError: ``catalogue.older``, ``catalogue.newer``.
        """
        ...

    async def tenants(self) -> list[TenantId]:
        """Those that have a place, by name."""
        ...

    async def close(self) -> None:
        """Let go of what the catalogues, which are closed by now, had in common."""
        ...


def no_such_tenant(tenant: TenantId) -> NotFoundError:
    """For whom no place was made."""
    return NotFoundError("tenant.not_found", f"There is no tenant {tenant}.")


class FolderHomes:
    """SQLite files ``<folder>/<tenant>/catalogue.sqlite``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def create(self, tenant: TenantId) -> None:
        """As `Homes.create`."""
        try:
            await asyncio.to_thread((self._folder / tenant.value).mkdir, mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"No folder for tenant {tenant} can be made in {self._folder}: {error.strerror}."
            raise UnavailableError("catalogue.unavailable", message) from error

    async def open(self, tenant: TenantId) -> Catalogue:
        """As `Homes.open`."""
        home = self._folder / tenant.value
        if not await asyncio.to_thread(home.is_dir):
            raise no_such_tenant(tenant)
        return await Catalogue.open(home / FILE)

    async def look(self, tenant: TenantId) -> Catalogue:
        """As `Homes.look`."""
        return await Catalogue.look(self._folder / tenant.value / FILE)

    async def tenants(self) -> list[TenantId]:
        """As `Homes.tenants`. What is no tenant's folder is passed over."""
        return await asyncio.to_thread(self._list)

    async def close(self) -> None:
        """As `Homes.close`: nothing."""

    def _list(self) -> list[TenantId]:
        found: list[TenantId] = []
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                found.append(TenantId(place.name))
            except InvalidInputError:
                continue  # somebody else's: a tenant's folder is named by its id
        return sorted(found)


class PostgresHomes:
    """Schemas ``tenant_<tenant>`` of one database of PostgreSQL, reached by connections that all tenants share.

    Args:
        location: URL of the database.

    Raises:
        InvalidInputError: ``catalogue.location``.
    """

    def __init__(self, location: str | URL) -> None:
        self._location = make_url(location)
        self._database = PostgresDatabase(self._location)

    async def create(self, tenant: TenantId) -> None:
        """As `Homes.create`."""
        with mapping_errors():
            await self._database.make(_schema(tenant))

    async def open(self, tenant: TenantId) -> Catalogue:
        """As `Homes.open`."""
        if tenant not in await self.tenants():
            raise no_such_tenant(tenant)
        with mapping_errors():
            return await Catalogue.over(self._database.engines(_schema(tenant), shared=True))

    async def look(self, tenant: TenantId) -> Catalogue:
        """As `Homes.look`."""
        return await Catalogue.look(self._location, schema=_schema(tenant))

    async def tenants(self) -> list[TenantId]:
        """As `Homes.tenants`."""
        with mapping_errors():
            return [TenantId(name.removeprefix(PREFIX)) for name in await self._database.schemas(PREFIX)]

    async def close(self) -> None:
        """As `Homes.close`."""
        await self._database.close()


def homes_at(location: Path | URL) -> Homes:
    """In a folder, or in a database."""
    return FolderHomes(location) if isinstance(location, Path) else PostgresHomes(location)


def _schema(tenant: TenantId) -> str:
    return PREFIX + tenant.value
