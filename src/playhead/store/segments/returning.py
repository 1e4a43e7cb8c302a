"""Brings a segment's file back from the object store: procedure *bring back* of docs/storage.md."""

import contextlib
from pathlib import Path
from typing import Final

from playhead.base.errors import CorruptError
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Disk
from playhead.store.segments.elsewhere import Elsewhere
from playhead.store.segments.layout import path_of

COMING: Final = ".coming"
"""After the name of a file that is not whole yet; nobody takes it for a segment's."""

_PORTION_BYTES: Final = 1 << 20


def bring_back(disk: Disk, root: Path, elsewhere: Elsewhere, located: Located, location: str) -> None:
    """Make a file of an object, at a path of the segment store; durable on return. Blocks.

    Raises:
        CorruptError: ``store.missing``, ``store.short``.
        RefusedError, UnavailableError: as `playhead.store.objects.ObjectStore`.
        OSError: the disk failed.
    """
    size, path = located.segment.durable_bytes, path_of(root, location)
    coming = path.with_name(path.name + COMING)
    disk.make_folder(path.parent)
    if disk.exists(coming):
        disk.remove(coming)
    with (
        contextlib.closing(elsewhere.view(located.location, plain=True)) as source,
        contextlib.closing(disk.open(coming, create=True)) as file,
    ):
        for offset in range(0, size, _PORTION_BYTES):
            wanted = min(_PORTION_BYTES, size - offset)
            data = source.read_at(wanted, offset)
            if len(data) < wanted:
                text = f"The object of segment {located.segment.id} has fewer bytes than were acknowledged."
                raise CorruptError("store.short", text)
            file.write_at(data, offset)
        file.sync()
    disk.rename(coming, path)
    for folder in (path.parent, *path.parent.parents):
        disk.sync_folder(folder)
        if folder == root:
            break
