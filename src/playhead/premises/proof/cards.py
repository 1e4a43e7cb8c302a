"""Looks at pictures for what may be the number of a card, and counts what it looked at and what it could not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

from playhead.base.errors import PlayheadError
from playhead.domain.cards import Sighting, Word, sightings

SIGHTINGS_MAX: Final = 1_000
"""Kept of one recording; the rest is counted."""


class Where(StrEnum):
    """Which pictures are looked at."""

    EDGES = "edges"
    """Those nearest to the beginnings and ends of blackouts."""
    ALL = "all"
    """Those, and what was shown every so many seconds."""


class Reader(Protocol):
    """Reads text in pictures."""

    @property
    def name(self) -> str:
        """Program, version and models, for the statement."""
        ...

    def read(self, picture: npt.NDArray[np.uint8]) -> Sequence[Word]:
        """The text in a picture of RGB pixels (height × width × 3). Blocks for seconds.

        Raises:
            PlayheadError: it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that looks like the number of a card, and when."""

    at_us: int
    """From the recording's beginning."""
    track: int
    sighting: Sighting


@dataclass(slots=True)
class Looked:
    """What came of looking."""

    where: Where
    reader: str
    pictures: int = 0
    """Looked at."""
    unreadable: int = 0
    """That should have been looked at, and could not."""
    segments_unreadable: int = 0
    """Of which no picture can be had at all."""
    count: int = 0
    """Of what looks like the number of a card."""
    seen: list[Seen] = field(default_factory=list[Seen])
    """The first `SIGHTINGS_MAX` of them."""

    def look(self, reader: Reader, frame: VideoFrame | None, *, at_us: int, track: int) -> None:
        """Look at one picture; None is one that could not be decoded."""
        if frame is None:
            self.unreadable += 1
            return
        try:
            words = reader.read(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
        except PlayheadError:
            self.unreadable += 1
            return
        self.pictures += 1
        for sighting in sightings(words):
            self.count += 1
            if len(self.seen) < SIGHTINGS_MAX:
                self.seen.append(Seen(at_us, track, sighting))
