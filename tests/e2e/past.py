"""An interaction of another day, put into a site as ingest would have, before its server starts."""

import asyncio
import contextlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.cli.places import PremisesPlaces
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import add_recording
from playhead.store.catalogue.workstations import enrol_workstation
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.testing.vid import make_header
from playhead.wire import vid
from playhead.wire.vid import Flag, Kind
from web.footage import Segment, busy, film

SITE = SiteId("site")


def sealed(footage: Segment, header: vid.Header, data_key: bytes, signer: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    """The file header, and all that follows it."""
    writer = vid.Writer(header, data_key, signer)
    start = writer.start()
    began_us = header.started_at_us
    (epoch,) = footage.epochs
    records = [writer.record(Kind.INIT, track=1, media_time_us=0, wall_time_us=began_us, body=epoch.init)]
    for number, piece in enumerate(footage.pieces):
        known = number + 1 < len(footage.pieces)
        end_us = footage.pieces[number + 1].at_us if known else footage.covered_us
        records.append(
            writer.record(
                Kind.PIECE,
                track=1,
                flags=Flag.KEY if piece.key else Flag.NONE,
                media_time_us=piece.at_us,
                wall_time_us=began_us + piece.at_us,
                span_us=end_us - piece.at_us,
                body=piece.media,
            )
        )
    records.append(writer.seal(footage.covered_us, began_us + footage.covered_us))
    return start, b"".join(records)


async def add_interaction(places: PremisesPlaces, *, agent: str, started_at_us: int, seconds: int) -> RecordingId:
    """A complete recording whose every picture says its own time (`web.footage`)."""
    places.make()
    clock = SystemClock()
    keyring = Keyring.open(places.keys, SITE, clock)
    keyring.refresh()
    catalogue = await Catalogue.open(places.catalogue)
    ledger = CatalogueLedger(catalogue, clock)
    store = SegmentStore(places.recordings, disk=SystemDisk(), ledger=ledger, clock=clock, interval_s=0.0)
    footage = film("past", 0, seconds * 1_000_000, busy(0, seconds, fps=2))
    signer = Ed25519PrivateKey.generate()
    header, data_key = make_header(
        f"{agent} {started_at_us}",
        site=str(SITE),
        agent=agent,
        started_at_us=started_at_us,
        site_private_key=keyring.recording_key,
        signer=signer,
    )
    async with catalogue.writing() as connection:
        await enrol_workstation(
            connection,
            workstation=WorkstationId(str(header.workstation)),
            signer=signer.public_key().public_bytes_raw(),
            certificate_hash=bytes(32),
            now_us=started_at_us,
        )
        await add_recording(
            connection,
            recording=header.recording,
            workstation=header.workstation,
            agent=agent,
            started_at_us=started_at_us,
            site=str(SITE),
        )
    await store.recover()
    committing = asyncio.create_task(store.run())
    start, rest = sealed(footage, header, data_key, signer)
    segment = await store.open(start)
    store.append(segment, rest)
    store.end(segment, "sealed")
    await store.settled(segment)
    committing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await committing
    await catalogue.close()
    return header.recording
