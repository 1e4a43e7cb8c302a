"""Copies a segment's file out of a backup, and looks at every byte of it on the way."""

import hashlib
from pathlib import Path

from playhead.base.errors import CorruptError
from playhead.store.backup.manifest import PORTION_BYTES, Entry
from playhead.store.disk import Disk, File
from playhead.store.segments.layout import path_of
from playhead.wire.vid import Scanner


def take_back(disk: Disk, source: Path, target: Path, entry: Entry, folders: set[Path]) -> File:
    """Copy one file, never sharing it: a server writes to its own. Blocks.

    Args:
        disk: where both lie.
        source: the backup's folder of segments.
        target: the server's.
        entry: what the backup has of it.
        folders: gets those that must be synced afterwards.

    Returns:
        The copy, open and not yet durable.

    Raises:
        CorruptError: ``restore.missing``, ``restore.damaged``. A damaged one is there as far as it is whole.
        OSError: the disk failed.
    """
    try:
        file = disk.open(path_of(source, entry.location))
    except FileNotFoundError:
        raise CorruptError("restore.missing", f"The backup lacks the file of segment {entry.segment}.") from None
    place = path_of(target, entry.location)
    disk.make_folder(place.parent)
    folders.update((place.parent, *place.parent.parents[: len(place.parent.relative_to(target).parts)]))
    try:
        copy = disk.open(place, create=True)
        try:
            is_same = _copied(file, copy, entry)
        except BaseException:
            copy.close()
            raise
    finally:
        file.close()
    if not is_same:
        copy.sync()
        copy.close()
        raise CorruptError("restore.damaged", f"Segment {entry.segment} is not what was backed up.")
    return copy


def _copied(file: File, copy: File, entry: Entry) -> bool:
    """Whether all of it is what was backed up."""
    digest, scanner = hashlib.sha256(), Scanner()
    is_whole = bool(entry.chain)
    offset = 0
    while portion := file.read_at(min(PORTION_BYTES, entry.size_bytes - offset), offset):
        digest.update(portion)
        if is_whole:
            try:
                scanner.feed(portion)
            except CorruptError:
                is_whole = False
        copy.write_at(portion, offset)
        offset += len(portion)
    if not entry.chain:
        return offset == entry.size_bytes and digest.hexdigest() == entry.sha256
    state = scanner.state() if is_whole else None
    return state is not None and (state.offset, state.chain.hex()) == (entry.size_bytes, entry.chain)
