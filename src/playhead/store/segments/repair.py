"""Mends what the check finds, as far as files and catalogue tell how. Only while no service uses either.

A file is the truth about what is there: one that the catalogue does not know is taken into it again, with its recording
and its workstation where those are unknown, too. So a lost catalogue comes back from the files alone. What was
acknowledged and is gone cannot be mended; its segment is set apart, and taken anew if the workstation still has it.
"""

import asyncio
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId
from playhead.domain.quarantine import Quarantined
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import quarantine_one
from playhead.store.catalogue.recordings import add_recording, find_recording, set_recording_start, set_recording_state
from playhead.store.catalogue.segments import (
    CORRUPT,
    Located,
    Progress,
    add_segments,
    find_segment,
    mark_segment,
    record_progress,
)
from playhead.store.catalogue.workstations import enrol_workstation, find_workstation, revoke_workstation
from playhead.store.disk import Disk
from playhead.store.segments.check import Finding
from playhead.store.segments.layout import heard_us, path_of
from playhead.store.segments.recovery import set_aside
from playhead.store.segments.resume import encode_resume
from playhead.wire.vid import Scanner

PORTION_BYTES: Final = 1 << 20

NO_CERTIFICATE: Final = bytes(32)
"""Of a workstation that only its files tell of: no certificate has this hash, and it is revoked until enrolled anew."""

_GONE: Final = frozenset({"check.missing", "check.short", "check.header", "check.damaged"})


async def repair(catalogue: Catalogue, disk: Disk, root: Path, finding: Finding, clock: Clock) -> str:
    """Mend one thing that the check has found.

    Returns:
        What was done, as a sentence; empty where nothing can be.

    Raises:
        OSError: the disk failed.
        UnavailableError: the catalogue did.
    """
    if finding.code in _GONE:
        return await _set_apart(catalogue, finding, clock)
    match finding.code:
        case "check.orphan":
            return await _adopt(catalogue, disk, root, finding, clock)
        case "check.tail":
            return await _cut(catalogue, disk, root, finding)
        case "check.seal":
            return await _reseal(catalogue, disk, root, finding, clock)
        case _:
            return ""


async def _set_apart(catalogue: Catalogue, finding: Finding, clock: Clock) -> str:
    async with catalogue.writing() as connection:
        located = await find_segment(connection, finding.segment)
        recording = None if located is None else await find_recording(connection, located.segment.recording)
        await mark_segment(connection, finding.segment, CORRUPT)
        listed = Quarantined(
            kind="segment",
            subject=str(finding.segment),
            place="store",
            code=finding.code,
            message=finding.message,
            at_us=clock.wall_us(),
            recording=None if recording is None else recording.id,
            workstation=None if recording is None else recording.workstation,
            location=finding.location,
            bytes=0 if located is None else located.segment.durable_bytes,
            details={"segment": str(finding.segment)},
        )
        await quarantine_one(connection, listed)
    return "Set apart; if the workstation still has it, it is taken anew."


async def _cut(catalogue: Catalogue, disk: Disk, root: Path, finding: Finding) -> str:
    async with catalogue.reading() as connection:
        located = await find_segment(connection, finding.segment)
    if located is None:
        return ""
    durable = located.segment.durable_bytes

    def cut() -> None:
        file = disk.open(path_of(root, finding.location))
        try:
            file.truncate(durable)
            file.sync()
        finally:
            file.close()

    await asyncio.to_thread(cut)
    return "Cut off what was never acknowledged."


async def _reseal(catalogue: Catalogue, disk: Disk, root: Path, finding: Finding, clock: Clock) -> str:
    """File and catalogue disagree about the seal: the file is right if it holds one."""
    async with catalogue.reading() as connection:
        located = await find_segment(connection, finding.segment)
    if located is None:
        return ""
    scanner, fault = await asyncio.to_thread(_read, disk, path_of(root, finding.location))
    state = scanner.state()
    if state is None or fault or not state.sealed or state.offset != located.segment.durable_bytes:
        return await _set_apart(catalogue, finding, clock)
    progress = Progress(finding.segment, state.offset, scanner.covered_us, encode_resume(state), "sealed", sealed=True)
    async with catalogue.writing() as connection:
        await record_progress(connection, [progress])
        await _reopen(connection, located.segment.recording)
    return "Noted that it is sealed."


async def _adopt(catalogue: Catalogue, disk: Disk, root: Path, finding: Finding, clock: Clock) -> str:
    scanner, fault = await asyncio.to_thread(_read, disk, path_of(root, finding.location))
    state = scanner.state()
    if state is None or fault or state.header.segment != finding.segment:
        kept = await asyncio.to_thread(set_aside, disk, root, finding.location)
        return f"Moved to {kept}, for it is not whole: {fault or 'its header is not of this segment.'}"
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
                heard_at_us=heard_us(finding.location),
            )
        else:
            await set_recording_start(connection, header.recording, header.started_at_us)
            await _reopen(connection, header.recording)
        await add_segments(connection, [Located(segment, finding.location, encode_resume(state))])
    return f"Taken into the catalogue again, as part of recording {header.recording}."


async def _reopen(connection: AsyncConnection, recording: RecordingId) -> None:
    """Have the next start find out anew which state it is in."""
    await set_recording_state(connection, recording, RecordingState.RECORDING, None)


def _read(disk: Disk, path: Path) -> tuple[Scanner, str]:
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
