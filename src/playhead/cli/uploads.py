"""The object stores of a premises server, and the services on them, put together."""

import random
from dataclasses import dataclass

from playhead.base.clock import Clock, SystemClock
from playhead.base.ids import SiteId
from playhead.cli.places import PremisesPlaces
from playhead.cli.settings import PremisesSettings
from playhead.premises.upload.config import UploadConfig
from playhead.premises.upload.service import UploadService
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.objects import Objects, open_store
from playhead.store.objects.interface import Pacing, unpaced
from playhead.store.objects.releasing import Releaser
from playhead.store.objects.uploader import Uploader
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.wire.vid import Envelope, Header, regrant


def open_objects(config: UploadConfig, site: SiteId, clock: Clock) -> Objects:
    """The stores that the configuration names."""
    stores = [open_store(one, disk=SystemDisk(), clock=clock) for one in config.stores]
    return Objects(stores, site if config.url else None)


def objects_of(places: PremisesPlaces) -> Objects:
    """The stores of a data folder's server, for a command that reads."""
    settings = PremisesSettings.load(places)
    return open_objects(settings.upload, settings.site.id, SystemClock())


def uploading_beside(
    places: PremisesPlaces, config: UploadConfig, catalogue: Catalogue, keyring: Keyring, clock: Clock
) -> "Uploading":
    """For a command that runs beside the server or in its place: it reads, moves and deletes, and takes nothing in."""
    objects = open_objects(config, keyring.site, clock)
    segments = SegmentStore(
        places.recordings,
        disk=SystemDisk(),
        ledger=CatalogueLedger(catalogue, clock),
        clock=clock,
        elsewhere=objects,
    )
    return Uploading(config, places, catalogue, segments, objects, keyring, clock)


@dataclass(frozen=True, slots=True)
class Uploading:
    """What uploading takes."""

    config: UploadConfig
    places: PremisesPlaces
    catalogue: Catalogue
    segments: SegmentStore
    objects: Objects
    keyring: Keyring
    clock: Clock

    def uploader(self, pace: Pacing = unpaced) -> Uploader:
        """What does the steps."""
        key = bytes.fromhex(self.config.cloud_key)

        def grant(header: Header) -> Envelope:
            return regrant(header, self.keyring.recording_key, key)

        return Uploader(
            catalogue=self.catalogue,
            segments=self.segments,
            objects=self.objects,
            site=self.keyring.site,
            clock=self.clock,
            part_bytes=self.config.part.bytes,
            verify=self.config.verify,
            pace=pace,
            grant=grant if key else None,
        )

    def service(self, line: Pacing) -> UploadService:
        """The service."""
        disk = SystemDisk()
        releaser = Releaser(
            self.places.recordings, disk=disk, catalogue=self.catalogue, segments=self.segments, clock=self.clock
        )
        return UploadService(
            self.config,
            catalogue=self.catalogue,
            uploader=self.uploader,
            releaser=releaser,
            free_bytes=lambda: disk.free_bytes(self.places.recordings),
            clock=self.clock,
            jitter=random.random,
            line=line,
        )
