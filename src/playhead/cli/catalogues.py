"""The catalogue of a data folder, open for a command; beside a running server too."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playhead.cli.places import PremisesPlaces
from playhead.store.catalogue import Catalogue


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
async def _opened(places: PremisesPlaces) -> AsyncGenerator[Catalogue]:
    catalogue = await Catalogue.open(places.catalogue)
    try:
        yield catalogue
    finally:
        await catalogue.close()
