"""The newest thumbnail of what is being recorded, for a wall of live pictures.

Asks nothing of a workstation, and of the disk no more than the picture itself: where the newest thumbnails lie is
noticed as they arrive. Only after a restart is a segment's index looked into, a few segments at a time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from playhead.base.errors import CorruptError, NotFoundError, RefusedError
from playhead.base.ids import RecordingId, SegmentId
from playhead.premises.player import metrics
from playhead.premises.player.index import Place, open_place
from playhead.premises.player.shelf import Shelf
from playhead.store.catalogue import Catalogue, segments
from playhead.store.disk import Readable
from playhead.store.keyring import Keyring
from playhead.store.segments import OpenSegment, SegmentStore
from playhead.wire import vid

LOOKED_UP_MAX: Final = 8
"""Segments whose index is looked into for one list, where nothing has arrived since the start: 50 ms each at most. The
others are told by the next lists."""

FOUND_MAX: Final = 2_048
"""Segments that are remembered to have been looked into; the one used longest ago goes first."""

THUMBNAIL_BYTES_MAX: Final = 256 * 1024
"""A longer one is not sent."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Newest:
    """Where the newest thumbnail of a recording lies, and when it was taken."""

    segment: SegmentId
    location: str
    record: int
    offset: int
    size: int
    at_us: int
    """Wall time."""

    @property
    def tag(self) -> str:
        """Tells it from every other thumbnail."""
        return f"{self.segment}-{self.record}"


class NewestThumbnails:
    """Finds and opens them.

    Args:
        catalogue: open.
        store: where segments grow.
        shelf: looks into indexes, reads and decrypts.
        keyring: opens them.
    """

    def __init__(self, catalogue: Catalogue, store: SegmentStore, shelf: Shelf, keyring: Keyring) -> None:
        self._catalogue = catalogue
        self._store = store
        self._shelf = shelf
        self._keyring = keyring
        self._found: OrderedDict[SegmentId, Newest | None] = OrderedDict()

    async def find(self, recordings: Sequence[RecordingId]) -> dict[RecordingId, Newest]:
        """The newest durable one of each recording that is growing and has any."""
        wanted = frozenset(recordings)
        found: dict[RecordingId, Newest] = {}
        unknown: list[OpenSegment] = []
        for segment in self._store.growing():
            if segment.recording not in wanted:
                continue
            newest = _arrived(segment) or self._found.get(segment.id)
            if newest is None:
                if segment.id not in self._found:
                    unknown.append(segment)
            elif segment.recording not in found or newest.at_us > found[segment.recording].at_us:
                found[segment.recording] = newest
        for segment in unknown[:LOOKED_UP_MAX]:
            newest = await self._look_up(segment)
            if newest is not None:
                found.setdefault(segment.recording, newest)
        return found

    async def open(self, recording: RecordingId) -> tuple[str, bytes]:
        """The tag and the JPEG of the newest one.

        Raises:
            NotFoundError: ``thumbnail.none``.
            CorruptError: ``vid.*``, ``store.missing``.
            UnavailableError: ``media.busy``, ``store.failed``.
        """
        newest = (await self.find([recording])).get(recording)
        if newest is None or newest.size > THUMBNAIL_BYTES_MAX:
            raise NotFoundError("thumbnail.none", "There is no picture yet.")
        data = await self._shelf.work(lambda: self._read(newest))
        metrics.MEDIA_BYTES.labels("wall").inc(len(data))
        return newest.tag, data

    def _read(self, newest: Newest) -> bytes:
        file: Readable = self._store.view(newest.location)
        try:
            header, _ = vid.read_header(file.read_at)
            data_key = vid.open_data_key(header, self._keyring.recording_key)
            place = Place(newest.record, 0, 0, 0, newest.offset, newest.size)
            return open_place(file.read_at, data_key, place)
        finally:
            file.close()

    async def _look_up(self, segment: OpenSegment) -> Newest | None:
        newest = None
        async with self._catalogue.reading() as connection:
            located = await segments.find_segment(connection, segment.id)
        if located is not None:
            try:
                async with self._shelf.opened(located) as opened:
                    places = opened.index.thumbnails
            except (CorruptError, RefusedError) as error:
                _log.warning("segment has no thumbnail to show", segment=str(segment.id), code=error.code)
            else:
                track = min((place.track for place in places), default=0)
                last = next((place for place in reversed(places) if place.track == track), None)
                newest = None if last is None else _newest(segment, last.record, last.offset, last.size, last.at_us)
        self._found[segment.id] = newest
        while len(self._found) > FOUND_MAX:
            self._found.popitem(last=False)
        return newest


def _arrived(segment: OpenSegment) -> Newest | None:
    scanned = segment.newest_thumbnail()
    if scanned is None:
        return None
    return _newest(segment, scanned.header.sequence, scanned.offset, scanned.size, scanned.header.media_time_us)


def _newest(segment: OpenSegment, record: int, offset: int, size: int, media_time_us: int) -> Newest:
    at_us = segment.header.started_at_us + media_time_us
    return Newest(segment.id, segment.location, record, offset, size, at_us)
