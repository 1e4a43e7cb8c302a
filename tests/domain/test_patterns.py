import pytest

from playhead.domain.patterns import is_any_of, is_like


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("Card payment – Firefox", "*card PAYMENT*", True),
        ("Card payment", "card", False),
        ("a[1].txt", "a[1].*", True),
        ("a1.txt", "a[1].*", False),
        ("ab", "a?", True),
        ("a", "a?", False),
        ("line\nbreak", "line*break", True),
        ("", "*", True),
        ("Straße", "STRASSE", True),
    ],
)
def test_a_pattern_is_of_the_whole_text_and_any_case(text, pattern, fits):
    assert is_like(text, pattern) is fits


def test_any_of_several():
    assert is_any_of("xterm", ["*fox*", "xt*"])
    assert not is_any_of("xterm", [])


def test_many_stars_do_not_take_for_ever():
    assert not is_like("a" * 5_000, "*a" * 60 + "b")
