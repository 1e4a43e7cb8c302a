"""What the screen service does beside its connections, again and again."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, Final

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.net.tls import load_certificate
from playhead.premises.screen.connected import ConnectedWorkstation
from playhead.premises.screen.directory import Directory
from playhead.premises.screen.examinations import Examinations
from playhead.premises.screen.recordings import Recordings
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.enrolment_codes import delete_expired_codes
from playhead.store.catalogue.workstations import PAGE_ITEMS_MAX, Workstation, list_revoked, list_workstations
from playhead.store.keyring import Keyring
from playhead.store.segments import SegmentStore

REVOCATION_S: Final = 5.0
"""How often it is looked whether a connected workstation has been revoked, by the command line or another process."""
KEYS_S: Final = 3_600.0
"""How often the server's certificate and the enrolment codes are looked after."""
CODES_KEPT_US: Final = 30 * 86_400_000_000
"""How long an expired enrolment code is kept, for those who ask why it did not work."""
MEASURE_S: Final = 60.0
"""How often the length of recordings under way is noted: they are found as long as they were up to a minute ago."""
ROOM_S: Final = 5.0
"""How often it is looked how much room the disk has."""

_log: Any = structlog.get_logger()


async def all_workstations(catalogue: Catalogue) -> list[Workstation]:
    """Every workstation, page by page, so that no reader holds the catalogue for long."""
    found: list[Workstation] = []
    while True:
        async with catalogue.reading() as connection:
            page = await list_workstations(connection, after=found[-1].id if found else None)
        found += page
        if len(page) < PAGE_ITEMS_MAX:
            return found


async def watch_revocations(
    catalogue: Catalogue,
    connected: Mapping[WorkstationId, ConnectedWorkstation],
    directory: Directory,
    examinations: Examinations,
    every_s: float = REVOCATION_S,
) -> None:
    """Cut off who is revoked while connected, and show them no more. Runs until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            async with catalogue.reading() as connection:
                revoked = await list_revoked(connection, [known.id for known in directory.all()])
        except UnavailableError as error:
            _log.warning("revocations not looked at", code=error.code, reason=error.message)
            continue
        directory.forget(revoked)
        examinations.forget(revoked)
        # All at once: one that keeps its goodbye waiting must not delay the others, who may leave meanwhile.
        going = [(name, connected[name].peer) for name in revoked & connected.keys()]
        await asyncio.gather(
            *(peer.close("screen.revoked", f"Workstation {name} has been revoked.") for name, peer in going)
        )


async def watch_room(store: SegmentStore, every_s: float = ROOM_S) -> None:
    """Notice that the disk is full, or has room again, while nothing is written. Runs until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        await store.look_at_disk()


async def measure_recordings(recordings: Recordings, every_s: float = MEASURE_S) -> None:
    """Keep the lengths of what is being recorded about right. Runs until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await recordings.measure()
        except UnavailableError as error:
            _log.warning("recordings not measured", code=error.code, reason=error.message)


async def look_after_keys(catalogue: Catalogue, keyring: Keyring, tls: ssl.SSLContext | None, clock: Clock) -> None:
    """Renew the server's certificate in time, and forget old enrolment codes. Runs until cancelled."""
    while True:
        try:
            if keyring.refresh() and tls is not None:
                load_certificate(tls, keyring.server_file, keyring.server_file)
            async with catalogue.writing() as connection:
                await delete_expired_codes(connection, clock.wall_us() - CODES_KEPT_US)
        except (PlayheadError, OSError) as error:
            _log.warning("keys not looked after", reason=str(error))
        await asyncio.sleep(KEYS_S)
