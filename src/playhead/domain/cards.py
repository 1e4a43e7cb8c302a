"""Numbers of payment cards in text that was read from a picture: finds what may be one, and tells no more than allowed.

A number counts where its issuer gives out such numbers (ISO/IEC 7812-1: `ISSUERS`), its length fits, and its check
digit is right (annex B, the Luhn formula). One number in ten has a right check digit by chance, so a sighting is
something to look at, not a proof; that there is none is what the proof wants to know.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

DIGITS_MIN: Final = 12
DIGITS_MAX: Final = 19
"""ISO/IEC 7812-1 §4.1."""

_GROUP_DIGITS_MIN: Final = 3
"""Of a group that is joined with one in another place: shorter ones stand everywhere."""

_NEAR: Final = 3.0
"""Groups of one number are apart by so many times the height of their text at most."""

_READ_AS: Final = str.maketrans("OoQDIl|iSsBZz", "0000111155822")
"""What a reader takes digits for."""

_TOKEN = re.compile(r"[0-9OoQDIl|iSsBZz]+")
_SEPARATOR = re.compile(r"[\s\-–—−.·•_/\u00a0\u202f]{0,3}")


class Issuer(NamedTuple):
    """Numbers that begin with a prefix between two of one length, and how many digits they have."""

    name: str
    first: int
    last: int
    digits_min: int
    digits_max: int


ISSUERS: Final = (
    Issuer("uatp", 1, 1, 15, 15),
    Issuer("mir", 2200, 2204, 16, 19),
    Issuer("mastercard", 2221, 2720, 16, 16),
    Issuer("diners", 300, 305, 14, 19),
    Issuer("diners", 3095, 3095, 14, 19),
    Issuer("american_express", 34, 34, 15, 15),
    Issuer("american_express", 37, 37, 15, 15),
    Issuer("jcb", 3528, 3589, 16, 19),
    Issuer("diners", 36, 36, 14, 19),
    Issuer("diners", 38, 39, 14, 19),
    Issuer("visa", 4, 4, 13, 13),
    Issuer("visa", 4, 4, 16, 16),
    Issuer("visa", 4, 4, 19, 19),
    Issuer("mastercard", 51, 55, 16, 16),
    Issuer("maestro", 50, 50, 12, 19),
    Issuer("maestro", 56, 59, 12, 19),
    Issuer("discover", 6011, 6011, 16, 19),
    Issuer("discover", 644, 649, 16, 19),
    Issuer("discover", 65, 65, 16, 19),
    Issuer("union_pay", 62, 62, 16, 19),
    Issuer("maestro", 60, 69, 12, 19),
    Issuer("rupay", 81, 82, 16, 16),
)
"""Of the networks that publish their ranges. Those of shops' own cards are not among them."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text that was read in one place of a picture; the place in pixels from the top left."""

    text: str
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def middle(self) -> float:
        """How far down its middle is."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that looks like the number of a card."""

    issuer: str
    masked: str
    """The first six digits and the last four, as PCI DSS 3.4.1 lets be shown; stars between."""
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits without anything between them."""

    digits: str
    word: int
    """Number of the word that it stands in."""
    place: int
    """Number among the groups of that word."""
    follows: bool
    """Only a separator is between it and what is before it in its word: another group, or nothing."""
    is_last: bool
    """Only a separator is behind it in its word."""


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0


def issuer_of(digits: str) -> str:
    """Whose card has a number with these first digits and this length; empty for nobody's."""
    for issuer in ISSUERS:
        prefix = digits[: len(str(issuer.first))]
        if issuer.digits_min <= len(digits) <= issuer.digits_max and issuer.first <= int(prefix) <= issuer.last:
            return issuer.name
    return ""


def card_of(digits: str) -> str:
    """The issuer where these digits may be the number of a card; else empty."""
    if not DIGITS_MIN <= len(digits) <= DIGITS_MAX or not is_luhn(digits):
        return ""
    return issuer_of(digits)


