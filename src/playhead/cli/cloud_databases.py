"""The cloud's catalogues, where its settings say that they are."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_settings import CloudSettings
from playhead.store.catalogue import Catalogue
from playhead.store.sites import open_control
from playhead.store.tenants import Tenants, homes_at


@asynccontextmanager
async def opened_control(places: CloudPlaces, settings: CloudSettings) -> AsyncGenerator[Catalogue]:
    """The control catalogue, made where there is none.

    Raises:
        PlayheadError: as `DatabaseConfig.location` and `open_control`.
    """
    control = await open_control(settings.database.location(places.control))
    try:
        yield control
    finally:
        await control.close()


@asynccontextmanager
async def opened_tenants(places: CloudPlaces, settings: CloudSettings) -> AsyncGenerator[Tenants]:
    """The way to the tenants' catalogues.

    Raises:
        PlayheadError: as `DatabaseConfig.location`.
    """
    tenants = Tenants(homes_at(settings.database.location(places.tenants)))
    try:
        yield tenants
    finally:
        await tenants.close()
