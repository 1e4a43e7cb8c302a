"""Words as they are searched, and tags as they are kept."""

import pytest

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.words import (
    QUESTION_CHARS_MAX,
    QUESTION_WORDS_MAX,
    TAG_CHARS_MAX,
    WORD_CHARS_MAX,
    folded,
    searched_words,
    tag_of,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "same"), [("CAFÉ", "cafe"), ("Straße", "strasse"), ("ﬁne", "fine"), ("\uff21\uff42", "ab"), ("Ǆ", "dz")]
)
def test_case_and_marks_do_not_matter(text, same):
    assert folded(text) == same


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("PC-17_b refund, refund!", ("pc", "17", "b", "refund")),
        ("東京 №5", ("東京", "no5")),
        ("x" * (WORD_CHARS_MAX + 1), ("x" * WORD_CHARS_MAX,)),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_a_search_has_few_words():
    assert len(searched_words(" ".join(f"w{at}" for at in range(QUESTION_WORDS_MAX)))) == QUESTION_WORDS_MAX
    for text in (" ".join(f"w{at}" for at in range(QUESTION_WORDS_MAX + 1)), "x" * (QUESTION_CHARS_MAX + 1)):
        with pytest.raises(LimitError) as raised:
            searched_words(text)
        assert raised.value.code == "search.length"


@pytest.mark.parametrize(
    ("text", "tag"), [("  Case \t 4711 ", "case 4711"), ("VIP", "vip"), ("x" * TAG_CHARS_MAX, "x" * TAG_CHARS_MAX)]
)
def test_a_tag_is_kept_in_one_form(text, tag):
    assert tag_of(text) == tag
    assert tag_of(tag) == tag


@pytest.mark.parametrize("text", ["", " ", "a,b", "a\x00b", "a\u200bb", "x" * (TAG_CHARS_MAX + 1)])
def test_what_is_no_tag(text):
    with pytest.raises(InvalidInputError) as raised:
        tag_of(text)
    assert raised.value.code == "tag.malformed"
