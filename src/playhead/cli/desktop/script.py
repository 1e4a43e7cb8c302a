"""What the scripted agent does, as a pure list of steps: the same seed gives the same work.

An agent's day is mostly reading. Each scene is written as its actions with places to read between them; the time to
read is then spread over those places so that `READING_SHARE` of the scene's time is reading. Nothing here knows a
display: places are fractions of the window in front, and the driver turns them into pixels.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playhead.cli.desktop import phrases

READING_SHARE = 0.65
"""Part of the time in which the agent only looks."""

KEYSTROKE_MS = 120
"""A quick typist: some 500 characters a minute."""

GLIDE_MS = 350
"""How long the hand takes to bring the pointer somewhere."""


class Role(StrEnum):
    """A window the agent works in."""

    BROWSER = "browser"
    TERMINAL = "terminal"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Focus:
    """Bring the window of this role to the front."""

    role: Role

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return 400


@dataclass(frozen=True, slots=True)
class Glide:
    """Move the pointer to a place in the window in front: fractions of its width and height, 0.0 to 1.0."""

    x: float
    y: float

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return GLIDE_MS


@dataclass(frozen=True, slots=True)
class Click:
    """Press and release the left button."""

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return 150


@dataclass(frozen=True, slots=True)
class Wheel:
    """Turn the wheel by ``notches``, down where positive, one each ``every_ms``."""

    notches: int
    every_ms: int

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return abs(self.notches) * self.every_ms + 200


@dataclass(frozen=True, slots=True)
class Chord:
    """Press keys together, named as on the keyboard and joined by plus: ``alt+2``, ``Tab``, ``Page_Down``."""

    keys: str

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return 200


@dataclass(frozen=True, slots=True)
class Type:
    """Type a text of printable ASCII, a character each ``every_ms``."""

    text: str
    every_ms: int = KEYSTROKE_MS

    @property
    def length_ms(self) -> int:
        """How long the step takes."""
        return len(self.text) * self.every_ms


@dataclass(frozen=True, slots=True)
class Read:
    """Look at the screen and do nothing."""

    length_ms: int


Step = Focus | Glide | Click | Wheel | Chord | Type | Read


@dataclass(frozen=True, slots=True)
class _Look:
    """A place to read, before the scene's reading time is spread over such places by weight."""

    weight: float


_Draft = list[Step | _Look]
_Scene = Callable[[random.Random], _Draft]


def _customer(dice: random.Random) -> _Draft:
    """Take the next customer in the list, read the record, correct two fields, save."""
    first, last = phrases.person(dice)
    return [
        Focus(Role.BROWSER), Chord("alt+1"), _Look(1),
        Glide(dice.uniform(0.04, 0.16), dice.uniform(0.2, 0.8)), Click(), _Look(4),
        Type(first), Chord("Tab"), Type(last), Chord("Tab"), _Look(2),
        Type(phrases.telephone(dice)), Chord("Tab"), _Look(1), Chord("Return"), _Look(2),
    ]  # fmt: skip


def _guide(dice: random.Random) -> _Draft:
    """Look something up in a long article: scroll a little, read, scroll, read, then by pages."""
    draft: _Draft = [Focus(Role.BROWSER), Chord("alt+2"), _Look(2), Glide(dice.uniform(0.4, 0.7), 0.6), Click()]
    for _ in range(dice.randint(4, 7)):
        draft += [Wheel(dice.randint(3, 8), dice.choice((60, 90, 120))), _Look(dice.uniform(2, 4))]
    draft += [Wheel(-dice.randint(2, 4), 80), _Look(2)]
    for _ in range(dice.randint(1, 3)):
        draft += [Chord("Page_Down"), _Look(dice.uniform(1, 3))]
    if dice.random() < 0.3:  # noqa: PLR2004 - now and then back to the top
        draft += [Chord("Home"), _Look(1)]
    return draft


