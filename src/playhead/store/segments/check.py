"""Compares every segment's file with what the catalogue says of it. Changes nothing; may run beside the service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.base.errors import CorruptError, PlayheadError
from playhead.base.ids import SegmentId
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.segments import CORRUPT, DELETING, SUPERSEDED, Located, known_segments, list_segments
from playhead.store.disk import Disk, File, Readable
from playhead.store.segments.elsewhere import Elsewhere
from playhead.store.segments.layout import is_object, path_of
from playhead.store.segments.recovery import files_in, folders_of_days
from playhead.wire.vid import CHAIN_BYTES, read_header, verify

PAGE_ITEMS: Final = 500
"""Segments asked of the catalogue at a time, so that no reader holds it for long."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    code: str
    """``check.missing``, ``check.short``, ``check.header``, ``check.damaged``, ``check.seal``: acknowledged bytes are
    gone or changed. ``check.quarantine``: found so before. ``check.tail``: bytes that were never acknowledged follow a
    segment that has ended. ``check.orphan``: a file that the catalogue does not know. ``check.unreadable``: the disk
    failed. ``check.unreachable``: the store of objects in which it lies cannot be asked."""
    segment: SegmentId
    location: str
    message: str


async def check_segments(
    catalogue: Catalogue, disk: Disk, root: Path, *, thorough: bool = True, elsewhere: Elsewhere | None = None
) -> AsyncIterator[Finding]:
    """Look at every segment, then at every file.

    Args:
        catalogue: open.
        disk: where the segments lie.
        root: their folder.
        thorough: read every durable byte and check chain and seal, not only lengths.
        elsewhere: opens segments that lie in a store of objects; None leaves them out.
    """
    after: SegmentId | None = None
    while True:
        async with catalogue.reading() as connection:
            page = await list_segments(connection, after=after, limit=PAGE_ITEMS)
        for located in page:
            if is_object(located.location):
                finding = await asyncio.to_thread(_check_object, elsewhere, located, thorough=thorough)
            else:
                finding = await asyncio.to_thread(_check, disk, root, located, thorough=thorough)
            if finding is not None:
                yield finding
        if len(page) < PAGE_ITEMS:
            break
        after = page[-1].segment.id
    for folder in await asyncio.to_thread(folders_of_days, disk, root):
        files = await asyncio.to_thread(files_in, disk, root, folder)
        async with catalogue.reading() as connection:
            known = await known_segments(connection, list(files))
        for segment in files.keys() - known:
            message = "The catalogue has no such segment: a crash came in its first moment, or the row was lost."
            yield Finding("check.orphan", segment, files[segment], message)


def _check(disk: Disk, root: Path, located: Located, *, thorough: bool) -> Finding | None:
    segment = located.segment

    def found(code: str, message: str) -> Finding:
        return Finding(code, segment.id, located.location, message)

    if segment.ended in {DELETING, SUPERSEDED}:  # of the latter another server has all: nothing is promised here
        return None
    if segment.ended == CORRUPT:
        return found("check.quarantine", "Acknowledged bytes were found missing when it was last opened.")
    try:
        file = disk.open(path_of(root, located.location))
    except FileNotFoundError:
        return found("check.missing", "The file is gone.")
    try:
        fault = _fault(file, located, thorough=thorough)
    except CorruptError as error:
        return found("check.header", error.message)
    except OSError as error:
        return found("check.unreadable", f"The disk failed: {error.strerror}.")
    finally:
        file.close()
    return None if fault is None else found(*fault)


def _check_object(elsewhere: Elsewhere | None, located: Located, *, thorough: bool) -> Finding | None:
    segment = located.segment
    if elsewhere is None or segment.ended == DELETING:
        return None
    try:
        with contextlib.closing(elsewhere.view(located.location, plain=True)) as file:
            fault = _fault_of_object(file, located, thorough=thorough)
    except CorruptError as error:
        fault = "check.missing" if error.code == "store.missing" else "check.header", error.message
    except PlayheadError as error:
        fault = "check.unreachable", error.message
    return None if fault is None else Finding(fault[0], segment.id, located.location, fault[1])


def _fault_of_object(file: Readable, located: Located, *, thorough: bool) -> tuple[str, str] | None:
    segment = located.segment
    header, _ = read_header(file.read_at)
    if (header.segment, header.recording) != (segment.id, segment.recording):
        return "check.header", "The object holds another segment."
    if len(file.read_at(CHAIN_BYTES, segment.durable_bytes - CHAIN_BYTES)) < CHAIN_BYTES:
        return "check.short", f"It has fewer than the {segment.durable_bytes} bytes that were acknowledged."
    return _fault_inside(file, located) if thorough else None


def _fault(file: File, located: Located, *, thorough: bool) -> tuple[str, str] | None:
    segment = located.segment
    size = file.size()
    if size < segment.durable_bytes:
        return "check.short", f"It has {size} bytes where {segment.durable_bytes} were acknowledged."
    header, _ = read_header(file.read_at)
    if (header.segment, header.recording) != (segment.id, segment.recording):
        return "check.header", "The file holds another segment."
    if thorough and (fault := _fault_inside(file, located)) is not None:
        return fault
    if segment.ended and size > segment.durable_bytes:
        return "check.tail", f"{size - segment.durable_bytes} bytes follow what was acknowledged."
    return None


def _fault_inside(file: Readable, located: Located) -> tuple[str, str] | None:
    found = verify(file.read_at, located.segment.durable_bytes)
    if found.fault or found.truncated_bytes:
        return "check.damaged", found.message or "Its durable bytes end inside a record."
    if found.sealed != located.segment.sealed:
        return "check.seal", "Whether it is sealed, file and catalogue disagree."
    return None
