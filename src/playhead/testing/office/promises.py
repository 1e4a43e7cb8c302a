"""What an office is judged by. Each promise that is broken raises `BrokenPromise`, which says which and where."""

import contextlib
from itertools import pairwise
from pathlib import PurePath
from typing import Any, Final, cast

import msgspec

from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId, SegmentId
from playhead.domain.coverage import Reason
from playhead.net.peer import INBOUND_BYTES, OUTBOUND_BYTES_MAX, READ_BYTES, Peer
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import get_recording
from playhead.store.catalogue.segments import Located, list_segments
from playhead.store.segments.check import check_segments
from playhead.store.segments.committer import PENDING_BYTES_MAX
from playhead.testing.office.desk import WATERMARK
from playhead.testing.office.footage import BLACK, Shown, bodies, pictures
from playhead.testing.office.hosts import SEGMENTS, Host
from playhead.testing.office.office import Office
from playhead.wire.screen.limits import MAX_CONTROL_BYTES, MAX_RECORDS_BYTES
from playhead.wire.vid import Kind, Scanner

HELD_BYTES_MAX: Final = INBOUND_BYTES + READ_BYTES + MAX_RECORDS_BYTES + MAX_CONTROL_BYTES + OUTBOUND_BYTES_MAX
"""What one connection may hold at an end."""

ARRIVED_S: Final = 300.0
"""So long after the last fault everything has arrived: five minutes."""

CRASH_US_MAX: Final = 2_500_000
"""What a crash of a workstation may cost: half a second that was not synced, and two of the recorder's heartbeat."""

_WATERMARK: Final = WATERMARK.encode()


class BrokenPromise(AssertionError):  # noqa: N818 - it is no error of the program that runs this
    """Something that Playhead promises did not hold."""


def acknowledged_is_kept(office: Office) -> None:
    """What the premises said it holds durably is on its disk, byte for byte as it was sent."""
    files = _segment_files(office.premises)
    for segment, sent in office.wires.sent.items():
        found, promised = files.get(segment, []), bytes(sent.content[: sent.acknowledged])
        if promised and not any(content.startswith(promised) for _, content in found):
            held = [len(content) for _, content in found]
            text = f"segment {segment}: {sent.acknowledged} bytes were acknowledged, the disk holds {held}"
            raise BrokenPromise(f"Acknowledged is never lost or altered: {text}")


def nothing_deleted_early(office: Office) -> None:
    """A workstation gives up nothing that the premises has not said it holds."""
    for workstation in office.workstations:
        for segment, content in workstation.given_up.items():
            sent = office.wires.sent.get(segment)
            if sent is None or not sent.final or sent.acknowledged < len(content):
                told = "nothing" if sent is None else f"{sent.acknowledged} bytes (final: {sent.final})"
                text = f"segment {segment} of {len(content)} bytes was removed, acknowledged was {told}"
                raise BrokenPromise(f"The spool keeps what is not acknowledged: {text}")


def spool_is_sound(workstation: Host) -> None:
    """What lies finished in a spool after a crash is whole."""
    for path, content in workstation.disk.files().items():
        if path.parent.name != "finished" or ".lost." in path.name:  # its disk has failed it, and said so
            continue
        scanner = Scanner()
        with contextlib.suppress(CorruptError):  # the offset tells
            scanner.feed(content)
        if scanner.offset != len(content) or scanner.sealed != (".sealed." in path.name):
            held = f"{scanner.offset} of {len(content)} bytes, sealed: {scanner.sealed}"
            raise BrokenPromise(f"What is finished in the spool is whole: {workstation.name}:{path}: {held}")


def nothing_refused(office: Office) -> None:
    """The premises takes everything that a workstation has: nothing is set aside there."""
    for workstation in office.workstations:
        if workstation.has_failed:
            continue  # what its disk said it did not keep, it did not keep
        for path, content in workstation.disk.files().items():
            if path.parent.name == "set-aside" and path.suffix == ".txt":
                raise BrokenPromise(f"Nothing that was recorded is refused: set aside: {path.stem}: {content.decode()}")


