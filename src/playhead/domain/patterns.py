"""Patterns as people write them: ``*`` for anything, ``?`` for one character, upper and lower case alike."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

_KEPT = 4_096


def is_like(text: str, pattern: str) -> bool:
    """Whether all of a text is as the pattern says. In time of their lengths' product at the most."""
    return _compiled(pattern).match(text.casefold()) is not None


def is_any_of(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text is as one of these says."""
    return any(is_like(text, pattern) for pattern in patterns)


@lru_cache(_KEPT)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.casefold().replace("[", "[[]")))
