"""What erasing does to files: noting what they hold, destroying their keys, removing them. Everything here blocks."""

import contextlib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId, SegmentId
from playhead.store.catalogue.erasures import ErasedSegment
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Disk, File
from playhead.store.segments.elsewhere import Elsewhere
from playhead.store.segments.layout import local_of, path_of, segment_of
from playhead.store.segments.recovery import ASIDE
from playhead.wire.vid import CHAIN_BYTES, MAX_HEADER_BODY_BYTES, PREFIX_BYTES, read_header

_SHREDDED_BYTES: Final = 256
"""So many zeros begin no header's body: it is a map with names in it."""

_HEADER_BYTES_MAX: Final = PREFIX_BYTES + MAX_HEADER_BODY_BYTES + CHAIN_BYTES


def note_object(elsewhere: Elsewhere, located: Located) -> ErasedSegment:
    """The same of a segment that lies in a store of objects, as `note_segment`.

    Raises:
        UnavailableError, RefusedError: as `ObjectStore`.
    """
    durable = located.segment.durable_bytes
    chain, keys = bytes(CHAIN_BYTES), tuple[str, ...]()
    with contextlib.suppress(CorruptError), contextlib.closing(elsewhere.view(located.location, plain=True)) as file:
        header, _ = read_header(file.read_at)
        keys = tuple(hashlib.sha256(envelope.sealed).hexdigest() for envelope in header.keys)
        chain = file.read_at(CHAIN_BYTES, durable - CHAIN_BYTES).ljust(CHAIN_BYTES, b"\0")
    return erased_segment(located, durable, chain, keys)


def note_segment(disk: Disk, root: Path, located: Located) -> ErasedSegment:
    """What the certificate will say of a segment. One whose file is gone or damaged is noted as far as it can be.

    Raises:
        OSError: the disk failed.
    """
    durable = located.segment.durable_bytes
    chain, keys = bytes(CHAIN_BYTES), tuple[str, ...]()
    try:
        file = disk.open(path_of(root, located.location))
    except FileNotFoundError:
        return erased_segment(located, 0, chain, keys)
    try:
        size = file.size()
        with contextlib.suppress(CorruptError):
            header, _ = read_header(file.read_at)
            keys = tuple(hashlib.sha256(envelope.sealed).hexdigest() for envelope in header.keys)
            if size >= durable:
                chain = file.read_at(CHAIN_BYTES, durable - CHAIN_BYTES)
    finally:
        file.close()
    return erased_segment(located, size, chain, keys)


def erased_segment(located: Located, size_bytes: int, chain: bytes, keys: tuple[str, ...]) -> ErasedSegment:
    """What the certificate will say of a segment, from its row and its file."""
    return ErasedSegment(
        segment=located.segment.id,
        location=located.location,
        started_at_us=located.segment.started_at_us,
        covered_us=located.segment.covered_us,
        size_bytes=size_bytes,
        chain=chain,
        keys=keys,
    )


def copies_of(disk: Disk, root: Path, segments: Iterable[ErasedSegment]) -> list[Path]:
    """Every file of some segments below the store's root: where each lies, and where it was set aside before."""
    wanted = {part.segment: _path_of(root, part) for part in segments}
    found = [path for path in wanted.values() if disk.exists(path)]
    if disk.exists(root / ASIDE):
        found += [root / ASIDE / name for name in disk.list_folder(root / ASIDE) if _segment_of(name) in wanted]
    return found


def recordings_aside(disk: Disk, root: Path, known: Mapping[Path, RecordingId]) -> dict[Path, RecordingId]:
    """Of which recording each file is that was set aside; what has no whole header is left out.

    Args:
        disk: where they lie.
        root: of the segment store.
        known: what was found before, which is not read again.
    """
    found: dict[Path, RecordingId] = {}
    folder = root / ASIDE
    for name in disk.list_folder(folder) if disk.exists(folder) else ():
        path = folder / name
        if path in known:
            found[path] = known[path]
        elif _segment_of(name) is not None:
            with contextlib.suppress(CorruptError, FileNotFoundError):
                file = disk.open(path)
                try:
                    found[path] = read_header(file.read_at)[0].recording
                finally:
                    file.close()
    return found


def shred(disk: Disk, paths: Sequence[Path]) -> dict[Path, OSError]:
    """Destroy the data keys of files: overwrite what follows the first 16 bytes of their headers, durably, in place.

    The key envelopes go, and with them everything else in the header. The 16 bytes stay, for they say how long it is:
    so it may be done again, after whatever came in between.

    Returns:
        The files for which it failed.
    """
    failed: dict[Path, OSError] = {}
    opened: dict[Path, File] = {}
    try:
        for path in paths:
            try:
                opened[path] = disk.open(path)
                _overwrite(opened[path])
            except FileNotFoundError:
                continue
            except OSError as error:
                failed[path] = error
        done = {path: file for path, file in opened.items() if path not in failed}
        outcomes = zip(done, disk.sync_files(list(done.values())), strict=True)
        failed |= {path: error for path, error in outcomes if error is not None}
    finally:
        for file in opened.values():
            file.close()
    return failed


def is_shredded(file: File) -> bool:
    """Whether its keys were destroyed."""
    body = file.read_at(_SHREDDED_BYTES, PREFIX_BYTES)
    return bool(body) and not any(body)


def remove(disk: Disk, root: Path, segments: Sequence[ErasedSegment]) -> None:
    """Remove every file of some segments, durably.

    Raises:
        OSError: the disk failed.
    """
    remove_all(disk, copies_of(disk, root, segments))
    # Also where nothing is left to remove: whoever did may have been killed before coming to this.
    for folder in sorted({root / ASIDE, *(_path_of(root, part).parent for part in segments)}):
        if disk.exists(folder):
            disk.sync_folder(folder)


def remove_all(disk: Disk, paths: Sequence[Path]) -> None:
    """Remove files, durably.

    Raises:
        OSError: the disk failed.
    """
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            disk.remove(path)
    for folder in sorted({path.parent for path in paths}):
        disk.sync_folder(folder)


def _overwrite(file: File) -> None:
    try:
        _, header = read_header(file.read_at)
    except CorruptError:
        header = _HEADER_BYTES_MAX  # damaged, or shredded before: keys may lie anywhere in there
    rest = min(header, file.size()) - PREFIX_BYTES
    if rest > 0:
        file.write_at(bytes(rest), PREFIX_BYTES)


def _path_of(root: Path, part: ErasedSegment) -> Path:
    """Where its file lies; where it did, and may again by a crash, of one that lies in a store of objects."""
    return path_of(root, local_of(part.location))


def _segment_of(name: str) -> SegmentId | None:
    """The segment of a file that was set aside, perhaps with a number: ``<id>.vid``, ``<id>.2.vid``."""
    stem, _, suffix = name.partition(".")
    return segment_of(f"{stem}.{suffix.rpartition('.')[2]}")