async def index_agrees(office: Office, catalogue: Catalogue) -> None:
    """Disk and index say the same, and nothing is there twice."""
    async for finding in check_segments(catalogue, office.premises.disk, SEGMENTS):
        raise BrokenPromise(f"Disk and index agree: {finding.code} {finding.segment}: {finding.message}")
    for segment, found in _segment_files(office.premises).items():
        if len(found) > 1:
            raise BrokenPromise(f"Nothing is indexed twice: {segment} is at {[str(path) for path, _ in found]}")
    rows = {located.segment.id: located for located in await _rows(catalogue)}
    for segment, sent in office.wires.sent.items():
        row = rows.get(segment)
        if sent.acknowledged and (row is None or row.segment.durable_bytes < sent.acknowledged):
            held = None if row is None else row.segment.durable_bytes
            raise BrokenPromise(f"Acknowledged is in the index: {segment}: {sent.acknowledged} bytes, index has {held}")
        if sent.final and row is not None and not row.segment.ended:
            raise BrokenPromise(f"An end that was acknowledged is in the index: {segment}")


async def pictures_are_whole(office: Office, catalogue: Catalogue) -> None:
    """No picture is there twice, and none is missing within a recording without a reason beside it."""
    files = _segment_files(office.premises)
    seen: dict[tuple[str, int], SegmentId] = {}
    for located in await _rows(catalogue):
        content = files[located.segment.id][0][1][: located.segment.durable_bytes]
        shown = pictures(content)
        last: Shown | None = None
        for one in shown:
            if one.life == BLACK:
                last = None
                continue
            if (one.life, one.number) in seen:
                first = seen[one.life, one.number]
                text = f"picture {one.life} {one.number} is in {first} and in {located.segment.id}"
                raise BrokenPromise(f"Nothing is kept twice: {text}")
            seen[one.life, one.number] = located.segment.id
            if last is not None and last.life == one.life and one.number != last.number + 1:
                text = f"{located.segment.id}: picture {one.life} {last.number} is followed by {one.number}"
                raise BrokenPromise(f"Nothing is missing within a segment: {text}")
            last = one


async def gaps_have_reasons(office: Office, catalogue: Catalogue) -> None:
    """Where pictures are missing between two segments of a recording, the later one says why."""
    files = _segment_files(office.premises)
    by_recording: dict[RecordingId, list[tuple[Shown, Shown, Shown, bytes]]] = {}
    dark: set[RecordingId] = set()
    for located in await _rows(catalogue):
        content = files[located.segment.id][0][1]
        shown = pictures(content)
        seen = next((one for one in shown if one.life != BLACK), None)
        if seen is not None:
            by_recording.setdefault(located.segment.recording, []).append((seen, shown[0], shown[-1], content))
        elif shown:
            dark.add(located.segment.recording)  # where it belongs among the others, its pictures do not tell
    for recording in by_recording.keys() - dark:
        # In the order in which they were captured: clocks may have been set back.
        those = sorted(by_recording[recording], key=lambda one: (int(one[0].life.partition("/")[2]), one[0].number))
        for (_, _, last, _), (_, first, _, content) in pairwise(those):
            if not _follows(last, first) and not _reasons(content):
                text = f"recording {recording}: {last.life} {last.number} is followed by {first.life} {first.number}"
                raise BrokenPromise(f"Every gap has a reason: {text}")


