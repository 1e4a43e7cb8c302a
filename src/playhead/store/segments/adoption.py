"""Takes a segment's file that the catalogue does not know into it: with its recording and its workstation."""

from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId
from playhead.domain.events import Event, started
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events
from playhead.store.catalogue.recordings import add_recording, find_recording, set_recording_start, set_recording_state
from playhead.store.catalogue.sealed import sealed_events
from playhead.store.catalogue.segments import Located, add_segments
from playhead.store.catalogue.workstations import enrol_workstation, find_workstation, revoke_workstation
from playhead.store.disk import Disk
from playhead.store.segments.layout import heard_us, local_of
from playhead.store.segments.resume import encode_resume
from playhead.wire.vid import Header, Scanner

PORTION_BYTES: Final = 1 << 20

NO_CERTIFICATE: Final = bytes(32)
"""Of a workstation that only its files tell of: no certificate has this hash, and it is revoked until enrolled anew."""


async def adopt(catalogue: Catalogue, scanner: Scanner, location: str, clock: Clock, *, tell: bool) -> RecordingId:
    """Add a segment that the catalogue does not have.

    Args:
        catalogue: open.
        scanner: has read the file, and found a header.
        location: where the file lies.
        tell: whether other programs are told what is new; not, where a whole catalogue is made anew of what they know.
        clock: stamps a workstation that was not known either, which is revoked until it is enrolled anew.

    Returns:
        The recording that it is part of.

    Raises:
        UnavailableError: ``catalogue.unavailable``.
    """
    state = scanner.state()
    assert state is not None  # noqa: S101 # its header was found
    header = state.header
    segment = Segment(
        id=header.segment,
        recording=header.recording,
        started_at_us=header.started_at_us,
        covered_us=scanner.covered_us,
        durable_bytes=state.offset,
        sealed=state.sealed,
        ended="sealed" if state.sealed else "",
    )
    async with catalogue.writing() as connection:
        known = await find_workstation(connection, header.workstation)
        if known is None:
            await enrol_workstation(
                connection,
                workstation=header.workstation,
                signer=header.signer,
                certificate_hash=NO_CERTIFICATE,
                now_us=header.started_at_us,
            )
            await revoke_workstation(connection, header.workstation, clock.wall_us())
        recording = await find_recording(connection, header.recording)
        if recording is None:
            await add_recording(
                connection,
                recording=header.recording,
                workstation=header.workstation,
                agent=header.agent,
                started_at_us=header.started_at_us,
                site=str(header.site),
                heard_at_us=heard_us(local_of(location)),
            )
        else:
            await set_recording_start(connection, header.recording, header.started_at_us)
            await reopen(connection, header.recording)
        await add_segments(connection, [Located(segment, location, encode_resume(state))])
        if tell:
            now_us = clock.wall_us()
            told = [] if recording is not None else [_started(header, now_us)]
            await add_events(connection, [*told, *await sealed_events(connection, [segment.id], now_us)])
    return header.recording


def _started(header: Header, at_us: int) -> Event:
    return started(header.recording, header.workstation, header.agent, started_at_us=header.started_at_us, at_us=at_us)


async def reopen(connection: AsyncConnection, recording: RecordingId) -> None:
    """Have the next start find out anew which state it is in."""
    await set_recording_state(connection, recording, RecordingState.RECORDING, None)


def scan_file(disk: Disk, path: Path) -> tuple[Scanner, str]:
    """A file up to its last whole record, and what is wrong with it before that; empty for a torn end. Blocks."""
    scanner = Scanner()
    file = disk.open(path)
    try:
        for offset in range(0, file.size(), PORTION_BYTES):
            scanner.feed(file.read_at(PORTION_BYTES, offset))
    except CorruptError as error:
        return scanner, error.message
    finally:
        file.close()
    return scanner, ""
