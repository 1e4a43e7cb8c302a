"""What was on the screen just before: the ring that lets a recording begin before its command.

Held in memory alone, and never further back than configured. A recording has to begin with a key frame, so the ring
asks for one every now and then while the screen changes. A picture that still equals its key frame may be shown from
any later time on, so an idle screen costs next to nothing.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

from playhead.workstation.outputs import Thumbnail
from playhead.workstation.pieces import Item, Mark, Picture

RING_BYTES_MAX: Final = 64 << 20
"""All tracks together: ten seconds of the busiest screen take a tenth of it. Past it the oldest goes first."""

OTHERS_MAX: Final = 1_000
"""Thumbnails and markers in the ring: more than a minute of them."""

KEY_INTERVAL_MIN_US: Final = 1_000_000
"""Key frames are dear: none for the ring's sake sooner than this after the last, unless the ring is shorter yet."""

GROUP_PICTURES_MAX: Final = 64
"""Pictures behind one key frame before the next is asked for: minutes of a still screen."""

_SQUEEZED_US: Final = 1_000
"""How far apart pictures are put that came before the ring's begin and are needed to decode what follows."""


@dataclass(slots=True)
class _Group:
    """A key frame and what builds on it."""

    pictures: list[Picture]
    changed_us: int | None = None
    """When the first picture came that differs from the key frame."""

    @property
    def at_us(self) -> int:
        return self.pictures[0].at_us


@dataclass(slots=True)
class _Ring:
    groups: list[_Group] = field(default_factory=list[_Group])
    thumbnail: Thumbnail | None = None
    ended_us: int | None = None
    broken: bool = False
    """A picture was left out: nothing but a key frame can go on."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The ring's content in the order of time. Where ``needs_key``, some track cannot go on without a key frame."""

    items: list[Item]
    needs_key: bool


class PreBuffer:
    """The ring of all tracks. Times are monotonic microseconds.

    Args:
        span_us: how far back it reaches; 0 keeps nothing.
    """

    def __init__(self, span_us: int) -> None:
        self._span_us = span_us
        self._key_interval_us = max(span_us // 4, min(span_us // 2, KEY_INTERVAL_MIN_US))
        self._rings: dict[int, _Ring] = {}
        self._others: deque[Thumbnail | Mark] = deque(maxlen=OTHERS_MAX)
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of all pictures held."""
        return self._bytes

    def clear(self) -> None:
        """Forget everything."""
        self._rings.clear()
        self._others.clear()
        self._bytes = 0

    def keep_tracks(self, tracks: frozenset[int], now_us: int) -> None:
        """These tracks are there; what the others showed is not on the screen from here on."""
        for track, ring in self._rings.items():
            if track in tracks:
                ring.ended_us = None
            elif ring.ended_us is None:
                ring.ended_us = now_us

    def break_off(self, track: int) -> None:
        """A picture of this track was left out: the next to be taken is a key frame."""
        self._rings.setdefault(track, _Ring()).broken = True

    def add(self, item: Item) -> None:
        """Take the next item."""
        if self._span_us == 0:
            return
        if isinstance(item, Picture):
            self._add_picture(item)
        else:
            if isinstance(item, Thumbnail):
                self._rings.setdefault(item.track, _Ring()).thumbnail = item
            self._others.append(item)
        self._trim(item.at_us - self._span_us)

    def needs_key(self, now_us: int) -> bool:
        """Whether a key frame would help: a track has none, or went on for a while since its last one."""
        if self._span_us == 0:
            return False
        for ring in self._rings.values():
            if ring.ended_us is not None:
                continue
            if ring.broken or not ring.groups:
                return True
            newest = ring.groups[-1]
            if newest.changed_us is not None and now_us - newest.at_us >= self._key_interval_us:
                return True
            if len(newest.pictures) >= GROUP_PICTURES_MAX:
                return True
        return False

    def take(self, now_us: int) -> Taken:
        """Everything from ``now_us`` minus the span on; the ring is empty afterwards."""
        begin_us = now_us - self._span_us
        self._trim(begin_us)
        items: list[Item] = [item for item in self._others if item.at_us >= begin_us]
        needs_key = not self._rings
        for ring in self._rings.values():
            groups = ring.groups
            if groups and groups[0].at_us < begin_us:
                items += self._still(ring, begin_us)
                groups = groups[1:] if groups[0].changed_us is not None and groups[0].changed_us < begin_us else groups
            needs_key = needs_key or ring.broken or (not groups and ring.ended_us is None)
            items += [picture for group in groups for picture in group.pictures if picture.at_us >= begin_us]
        items.sort(key=lambda item: item.at_us)
        self.clear()
        return Taken(items, needs_key)

    def _still(self, ring: _Ring, begin_us: int) -> list[Item]:
        """The picture that was on the screen already when the ring begins, where it had not changed for long."""
        group = ring.groups[0]
        if group.changed_us is not None and group.changed_us < begin_us:
            return []  # what led here is older than may be kept
        before = [picture for picture in group.pictures if picture.at_us < begin_us]
        first_us = begin_us - _SQUEEZED_US * (len(before) - 1)
        items: list[Item] = [replace(picture, at_us=first_us + n * _SQUEEZED_US) for n, picture in enumerate(before)]
        if ring.thumbnail is not None and ring.thumbnail.at_us < begin_us:
            items.append(replace(ring.thumbnail, at_us=begin_us))
        return items

    def _add_picture(self, picture: Picture) -> None:
        ring = self._rings.setdefault(picture.epoch.track, _Ring())
        groups = ring.groups
        if picture.key:
            ring.broken = False
            groups.append(_Group([picture]))
        elif not ring.broken and groups and groups[-1].pictures[0].epoch is picture.epoch:
            group = groups[-1]
            group.pictures.append(picture)
            if picture.changed > 0 and group.changed_us is None:
                group.changed_us = picture.at_us
        else:
            return  # nothing here that it could build on
        self._bytes += len(picture.data)

    def _trim(self, begin_us: int) -> None:
        for track, ring in list(self._rings.items()):
            while len(ring.groups) > 1 and ring.groups[1].at_us <= begin_us:
                self._drop_oldest(ring)
            if ring.ended_us is not None and ring.ended_us < begin_us:
                while ring.groups:
                    self._drop_oldest(ring)
                del self._rings[track]
        while self._others and self._others[0].at_us < begin_us:
            self._others.popleft()
        while self._bytes > RING_BYTES_MAX:
            self._drop_oldest(min((r for r in self._rings.values() if r.groups), key=lambda r: r.groups[0].at_us))

    def _drop_oldest(self, ring: _Ring) -> None:
        group = ring.groups.pop(0)
        self._bytes -= sum(len(picture.data) for picture in group.pictures)