def masked(digits: str) -> str:
    """A number as it may be shown."""
    return f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}"


def sightings(words: Sequence[Word]) -> list[Sighting]:
    """Every number in a picture that may be a card's, from its top to its bottom.

    Digits may be parted by spaces, dashes and the like, stand in several fields of one row, or go on in the line below.
    What looks like a digit between digits is taken for one.
    """
    page = _Page(words)
    runs = [run for first in page.groups for run in page.runs(first) if card_of(_digits(run))]
    # Within one word before over several, and longer ones first: what belongs to one is no part of another.
    runs.sort(key=lambda run: (len({group.word for group in run}) > 1, -len(_digits(run))))
    taken: set[_Group] = set()
    found: list[Sighting] = []
    for run in runs:
        if taken.isdisjoint(run):
            taken.update(run)
            word, digits = words[run[0].word], _digits(run)
            found.append(Sighting(card_of(digits), masked(digits), word.left, word.top))
    return sorted(found, key=lambda one: (one.top, one.left))


def _digits(run: Sequence[_Group]) -> str:
    return "".join(group.digits for group in run)


class _Page:
    """The groups of digits of a picture, and which may go on which."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._of_word = [_groups(number, word) for number, word in enumerate(words)]
        self._neighbours: dict[int, list[_Group]] = {}

    @property
    def groups(self) -> list[_Group]:
        """All of them."""
        return [group for groups in self._of_word for group in groups]

    def runs(self, first: _Group) -> Iterator[tuple[_Group, ...]]:
        """Every run of groups that begins with one and may be one number, as far as there can be one."""
        pending: list[tuple[_Group, ...]] = [(first,)]
        while pending:
            run = pending.pop()
            if len(_digits(run)) <= DIGITS_MAX:
                yield run
                pending += [(*run, after) for after in self._after(run[-1])]

    def _after(self, group: _Group) -> Sequence[_Group]:
        """The groups that a number may go on with."""
        siblings = self._of_word[group.word]
        if group.place + 1 < len(siblings):
            after = siblings[group.place + 1]
            return [after] if after.follows else []
        return self._elsewhere(group.word) if group.is_last and len(group.digits) >= _GROUP_DIGITS_MIN else []

    def _elsewhere(self, number: int) -> list[_Group]:
        """The groups that begin a word to the right of a word, or below it."""
        known = self._neighbours.get(number)
        if known is None:
            word = self._words[number]
            known = self._neighbours[number] = [
                groups[0]
                for other, groups in zip(self._words, self._of_word, strict=True)
                if groups and groups[0].follows and len(groups[0].digits) >= _GROUP_DIGITS_MIN
                if groups[0].word != number and (_is_beside(word, other) or _is_below(word, other))
            ]
        return known


def _groups(number: int, word: Word) -> list[_Group]:
    tokens = [one for one in _TOKEN.finditer(word.text) if _is_number(one[0])]
    ends = [0, *(token.end() for token in tokens)]
    return [
        _Group(
            digits=token[0].translate(_READ_AS),
            word=number,
            place=place,
            follows=_SEPARATOR.fullmatch(word.text, ends[place], token.start()) is not None,
            is_last=_SEPARATOR.fullmatch(word.text, token.end()) is not None,
        )
        for place, token in enumerate(tokens)
    ]


def _is_number(token: str) -> bool:
    """Most of it are digits, so that the rest was misread."""
    return sum(map(str.isdecimal, token)) * 3 >= len(token) * 2


def _is_beside(word: Word, other: Word) -> bool:
    """It stands in the same row, next to it on the right."""
    height = max(word.height, other.height)
    apart = other.left - word.right
    return abs(word.middle - other.middle) < height / 2 and -height < apart <= _NEAR * height


def _is_below(word: Word, other: Word) -> bool:
    """It begins the next line of the same paragraph or field."""
    height = max(word.height, other.height)
    apart = other.top - (word.top + word.height)
    return -height / 2 < apart < height and other.left <= word.right and abs(other.left - word.left) <= _NEAR * height
