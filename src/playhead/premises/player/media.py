"""Media bytes: records found, decrypted, and given the ends that were not known when they were written."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from playhead.base.errors import NotFoundError
from playhead.premises.player import metrics
from playhead.premises.player.index import Place, open_place
from playhead.premises.player.rules import batches, check_range, piece_end_us
from playhead.premises.player.shelf import OpenedSegment, Shelf
from playhead.premises.player.sprites import compose, sprites_of
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Readable
from playhead.wire import fmp4


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece, and where its last picture ends; None where that is not known yet."""

    place: Place
    size: int
    """Of the media, in bytes; setting an end does not change it."""
    end_us: int | None


def cut_of(opened: OpenedSegment, track: int, number: int) -> Cut:
    """One piece of a track, by its number there."""
    pieces = opened.index.tracks[track]
    growing = not opened.located.segment.ended and not opened.index.sealed
    end_us = piece_end_us(pieces.next_at_us(number), opened.index.covered_us, growing=growing)
    return Cut(opened.index.piece(track, number), pieces.size[number], end_us)


@dataclass(frozen=True, slots=True)
class Range:
    """Pieces of one track that an answer holds."""

    located: Located
    data_key: bytes
    cuts: Sequence[Cut]

    def __repr__(self) -> str:
        return f"Range({self.located.segment.id}, {len(self.cuts)} pieces)"

    @property
    def size(self) -> int:
        """Length of the answer."""
        return sum(cut.size for cut in self.cuts)

    @property
    def shown_us(self) -> tuple[int, int]:
        """From when to when its pictures were on the screen, in wall time; the end is that of the last one known."""
        begun_us = self.located.segment.started_at_us
        first, last = self.cuts[0], self.cuts[-1]
        return begun_us + first.place.at_us, begun_us + max(last.place.at_us, last.end_us or 0)

    async def read(self, shelf: Shelf) -> AsyncGenerator[bytes]:
        """The media, in portions of about `rules.BATCH_BYTES`.

        Raises:
            CorruptError: ``vid.*``, ``fmp4.*``.
        """
        for first, end in batches([cut.size for cut in self.cuts]):
            portion = await shelf.read(self.located, _Reading(self.cuts[first:end], self.data_key))
            metrics.MEDIA_BYTES.labels("pieces").inc(len(portion))
            yield portion


async def pieces(shelf: Shelf, located: Located, track: int, first: int, last: int) -> Range:
    """The pieces of a track from record ``first`` to record ``last``, both included.

    Raises:
        NotFoundError: ``media.not_found``: there is none.
        LimitError: ``media.range``.
    """
    async with shelf.opened(located) as opened:
        known = opened.index.tracks.get(track)
        numbers = range(0) if known is None else known.between(first, last)
        if known is None or not numbers:
            raise NotFoundError("media.not_found", "There are no such pieces.")
        check_range(known.size[numbers.start : numbers.stop])
        return Range(located, opened.data_key, [cut_of(opened, track, number) for number in numbers])


async def init(shelf: Shelf, located: Located, track: int, epoch: int) -> bytes:
    """The initialisation segment of a track's epoch.

    Raises:
        NotFoundError: ``media.not_found``.
    """
    async with shelf.opened(located) as opened:
        found = opened.index.epoch(track, epoch)
        return await _one(shelf, opened, None if found is None else found.place, "init")


async def thumbnail(shelf: Shelf, located: Located, record: int) -> bytes:
    """A JPEG.

    Raises:
        NotFoundError: ``media.not_found``.
    """
    async with shelf.opened(located) as opened:
        return await _one(shelf, opened, opened.index.thumbnail(record), "thumbnails")


async def sprite(shelf: Shelf, located: Located, first: int) -> bytes:
    """A JPEG of several thumbnails, by the record of its first one.

    Raises:
        NotFoundError: ``media.not_found``.
        CorruptError: ``vid.*``, ``media.sprite``.
    """
    async with shelf.opened(located) as opened:
        found = next((one for one in sprites_of(opened.index) if one.first == first), None)
        data_key = opened.data_key
    if found is None:
        raise NotFoundError("media.not_found", "There is no such sprite.")

    def job(file: Readable) -> bytes:
        return compose((open_place(file.read_at, data_key, place) for place in found.places), found)

    with metrics.SPRITE_SECONDS.time():
        data = await shelf.read(located, job)
    metrics.MEDIA_BYTES.labels("sprites").inc(len(data))
    return data


async def read_cut(shelf: Shelf, opened: OpenedSegment, cut: Cut) -> bytes:
    """One piece."""
    return await shelf.read(opened.located, _Reading([cut], opened.data_key))


async def _one(shelf: Shelf, opened: OpenedSegment, place: Place | None, kind: str) -> bytes:
    if place is None:
        raise NotFoundError("media.not_found", "There is no such record.")
    data_key = opened.data_key
    data = await shelf.read(opened.located, lambda file: open_place(file.read_at, data_key, place))
    metrics.MEDIA_BYTES.labels(kind).inc(len(data))
    return data


@dataclass(frozen=True, slots=True)
class _Reading:
    """The work of a thread: read, check, decrypt, set the end."""

    cuts: Sequence[Cut]
    data_key: bytes

    def __call__(self, file: Readable) -> bytes:
        return b"".join(self._read(file, cut) for cut in self.cuts)

    def _read(self, file: Readable, cut: Cut) -> bytes:
        piece = open_place(file.read_at, self.data_key, cut.place)
        return piece if cut.end_us is None else fmp4.ending_at(piece, cut.end_us)
