"""Keeping and destroying from the command line: through the server that runs, or in its place where none does."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from playhead.base.clock import Clock, SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SegmentId
from playhead.cli.catalogues import existing_catalogue
from playhead.cli.operator import Operator
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.cli.uploads import uploading_beside
from playhead.premises.keeping.service import KeepingService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.erasure import Eraser, Gone
from playhead.store.folder_lock import FolderLock
from playhead.store.keyring import Keyring
from playhead.store.objects import Objects


def running_server(places: PremisesPlaces) -> Operator | None:
    """The server that runs with this data, or None."""
    try:
        return Operator(places)
    except UnavailableError as error:
        if error.code != "server.not_running":
            raise
        return None


def eraser_of(
    places: PremisesPlaces,
    *,
    catalogue: Catalogue,
    keyring: Keyring,
    audit: AuditTrail,
    clock: Clock,
    objects: Objects,
    delete_object: Callable[[SegmentId], Awaitable[None]],
    on_gone: Callable[[Gone], None] = lambda _one: None,
) -> Eraser:
    """What destroys recordings of this server, and their objects; ``on_gone`` is told of each."""
    return Eraser(
        places.recordings,
        places.erasures,
        catalogue=catalogue,
        disk=SystemDisk(),
        authority=keyring.authority,
        audit=audit,
        clock=clock,
        on_gone=on_gone,
        elsewhere=objects,
        delete_object=delete_object,
    )


@asynccontextmanager
async def looking_keeper(places: PremisesPlaces) -> AsyncGenerator[tuple[KeepingService, Catalogue]]:
    """For looking only: it may be another process that erases."""
    async with existing_catalogue(places) as catalogue:
        clock = SystemClock()
        keyring = Keyring.open_existing(places.keys, clock)
        audit = AuditTrail(catalogue, clock)
        config = await asyncio.to_thread(PremisesSettings.load, places)
        uploading = uploading_beside(places, config.upload, catalogue, keyring, clock)
        eraser = eraser_of(
            places,
            catalogue=catalogue,
            keyring=keyring,
            audit=audit,
            clock=clock,
            objects=uploading.objects,
            delete_object=uploading.uploader().delete,
        )
        yield KeepingService(config.keeping, catalogue=catalogue, eraser=eraser, audit=audit, clock=clock), catalogue


@asynccontextmanager
async def keeper(places: PremisesPlaces) -> AsyncGenerator[KeepingService]:
    """In the server's place, which cannot be started meanwhile.

    Raises:
        ConflictError: ``folder.locked``.
    """
    places.require()
    with FolderLock(places.lock_folder, "premises server"):
        async with looking_keeper(places) as (service, _):
            yield service
