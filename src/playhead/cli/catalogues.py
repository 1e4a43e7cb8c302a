"""The catalogue of a data folder, open for a command; beside a running server too."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playhead.base.errors import ConflictError
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.store.catalogue import Catalogue


async def open_catalogue(places: PremisesPlaces) -> Catalogue:
    """Where the settings say that it is; made or upgraded where needed.

    Raises:
        PlayheadError: as `PremisesSettings.load`, `DatabaseConfig.location` and `Catalogue.open`.
    """
    config = PremisesSettings.load(places).catalogue
    return await Catalogue.open(config.location(places.catalogue), schema=config.schema)


async def look_at_catalogue(places: PremisesPlaces) -> Catalogue:
    """For reading alone.

    Raises:
        PlayheadError: as `PremisesSettings.load`, `DatabaseConfig.location` and `Catalogue.look`.
    """
    config = PremisesSettings.load(places).catalogue
    return await Catalogue.look(config.location(places.catalogue), schema=config.schema)


def require_file(places: PremisesPlaces) -> None:
    """Refuse what is done with the catalogue's file, where it is in a database.

    Raises:
        ConflictError: ``backup.database``.
    """
    if PremisesSettings.load(places).catalogue.url is not None:
        message = (
            "The catalogue is in PostgreSQL, whose backups are not made here: one without it would be worth nothing."
        )
        hint = "Use pg_dump and copy the folders, in the order of docs/operations.md."
        raise ConflictError("backup.database", message, hint=hint)


@asynccontextmanager
async def opened_catalogue(places: PremisesPlaces) -> AsyncGenerator[Catalogue]:
    """Made where there is none yet."""
    places.make()
    async with _opened(places) as catalogue:
        yield catalogue


@asynccontextmanager
async def existing_catalogue(places: PremisesPlaces) -> AsyncGenerator[Catalogue]:
    """One that a server has made.

    Raises:
        UnavailableError: ``data.no_premises``.
    """
    places.require()
    async with _opened(places) as catalogue:
        yield catalogue


@asynccontextmanager
async def looked_at_catalogue(places: PremisesPlaces) -> AsyncGenerator[Catalogue]:
    """One that a server has made, for reading alone: whoever only looks upgrades nothing under a server that runs.

    Raises:
        ConflictError: ``catalogue.older``, ``catalogue.newer``.
        UnavailableError: ``data.no_premises``.
    """
    places.require()
    async with _closed_after(await look_at_catalogue(places)) as catalogue:
        yield catalogue


@asynccontextmanager
async def _opened(places: PremisesPlaces) -> AsyncGenerator[Catalogue]:
    async with _closed_after(await open_catalogue(places)) as catalogue:
        yield catalogue


@asynccontextmanager
async def _closed_after(catalogue: Catalogue) -> AsyncGenerator[Catalogue]:
    try:
        yield catalogue
    finally:
        await catalogue.close()
