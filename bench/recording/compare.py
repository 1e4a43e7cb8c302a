"""What a viewer gets to see: each recording's picture at a witnessed moment against what the screen showed then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from recording.reference import Sample
from recording.x11grab import Shown

from playhead.testing.ssim import Plane, text_ssim

BLOCK = 8
"""Side of the blocks by whose mean brightness two pictures are known to be of the same instant, in pixels."""

BLOCK_LEVELS = 12
"""Blocks differ when their means differ by more than this (of 255). Coding, however soft, keeps the mean of a block;
text that has moved by a single line of pixels does not."""

BLOCKS_MAX = 24
"""So many blocks of two pictures of the same instant may differ: recorders draw the pointer, the witness does not."""


@dataclass(frozen=True, slots=True)
class Match:
    """A recording's picture beside the witnessed screen that is nearest to it."""

    screen: Plane
    picture: Plane
    blocks: int
    """How many blocks differ."""

    @property
    def is_same_instant(self) -> bool:
        return self.blocks <= BLOCKS_MAX


@dataclass(slots=True)
class Legibility:
    """Text SSIM of one recording at the sampled moments."""

    settled: list[float] = field(default_factory=list)
    """Whatever is shown counts here: a picture that is stale or torn would be, too."""
    moving: list[float] = field(default_factory=list)
    unseen: int = 0
    """Moving samples that the witness has no counterpart for: screens may follow faster than it looks."""

    def add(self, sample: Sample, match: Match) -> None:
        if sample.is_moving and not match.is_same_instant:
            self.unseen += 1
            return
        value = text_ssim(match.screen, match.picture)
        if value is not None and sample.is_settled:
            self.settled.append(value)
        elif value is not None and sample.is_moving:
            self.moving.append(value)


def shown_at(pictures: Iterable[Shown], moments_us: Iterable[int], slack_us: int) -> Iterator[list[Shown]]:
    """For each moment in order: the picture shown then, and with a slack those that may have been (newest last)."""
    coming = iter(pictures)
    following = next(coming, None)
    recent: list[Shown] = []
    for moment_us in moments_us:
        while following is not None and following.at_us <= moment_us + slack_us:
            recent.append(following)
            following = next(coming, None)
        while len(recent) > 1 and recent[1].at_us <= moment_us - slack_us:
            recent.pop(0)
        yield list(recent)


def nearest(sample: Sample, candidates: list[Shown]) -> Match | None:
    """The candidate and the witnessed screen that are the most alike; None where there is no candidate of that size.

    A picture that was captured between two changes of a moving screen has to be held against the screen of that
    instant, which is the one with the same brightness everywhere.
    """
    matches = [
        Match(screen, picture, blocks_apart(screen, picture))
        for picture in (candidate.luma() for candidate in candidates)
        for screen in sample.screens
        if screen.shape == picture.shape
    ]
    return min(matches, key=lambda match: match.blocks, default=None)


def blocks_apart(one: Plane, other: Plane) -> int:
    """In how many blocks two planes of the same shape differ."""
    return int((np.abs(block_means(one) - block_means(other)) > BLOCK_LEVELS).sum())


def block_means(plane: Plane) -> NDArray[np.float32]:
    height, width = (side // BLOCK * BLOCK for side in plane.shape)
    blocks = plane[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return blocks.mean(axis=(1, 3), dtype=np.float32)
