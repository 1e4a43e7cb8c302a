"""Mends what the check finds, as far as files and catalogue tell how. Only while no service uses either.

A file is the truth about what is there: one that the catalogue does not know is taken into it again, with its recording
and its workstation where those are unknown, too. So a lost catalogue comes back from the files alone. What was
acknowledged and is gone cannot be mended; its segment is set apart, and taken anew if the workstation still has it.
"""

import asyncio
from pathlib import Path
from typing import Final

from playhead.base.clock import Clock
from playhead.domain.quarantine import Quarantined
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.quarantine import quarantine_one
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.segments import (
    CORRUPT,
    Progress,
    find_segment,
    mark_segment,
    record_progress,
)
from playhead.store.disk import Disk
from playhead.store.segments.adoption import adopt, reopen, scan_file
from playhead.store.segments.check import Finding
from playhead.store.segments.layout import path_of
from playhead.store.segments.recovery import set_aside
from playhead.store.segments.resume import encode_resume

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
    scanner, fault = await asyncio.to_thread(scan_file, disk, path_of(root, finding.location))
    state = scanner.state()
    if state is None or fault or not state.sealed or state.offset != located.segment.durable_bytes:
        return await _set_apart(catalogue, finding, clock)
    progress = Progress(finding.segment, state.offset, scanner.covered_us, encode_resume(state), "sealed", sealed=True)
    async with catalogue.writing() as connection:
        await record_progress(connection, [progress])
        await reopen(connection, located.segment.recording)
    return "Noted that it is sealed."


async def _adopt(catalogue: Catalogue, disk: Disk, root: Path, finding: Finding, clock: Clock) -> str:
    scanner, fault = await asyncio.to_thread(scan_file, disk, path_of(root, finding.location))
    state = scanner.state()
    if state is None or fault or state.header.segment != finding.segment:
        kept = await asyncio.to_thread(set_aside, disk, root, finding.location)
        return f"Moved to {kept}, for it is not whole: {fault or 'its header is not of this segment.'}"
    recording = await adopt(catalogue, scanner, finding.location, clock, tell=False)
    return f"Taken into the catalogue again, as part of recording {recording}."
