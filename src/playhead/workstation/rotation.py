"""How one segment follows another without a seam.

Each track goes over with its next key frame; what they show from then on is held until all have, and follows together.
"""

from dataclasses import dataclass, field

from playhead.workstation.pieces import Item, Picture


@dataclass(slots=True)
class Rotation:
    """A segment is about to be followed; key frames were asked for at ``asked_us``."""

    asked_us: int
    held: list[Item] = field(default_factory=list[Item])
    """What belongs to the segment to come."""
    _keyed: set[int] = field(default_factory=set[int])

    @property
    def first_us(self) -> int | None:
        """When the segment to come begins: at its first picture. None where there is none yet."""
        return min((item.at_us for item in self.held if isinstance(item, Picture)), default=None)

    def take(self, item: Item) -> bool:
        """Keep an item that belongs to the segment to come; False where it is still the present one's."""
        if isinstance(item, Picture):
            if item.key:
                self._keyed.add(item.epoch.track)
            if item.epoch.track not in self._keyed:
                return False
        elif not self.held:
            return False
        self.held.append(item)
        return True

    def is_ready(self, tracks: frozenset[int]) -> bool:
        """Whether every one of these tracks has gone over."""
        return self.first_us is not None and self._keyed >= tracks
