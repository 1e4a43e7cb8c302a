"""What of an agent's screen may be told at all: decided at the workstation before anything is written down.

Windows are told by application, title and address. Each of these may be left out, or stand there as a keyed hash, by
which equal ones can be told from others without being read. Numbers that can only be payment cards are always left out.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from playhead.domain.analytics.events import NAME_CHARS_MAX, TITLE_CHARS_MAX, URL_CHARS_MAX, Kind
from playhead.domain.patterns import is_any_of, is_like

OTHER: Final = "other"
"""What applications are called that the list does not name."""
CARD: Final = "[card number]"

PATTERNS_MAX: Final = 1_000
"""Applications of a list."""
HIDES_MAX: Final = 200
HOURS_MAX: Final = 50
KEY_BYTES_MIN: Final = 16
"""Of the key of hashes."""
_HASH_BYTES: Final = 8
"""Two of a million titles are alike by chance once in forty million sites."""

_CARD: Final = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")
_HOURS: Final = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? (\d\d):(\d\d)-(\d\d):(\d\d)"
)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN: Final = 24 * 60

_Pattern = Annotated[str, Meta(max_length=512)]


class Hide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Windows of which less is told: those that all patterns fit which are not empty."""

    application: Annotated[_Pattern, Meta(description="Pattern; empty for any.")] = ""
    title: Annotated[_Pattern, Meta(description="Likewise.")] = ""
    url: Annotated[_Pattern, Meta(description="Likewise.")] = ""
    how: Annotated[
        Literal["drop", "hash", "away"],
        Meta(description="Title and address are left out, or hashed; `away`: the time counts as private."),
    ] = "drop"

    def __post_init__(self) -> None:
        """Refuse what would hide everything by mistake.

        Raises:
            ValueError: no pattern is given.
        """
        if not (self.application or self.title or self.url):
            raise ValueError('what is hidden has an application, a title or a url, such as { title = "*bank*" }')


class Privacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be told."""

    applications: Annotated[
        tuple[_Pattern, ...] | None,
        Meta(description="Only these are told by name, title and address; all others are `other`. Left out: all are."),
    ] = None
    titles: Annotated[Literal["keep", "hash", "drop"], Meta(description="What becomes of titles.")] = "keep"
    urls: Annotated[
        Literal["all", "path", "site", "hash", "drop"],
        Meta(
            description="What becomes of addresses: `path` is without what follows `?` and `#`, `site` only the host."
        ),
    ] = "path"
    counts: Annotated[bool, Meta(description="Whether keys and clicks are counted.")] = True
    hide: Annotated[tuple[Hide, ...], Meta(max_length=HIDES_MAX, description="Windows of which less is told.")] = ()
    hours: Annotated[
        tuple[str, ...],
        Meta(
            max_length=HOURS_MAX,
            description="When anything is told at all, in the workstation's time: `mon-fri 08:00-18:00`. None: always.",
        ),
    ] = ()
    key: Annotated[
        str,
        Meta(
            description="Of the hashes, in hex: with one for a site its titles can be compared. Empty: each machine's."
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: what is wrong.
        """
        if self.applications is not None and len(self.applications) > PATTERNS_MAX:
            raise ValueError(f"applications are at most {PATTERNS_MAX}")
        for text in self.hours:
            _minutes(text)
        if self.key and len(bytes.fromhex(self.key)) < KEY_BYTES_MIN:
            raise ValueError(f"key has at least {2 * KEY_BYTES_MIN} hexadecimal digits")


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What somebody worked with at a moment."""

    kind: Kind
    """Of the stretches: active, idle, locked, away."""
    application: str = ""
    title: str = ""
    url: str = ""
    monitor: int = 0


AWAY: Final = Glimpse(Kind.AWAY)


@dataclass(frozen=True, slots=True)
class Veil:
    """Privacy as it is applied."""

    privacy: Privacy
    key: bytes
    """Of the hashes, where the settings have none."""

    def is_open(self, minute: int) -> bool:
        """Whether anything is told at this minute of the week, from Monday's first on."""
        return not self.privacy.hours or any(_is_within(minute, _minutes(text)) for text in self.privacy.hours)

    def over(self, seen: Glimpse) -> Glimpse:
        """What may be told of it."""
        if not seen.application and not seen.title and not seen.url:
            return seen
        hides = [one for one in self.privacy.hide if _is_meant(one, seen)]
        if any(one.how == "away" for one in hides):
            return AWAY
        listed = self.privacy.applications
        if listed is not None and not is_any_of(seen.application, listed):
            return Glimpse(seen.kind, OTHER, monitor=seen.monitor)
        hows = {one.how for one in hides}
        title, url = self._title(seen.title), self._url(seen.url)
        if "drop" in hows:
            title, url = "", ""
        elif "hash" in hows:
            title, url = title and self._hash(seen.title), url and self._hash(seen.url)
        return replace(seen, application=_cut(seen.application, NAME_CHARS_MAX), title=title, url=url)

    def _title(self, title: str) -> str:
        match self.privacy.titles:
            case "keep":
                return _cut(title, TITLE_CHARS_MAX)
            case "hash":
                return self._hash(title)
            case "drop":
                return ""

    def _url(self, url: str) -> str:
        match self.privacy.urls:
            case "hash":
                return self._hash(url)
            case "drop":
                return ""
            case parts:
                return _cut(_part(url, parts), URL_CHARS_MAX)

    def _hash(self, text: str) -> str:
        if not text:
            return ""
        key = bytes.fromhex(self.privacy.key) or self.key
        return "#" + hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:_HASH_BYTES].hex()