async def ledger_has_reasons(office: Office, catalogue: Catalogue) -> None:
    """The ledger of coverage explains everything that is missing of a recording, but for what a crash may cost."""
    coverage = office.premises.coverage
    if coverage is None or any(host.clock.off_us for host in office.hosts):
        return  # with clocks that were set it is a matter of which one to believe
    for recording in {located.segment.recording for located in await _rows(catalogue)}:
        async with catalogue.reading() as connection:
            found = await get_recording(connection, recording)
        if {str(found.workstation), office.premises.name} & office.were_old:
            continue  # who keeps no journal, or takes none, explains nothing
        for missing in (await coverage.ledger.recording(found)).ledger.missing:
            span_us = missing.to_us - missing.from_us
            if missing.reason is Reason.UNKNOWN and span_us > CRASH_US_MAX:
                from_s = (missing.from_us - found.started_at_us) / 1e6
                text = f"{span_us / 1e6:.1f} s from {from_s:.1f} s on"
                raise BrokenPromise(f"Every missing second has a reason in the ledger: recording {recording}: {text}")


def _follows(last: Shown, first: Shown) -> bool:
    is_dark = BLACK in {last.life, first.life}
    return is_dark or (last.life == first.life and first.number == last.number + 1)


def _reasons(content: bytes) -> list[str]:
    """What a segment says of the time before it."""
    markers = [msgspec.json.decode(body) for scanned, body in bodies(content) if scanned.header.kind == Kind.MARKER]
    return [str(each["reason"]) for each in markers if each["code"] == "recording.resumed" and each.get("reason")]


def nothing_forbidden(host: Host) -> None:
    """What stood on a screen under a blackout is nowhere on a disk, sealed or not."""
    for path, content in host.disk.remains():
        if _WATERMARK in content:
            raise BrokenPromise(f"Nothing is captured under a blackout: {host.name}:{path} holds it in the clear")
        for scanned, body in bodies(content):
            if _WATERMARK in body:
                text = f"{host.name}:{path} holds it at media time {scanned.header.media_time_us} µs"
                raise BrokenPromise(f"Nothing is captured under a blackout: {text}")


def nobody_failed(office: Office) -> None:
    """No program ended in a way that it should not, and no promise was found broken beside the main road."""
    for text in office.broken:
        raise BrokenPromise(text)
    for failure in office.simulation.loop.failures:
        error = failure.get("exception")
        raise error if isinstance(error, BrokenPromise) else AssertionError(str(failure)) from error


def memory_is_bounded(office: Office) -> None:
    """Nobody holds more than the limits allow."""
    for link in office.network.links:
        for end in link.ends:
            held_bytes = cast("Peer[Any]", end.protocol).held_bytes
            if held_bytes > HELD_BYTES_MAX:
                raise BrokenPromise(f"Memory is bounded: a connection of {end.host} holds {held_bytes} bytes")
    store = office.premises.store
    if store is not None and store.pending_bytes > PENDING_BYTES_MAX + len(office.workstations) * MAX_RECORDS_BYTES:
        raise BrokenPromise(f"Memory is bounded: the store holds {store.pending_bytes} bytes")


def in_time(office: Office, ends_at: float) -> None:
    """Once the faults are over the premises soon has all there is, and the workstations may forget it."""
    if office.simulation.loop.time() > ends_at:
        raise BrokenPromise(f"Everything arrives within {ARRIVED_S:.0f} s: still spooled: {waiting(office)}")


def waiting(office: Office) -> list[str]:
    """What lies in the spools."""
    return [
        f"{each.name}:{path}"
        for each in office.workstations
        for path in each.disk.files()
        if path.parent.name in {"writing", "finished"}
    ]


async def recordings_of(catalogue: Catalogue) -> set[RecordingId]:
    """The recordings that have segments in the index."""
    return {located.segment.recording for located in await _rows(catalogue)}


def _segment_files(premises: Host) -> dict[SegmentId, list[tuple[PurePath, bytes]]]:
    """The files of each segment in the day folders."""
    found: dict[SegmentId, list[tuple[PurePath, bytes]]] = {}
    for path, content in premises.disk.files().items():
        if path.suffix == ".vid" and path.is_relative_to(SEGMENTS) and path.parent.name.isdecimal():
            found.setdefault(SegmentId.parse(path.stem), []).append((path, content))
    return found


async def _rows(catalogue: Catalogue) -> list[Located]:
    async with catalogue.reading() as connection:
        return await list_segments(connection, after=None, limit=1_000_000)
