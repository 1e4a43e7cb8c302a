"""Recordings put into a site before its server starts, through the store that ingest uses."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from playing.desk import Footage, segments

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, SiteId, WorkstationId
from playhead.cli.places import PremisesPlaces
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue import Catalogue, recordings, workstations
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, SegmentStore

DESK: Final = WorkstationId("desk-1")


def recording_id(number: int) -> RecordingId:
    return RecordingId(UUID(bytes=number.to_bytes(15) + b"\0", version=4))


async def fill(places: PremisesPlaces, footage: Footage, lengths_s: Mapping[str, int]) -> dict[str, RecordingId]:
    """Add a complete recording for each length; their ids by its name."""
    places.make()
    clock = SystemClock()
    catalogue = await Catalogue.open(places.catalogue)
    keyring = Keyring.open(places.keys, SiteId("site"), clock)
    keyring.refresh()
    store = SegmentStore(
        places.recordings, disk=SystemDisk(), ledger=CatalogueLedger(catalogue, clock), clock=clock, interval_s=0.0
    )
    await store.recover()
    committing = asyncio.create_task(store.run())
    async with catalogue.writing() as connection:
        await workstations.enrol_workstation(
            connection, workstation=DESK, signer=bytes(32), certificate_hash=bytes(32), now_us=clock.wall_us()
        )
    made: dict[str, RecordingId] = {}
    for number, (name, seconds) in enumerate(lengths_s.items(), 1):
        made[name] = recording_id(number)
        started_at_us = clock.wall_us() - (number + sum(lengths_s.values())) * 1_000_000
        async with catalogue.writing() as connection:
            await recordings.add_recording(
                connection,
                recording=made[name],
                workstation=DESK,
                agent=f"bench.{name}",
                started_at_us=started_at_us,
            )
        for start, rest in segments(
            footage, made[name], seconds, started_at_us, site_key=keyring.recording_key, site="site"
        ):
            segment = await store.open(start)
            store.append(segment, rest)
            store.end(segment, "sealed")
            await store.settled(segment)
        async with catalogue.writing() as connection:
            ended_at_us = started_at_us + seconds * 1_000_000
            await recordings.set_recording_state(connection, made[name], RecordingState.COMPLETE, ended_at_us)
    committing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await committing
    await catalogue.close()
    return made
