"""Pieces decrypted and put into payloads once, for all who watch the same about the same time.

What is kept is bounded in bytes and in time: pictures in the clear are not to lie about.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import SegmentId
from playhead.premises.native_players import metrics
from playhead.premises.player.index import Place, open_place
from playhead.premises.player.shelf import OpenedSegment, Shelf
from playhead.store.catalogue.segments import Located
from playhead.store.disk import Readable
from playhead.wire import fmp4, rtp

KEPT_US: Final = 30_000_000
"""How long a piece is kept after somebody has taken it."""

_OVERHEAD_BYTES: Final = 400
"""What keeping a picture costs beside its bytes."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture, ready to be sent."""

    at_us: int
    """Media time in its segment."""
    key: bool
    payloads: tuple[bytes, ...]
    """Of its RTP packets."""
    size: int
    """Of them together."""


@dataclass(frozen=True, slots=True)
class Take:
    """One piece to be read."""

    segment: SegmentId
    place: Place
    init: Place | None
    """Where the parameter sets of its pictures are; None where no INIT is known."""


def take_of(opened: OpenedSegment, track: int, number: int) -> Take:
    """A piece of a track by its number, while its segment is open."""
    place = opened.index.piece(track, number)
    epoch = opened.index.epoch(track, place.epoch)
    return Take(opened.located.segment.id, place, None if epoch is None else epoch.place)


Shots = tuple[Shot, ...]
_Key = tuple[SegmentId, int]


@dataclass(slots=True)
class _Kept:
    shots: asyncio.Future[Shots]
    used_us: int
    size: int = 0


class Reels:
    """See the module.

    Args:
        shelf: reads and decrypts.
        clock: tells the time.
        bytes_max: kept at a time; what is being read comes on top.
    """

    def __init__(self, shelf: Shelf, clock: Clock, bytes_max: int) -> None:
        self._shelf = shelf
        self._clock = clock
        self._bytes_max = bytes_max
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._reading: set[asyncio.Task[None]] = set()

    async def shots(self, located: Located, data_key: bytes, takes: Sequence[Take]) -> list[Shots]:
        """The pictures of some pieces of a segment, each read once for all who ask.

        Raises:
            CorruptError: ``vid.*``, ``fmp4.*``, ``store.missing``.
            UnavailableError: ``media.busy``, ``store.failed``.
        """
        now_us = self._clock.monotonic_us()
        missing: dict[_Key, tuple[Take, _Kept]] = {}
        found: list[asyncio.Future[Shots]] = []
        for take in takes:
            key = take.segment, take.place.record
            kept = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = _Kept(asyncio.get_running_loop().create_future(), now_us)
                missing[key] = take, kept
            kept.used_us = now_us
            self._kept.move_to_end(key)
            found.append(kept.shots)
        metrics.PIECES.labels("kept").inc(len(takes) - len(missing))
        metrics.PIECES.labels("read").inc(len(missing))
        if missing:
            # By a task of its own: whoever asked first may leave, and the others wait for the same.
            reading = asyncio.create_task(self._read(located, data_key, missing))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)
        return [await asyncio.shield(one) for one in found]

    def tidy(self) -> None:
        """Let go of what nobody took lately."""
        until_us = self._clock.monotonic_us() - KEPT_US
        for key, kept in list(self._kept.items()):
            if kept.used_us > until_us:
                break
            if kept.shots.done():
                self._drop(key)
        metrics.CACHED_BYTES.set(self._bytes)

    def forget(self, segments: frozenset[SegmentId]) -> None:
        """Keep nothing of segments that were erased."""
        for key in [one for one in self._kept if one[0] in segments]:
            self._drop(key)

    async def close(self) -> None:
        """Return once nothing is being read any more; nobody asks for more."""
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self, located: Located, data_key: bytes, missing: dict[_Key, tuple[Take, _Kept]]) -> None:
        try:
            read = await self._shelf.read(located, _Reading(tuple(take for take, _ in missing.values()), data_key))
        except PlayheadError as error:
            for key, (_, kept) in missing.items():
                self._kept.pop(key, None)
                kept.shots.set_exception(error)
                kept.shots.exception()  # seen, also where nobody waits any more
            return
        except BaseException:
            for key, (_, kept) in missing.items():
                self._kept.pop(key, None)
                kept.shots.cancel()
            raise
        for (key, (_, kept)), shots in zip(missing.items(), read, strict=True):
            kept.shots.set_result(shots)
            if self._kept.get(key) is kept:  # and was not forgotten meanwhile
                kept.size = sum(shot.size + _OVERHEAD_BYTES for shot in shots)
                self._bytes += kept.size
        for key in [one for one, kept in self._kept.items() if kept.shots.done()]:
            if self._bytes <= self._bytes_max:
                break
            self._drop(key)
        metrics.CACHED_BYTES.set(self._bytes)

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key)
        self._bytes -= kept.size


@dataclass(frozen=True, slots=True)
class _Reading:
    """The work of a thread: read, check, decrypt, put into payloads."""

    takes: tuple[Take, ...]
    data_key: bytes

    def __call__(self, file: Readable) -> list[Shots]:
        sets: dict[Place, tuple[bytes, bytes]] = {}
        found: list[Shots] = []
        for take in self.takes:
            piece = fmp4.parse_fragment(open_place(file.read_at, self.data_key, take.place))
            shots: list[Shot] = []
            at_us = piece.base_time_us
            for sample in piece.samples:
                nals = list(fmp4.length_nals(sample.data))
                if sample.key and take.init is not None:
                    # Whoever begins here, or comes from another epoch, has no others (RFC 6184 §8.4).
                    if take.init not in sets:
                        sets[take.init] = fmp4.parameter_sets(open_place(file.read_at, self.data_key, take.init))
                    nals = [*sets[take.init], *nals]
                payloads = tuple(rtp.packetise(nals))
                shots.append(Shot(at_us, sample.key, payloads, sum(map(len, payloads))))
                at_us += sample.duration_us
            found.append(tuple(shots))
        return found
