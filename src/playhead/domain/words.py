"""Words as they are searched, and tags as they are kept: without regard to case and marks (Unicode §3.13, UAX #15)."""

import re
import unicodedata
from typing import Final

from playhead.base.errors import InvalidInputError, LimitError

WORD_CHARS_MAX: Final = 40
"""What is longer is cut: nobody types it."""

QUESTION_CHARS_MAX: Final = 200
"""Of a text that is searched for."""

QUESTION_WORDS_MAX: Final = 8
"""Words looked for at once; what a person types into a search box."""

TAG_CHARS_MAX: Final = 40
"""A tag is a label and no remark."""

_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """A text without case and without marks: “Café” and “CAFE” become the same."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, each once, in their order: letters and digits, whatever stands between them."""
    return tuple(dict.fromkeys(word[:WORD_CHARS_MAX] for word in _WORD.findall(folded(text))))


def searched_words(text: str) -> tuple[str, ...]:
    """What somebody searches for: beginnings of words, all of which must be found.

    Raises:
        LimitError: ``search.length``.
    """
    words = words_of(text)
    if len(text) > QUESTION_CHARS_MAX or len(words) > QUESTION_WORDS_MAX:
        message = f"A search takes up to {QUESTION_WORDS_MAX} words and {QUESTION_CHARS_MAX} characters."
        raise LimitError("search.length", message, hint="Leave out the words that are least special.")
    return words


def tag_of(text: str) -> str:
    """A tag as it is kept: in one case, with single blanks, so that no two look alike.

    Raises:
        InvalidInputError: ``tag.malformed``.
    """
    tag = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not 1 <= len(tag) <= TAG_CHARS_MAX or not tag.isprintable() or "," in tag:
        hint = f"1 to {TAG_CHARS_MAX} characters, without commas."
        raise InvalidInputError("tag.malformed", f"{text[:64]!r} is no tag.", hint=hint)
    return tag