def _orders(dice: random.Random) -> _Draft:
    """Search a wide table: filter it, run through it quickly, stop at a row."""
    draft: _Draft = [
        Focus(Role.BROWSER), Chord("alt+3"), _Look(1), Glide(0.5, 0.6), Click(), Chord("slash"),
        Type(phrases.filter_word(dice)), _Look(2), Glide(dice.uniform(0.2, 0.8), dice.uniform(0.4, 0.8)),
    ]  # fmt: skip
    for _ in range(dice.randint(3, 6)):
        draft += [Wheel(dice.randint(5, 12), dice.choice((40, 60))), _Look(dice.uniform(1, 3))]
    return [*draft, Glide(dice.uniform(0.2, 0.8), dice.uniform(0.3, 0.8)), _Look(2), Chord("Escape"), _Look(1)]


def _terminal(dice: random.Random) -> _Draft:
    """Ask the service's log two questions."""
    draft: _Draft = [Focus(Role.TERMINAL), _Look(1)]
    for _ in range(2):
        draft += [Type(phrases.command(dice), 80), Chord("Return"), _Look(dice.uniform(2, 4))]
    return draft


def _notes(dice: random.Random) -> _Draft:
    """Write down what was said, in the text editor."""
    return [
        Focus(Role.EDITOR), _Look(1), Chord("ctrl+End"), Type(phrases.trouble(dice)), Chord("Return"), _Look(2)
    ]  # fmt: skip


def _compare(dice: random.Random) -> _Draft:
    """Look back and forth between the windows and the pages, as one does before an answer."""
    places = [
        [Focus(Role.BROWSER), Chord("alt+1")],
        [Focus(Role.BROWSER), Chord("alt+3"), Wheel(dice.randint(3, 9), 60)],
        [Focus(Role.TERMINAL)],
        [Focus(Role.BROWSER), Chord("alt+2"), Wheel(dice.randint(-3, 6), 80)],
        [Focus(Role.EDITOR)],
    ]
    dice.shuffle(places)
    return [step for place in places for step in (*place, _Look(dice.uniform(1, 3)))]


def _wrap_up(dice: random.Random) -> _Draft:
    """Add a note to the customer's record, save it, look through the history."""
    return [
        Focus(Role.BROWSER), Chord("alt+1"), _Look(2), Glide(0.45, 0.62), Click(),
        Type(phrases.ending(dice)), _Look(1), Chord("ctrl+Return"), _Look(2),
        Glide(dice.uniform(0.3, 0.9), dice.uniform(0.7, 0.9)), Wheel(dice.randint(2, 5), 70), _Look(3),
        Wheel(dice.randint(2, 5), 70), _Look(2), Wheel(-12, 70), _Look(1),
    ]  # fmt: skip


_DAY: tuple[tuple[Role, _Scene], ...] = (
    (Role.BROWSER, _customer),
    (Role.BROWSER, _guide),
    (Role.TERMINAL, _terminal),
    (Role.BROWSER, _orders),
    (Role.EDITOR, _notes),
    (Role.BROWSER, _compare),
    (Role.BROWSER, _wrap_up),
)


def _with_reading(draft: _Draft) -> Iterator[Step]:
    """Turn the places to read into times, so that reading takes its share of the scene."""
    acting_ms = sum(step.length_ms for step in draft if not isinstance(step, _Look))
    weight = sum(step.weight for step in draft if isinstance(step, _Look))
    reading_ms = acting_ms * READING_SHARE / (1 - READING_SHARE)
    for step in draft:
        yield Read(round(reading_ms * step.weight / weight)) if isinstance(step, _Look) else step


def agent_day(seed: int, roles: Sequence[Role]) -> Iterator[Step]:
    """Steps without end, in the windows of these roles only; equal for equal arguments.

    One call follows the other: the customer's record, the guide, the log, the orders, notes,
    a comparison of all, wrap-up. Empty where
    ``roles`` is.
    """
    scenes = [scene for role, scene in _DAY if role in roles]
    dice = random.Random(seed)  # noqa: S311 - repeatable work, not a secret
    while scenes:
        for scene in scenes:
            yield from _with_reading(scene(dice))


def within(steps: Iterable[Step], length_ms: int) -> Iterator[Step]:
    """The steps that begin before that much time is used up."""
    used_ms = 0
    for step in steps:
        if used_ms >= length_ms:
            return
        used_ms += step.length_ms
        yield step
