"""Segments whose file is not here any more: what the segment store asks of who keeps objects."""

from pathlib import Path
from typing import Protocol

from playhead.base.errors import CorruptError, UnavailableError
from playhead.store.disk import Disk, Readable
from playhead.store.segments.committer import unavailable
from playhead.store.segments.layout import is_object, path_of


class Elsewhere(Protocol):
    """The stores of objects (`playhead.store.objects.Objects`)."""

    def view(self, location: str, *, plain: bool = False) -> Readable:
        """An object for reading; with ``plain`` nothing but the object is read, for who proves that it is whole.

        Raises:
            UnavailableError: ``objects.unknown``: no store is configured that has it.
        """
        ...

    def view_moved(self, location: str) -> Readable | None:
        """The object of a segment whose row said a moment ago that its file lies at this path; None where none can be.

        Whoever has asked the catalogue and opens the file only then may find it gone.
        """
        ...


class Nowhere:
    """Where there are no objects."""

    def view(self, location: str, *, plain: bool = False) -> Readable:
        """As `Elsewhere.view`."""
        del plain
        hint = "Name the store in [upload] of the configuration."
        raise UnavailableError("objects.unknown", f"No store is configured that has {location}.", hint=hint)

    def view_moved(self, location: str) -> Readable | None:
        """As `Elsewhere.view_moved`."""
        del location


def view(disk: Disk, root: Path, elsewhere: Elsewhere, location: str) -> Readable:
    """A segment for reading: as `SegmentStore.view`."""
    if is_object(location):
        return elsewhere.view(location)
    try:
        return disk.open(path_of(root, location))
    except FileNotFoundError as error:
        found = elsewhere.view_moved(location)
        if found is not None:
            return found
        raise CorruptError("store.missing", f"The file {location} is gone.") from error
    except OSError as error:
        raise unavailable(error) from error
