"""Where a segment's file lies: one folder a day, so that none grows without end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.base.ids import SegmentId
from playhead.base.instants import wall_us

SUFFIX: Final = ".vid"
DAY_DEPTH: Final = 3
"""Folders between the root and a file: year, month, day."""


def location_of(segment: SegmentId, wall_us: int) -> str:
    """The path, relative to the store's root, for a segment that the store first hears of now (a day in UTC)."""
    return f"{datetime.fromtimestamp(wall_us // 1_000_000, UTC):%Y/%m/%d}/{segment}{SUFFIX}"


def is_object(location: str) -> bool:
    """Whether a segment lies in an object store (`playhead.store.objects`): then its location is a URL."""
    return "://" in location


def local_of(location: str) -> str:
    """The path at which the file of an object lay: the end of its URL. A path stays as it is."""
    return "/".join(PurePosixPath(location).parts[-DAY_DEPTH - 1 :]) if is_object(location) else location


def heard_us(location: str) -> int | None:
    """The end, in wall time, of the day whose folder a location is in: by then the store had heard of the segment.

    None where it lies elsewhere.
    """
    try:
        day = datetime.strptime("/".join(PurePosixPath(location).parts[:DAY_DEPTH]), "%Y/%m/%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return wall_us(day + timedelta(days=1))


def path_of(root: Path, location: str) -> Path:
    """The file of a location.

    Raises:
        InvalidInputError: ``store.location``: it leads elsewhere.
    """
    parts = PurePosixPath(location).parts
    if not parts or location.startswith("/") or ".." in parts or is_object(location):
        raise InvalidInputError("store.location", f"{location!r} is not a path inside the segment store.")
    return root.joinpath(*parts)


def segment_of(name: str) -> SegmentId | None:
    """The segment whose file has this name, or None where the name is not of a segment's file."""
    stem, dot, suffix = name.rpartition(".")
    if f"{dot}{suffix}" != SUFFIX:
        return None
    try:
        segment = SegmentId.parse(stem)
    except InvalidInputError:
        return None
    return segment if str(segment) == stem else None