def without_cards(text: str) -> str:
    """The same without numbers that can only be payment cards: 13 to 19 digits with a check digit (ISO/IEC 7812-1)."""
    return _CARD.sub(lambda match: CARD if _is_card(match[0]) else match[0], text)


def _is_card(text: str) -> bool:
    digits = [int(one) for one in reversed(text) if one.isdigit()]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _cut(text: str, chars_max: int) -> str:
    return without_cards(text)[:chars_max]


def _part(url: str, parts: Literal["all", "path", "site"]) -> str:
    if parts == "all":
        return url
    try:
        split = urlsplit(url)
        host = split.hostname or ""
        port = "" if split.port is None else f":{split.port}"
    except ValueError:
        return ""  # what cannot be read cannot be shortened
    path = split.path if parts == "path" else ""
    return SplitResult(split.scheme, f"{host}{port}", path, "", "").geturl()


def _is_meant(hide: Hide, seen: Glimpse) -> bool:
    given = ((hide.application, seen.application), (hide.title, seen.title), (hide.url, seen.url))
    return all(not pattern or is_like(text, pattern) for pattern, text in given)


def _minutes(text: str) -> Sequence[tuple[int, int]]:
    """Stretches of the week in minutes; one past its end goes on at its beginning."""
    match = _HOURS.fullmatch(text)
    clocks = (0, 0) if match is None else (int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6]))
    if match is None or max(clocks) > _DAY_MIN or clocks[0] == clocks[1] or int(match[4]) > 59 or int(match[6]) > 59:  # noqa: PLR2004
        raise ValueError(f"hours are such as 'mon-fri 08:00-18:00', not {text[:40]!r}")
    first = _DAYS.index(match[1])
    days = (_DAYS.index(match[2] or match[1]) - first) % 7 + 1
    length = clocks[1] - clocks[0] if clocks[1] > clocks[0] else clocks[1] - clocks[0] + _DAY_MIN
    starts = [(first + day) % 7 * _DAY_MIN + clocks[0] for day in range(days)]
    return [(start, start + length) for start in starts]


def _is_within(minute: int, stretches: Sequence[tuple[int, int]]) -> bool:
    week = 7 * _DAY_MIN
    return any(start <= at < end for start, end in stretches for at in (minute, minute + week))
