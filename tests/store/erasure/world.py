"""Recordings to erase: their files on a simulated disk, their rows in a real catalogue, and the site's keys."""

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from playhead.base.ids import RecordingId, SegmentId, SiteId, UserId, WorkstationId
from playhead.domain.quarantine import Quarantined
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import find_erasure
from playhead.store.catalogue.holds import Hold, add_hold
from playhead.store.catalogue.quarantine import quarantine_one
from playhead.store.catalogue.recordings import add_recording, find_recording, set_recording_state
from playhead.store.catalogue.segments import Located, add_segments
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.erasure import Eraser, Gone, Order
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk
from playhead.testing.segments import MadeSegment, make_segment
from playhead.wire.pki import create_authority
from playhead.wire.vid import seal_data_key
from playhead.wire.vid.header import to_base64url

ROOT = Path("/srv/playhead/recordings")
JOURNAL = Path("/srv/playhead/erasures")
SITE = SiteId("site-1")
DESK = WorkstationId("desk-1")
STARTED_US = 1_800_000_000_000_000
DATA_KEY = bytes(range(32))
SITE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AUTHORITY = create_authority(SITE, Ed25519PrivateKey.from_private_bytes(bytes(32)), serial=1, now_us=STARTED_US)


def recording_id(number):
    return RecordingId(UUID(int=number))


def sealed_segment(recording, number) -> MadeSegment:
    """A segment whose data key is sealed to the site."""
    segment = SegmentId(UUID(int=1000 + number))
    public = SITE_KEY.public_key().public_bytes_raw()
    signer = SIGNER.public_key().public_bytes_raw()
    envelope = seal_data_key(DATA_KEY, public, recording=recording, segment=segment, signer=signer)
    return make_segment(
        recording=recording, segment=segment, signer=SIGNER, keys=(envelope,), data_key=DATA_KEY, pieces=(300, 900)
    )


async def at_once(work):
    return work()


@dataclass
class World:
    """What outlives the power."""

    catalogue: Catalogue
    disk: SimulatedDisk
    clock: SimClock
    gone: list[Gone] = field(default_factory=list)
    made: dict[SegmentId, MadeSegment] = field(default_factory=dict)

    def eraser(self) -> Eraser:
        return Eraser(
            ROOT,
            JOURNAL,
            catalogue=self.catalogue,
            disk=self.disk,
            authority=AUTHORITY,
            audit=AuditTrail(self.catalogue, self.clock),
            clock=self.clock,
            on_gone=self.gone.append,
            offload=at_once,
        )

    def put(self, path, data):
        """A file that is durable."""
        self.disk.make_folder(path.parent)
        file = self.disk.open(path, create=True)
        file.write_at(data, 0)
        file.sync()
        file.close()
        for folder in (path.parent, *path.parent.parents):
            self.disk.sync_folder(folder)

    def content(self, path):
        file = self.disk.open(path)
        return file.read_at(file.size(), 0)

    async def add(self, number, *, segments=1, state=RecordingState.COMPLETE, started_us=STARTED_US):
        """A recording with its files."""
        recording = recording_id(number)
        async with self.catalogue.writing() as connection:
            await add_recording(
                connection, recording=recording, workstation=DESK, agent="alex", started_at_us=started_us
            )
            for part in range(segments):
                made = sealed_segment(recording, number * 10 + part)
                location = f"2027/01/15/{made.header.segment}.vid"
                self.made[made.header.segment] = made
                self.put(ROOT / location, made.data)
                segment = Segment(
                    id=made.header.segment,
                    recording=recording,
                    started_at_us=started_us,
                    covered_us=2_000_000,
                    durable_bytes=len(made.data),
                    sealed=True,
                    ended="sealed",
                )
                await add_segments(connection, [Located(segment, location)])
            ended_us = None if state is RecordingState.RECORDING else started_us + 2_000_000
            await set_recording_state(connection, recording, state, ended_us)
        return recording

    async def hold(self, recording, reason="case 4711"):
        async with self.catalogue.writing() as connection:
            await add_hold(connection, Hold(recording, reason, UserId("sue"), 1))

    async def quarantine(self, segment):
        async with self.catalogue.writing() as connection:
            await quarantine_one(
                connection,
                Quarantined(
                    kind="segment", subject=str(segment), place="store", code="vid.chain", message="Damaged.", at_us=1
                ),
            )

    async def find(self, recording):
        """The recording and its erasure, as the catalogue has them."""
        async with self.catalogue.reading() as connection:
            return await find_recording(connection, recording), await find_erasure(connection, recording)

    def envelopes_on_disk(self):
        """Segments whose key can still be had from a file of theirs."""
        left = set()
        folders = [ROOT / "2027/01/15", ROOT / "quarantine"]
        for folder in folders:
            for name in self.disk.list_folder(folder) if self.disk.exists(folder) else []:
                content = self.content(folder / name)
                left |= {
                    segment
                    for segment, made in self.made.items()
                    for envelope in made.header.keys
                    if to_base64url(envelope.sealed)[20:60].encode() in content
                }
        return left


def order(recording, **more):
    return Order(recording, **{"by": "sue", "reason": "asked for by the customer", **more})


@asynccontextmanager
async def opened_world(location, template=None, *, disk=None):
    """An empty world, with its catalogue copied from a template where one was made before."""
    if template is not None and template.exists():
        shutil.copy(template, location)
    catalogue = await Catalogue.open(location)
    try:
        world = World(catalogue, disk or SimulatedDisk(), SimClock())
        async with catalogue.writing() as connection:
            await enrol_workstation(
                connection, workstation=DESK, signer=bytes(32), certificate_hash=bytes(32), now_us=1
            )
        yield world
    finally:
        await catalogue.close()
