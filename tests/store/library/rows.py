"""Recordings as plain values, and the same in columns."""

from dataclasses import dataclass
from random import Random

from playhead.domain.recordings import RecordingState
from playhead.domain.words import words_of
from playhead.store.library.columns import Batch

AGENTS = ("ana", "ben", "eva.adler", "eva.brandt", "")
DESKS = ("pc-1", "pc-2", "desk")
SITES = ("north", "south")
TAGS = ("refund", "vip", "case 1", "zebra")
TEXTS = ("", "", "", "refund promised", "hold music", "Café near pc", "case 77")


@dataclass(frozen=True)
class Known:
    """A recording, and everything that it may be found by."""

    number: int
    started_us: int = 0
    length_us: int = 0
    agent: str = "ana"
    workstation: str = "pc-1"
    site: str = "north"
    state: str = "complete"
    gap: bool = False
    blackout: bool = False
    held: bool = False
    tags: tuple[str, ...] = ()
    text: str = ""

    @property
    def words(self):
        texts = (self.agent, self.workstation, self.text, *self.tags)
        return {word for text in texts for word in words_of(text)}


def batch(rows):
    return Batch(
        numbers=[row.number for row in rows],
        started_us=[row.started_us for row in rows],
        length_us=[row.length_us for row in rows],
        agents=[row.agent for row in rows],
        workstations=[row.workstation for row in rows],
        sites=[row.site for row in rows],
        states=[row.state for row in rows],
        gaps=[row.gap for row in rows],
        blackouts=[row.blackout for row in rows],
        held=[row.held for row in rows],
        tags=[(row.number, tag) for row in rows for tag in row.tags],
        words=[(row.number, word) for row in rows for word in words_of(row.text)],
    )


def some(rng: Random, numbers):
    return [
        Known(
            number=number,
            started_us=rng.randrange(40) * 1_000_000,
            length_us=rng.choice([0, 999, 1_000, 5_000_000, 5_000_999, 60_000_000]),
            agent=rng.choice(AGENTS),
            workstation=rng.choice(DESKS),
            site=rng.choice(SITES),
            state=rng.choice([str(state) for state in RecordingState]),
            gap=rng.random() < 0.3,
            blackout=rng.random() < 0.3,
            held=rng.random() < 0.2,
            tags=tuple(rng.sample(TAGS, rng.choice([0, 0, 1, 3]))),
            text=rng.choice(TEXTS),
        )
        for number in numbers
    ]
