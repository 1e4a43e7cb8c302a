"""Numbers of cards in text: what is one, what is not, and that text read in pieces makes no difference."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playhead.domain.cards import DIGITS_MAX, DIGITS_MIN, ISSUERS, Word, card_of, is_luhn, issuer_of, masked, sightings

# Published by their networks for tests.
VISA = "4111111111111111"
AMEX = "378282246310005"
TEST_NUMBERS = {
    VISA: "visa",
    "4222222222222": "visa",
    "5555555555554444": "mastercard",
    "2223003122003222": "mastercard",
    AMEX: "american_express",
    "6011000990139424": "discover",
    "30569309025904": "diners",
    "3530111333300000": "jcb",
    "6304000000000000": "maestro",
    "6200000000000005": "union_pay",
}


def word(text: str, *, left: float = 0, top: float = 0, height: float = 20) -> Word:
    return Word(text, left, top, len(text) * height * 0.6, height)


def found(*words: Word) -> list[str]:
    return [one.masked for one in sightings(words)]


def with_check_digit(digits: str) -> str:
    return next(digits + check for check in string.digits if is_luhn(digits + check))


@st.composite
def cards(draw: st.DrawFn) -> str:
    issuer = draw(st.sampled_from(ISSUERS))
    length = draw(st.integers(issuer.digits_min, issuer.digits_max))
    prefix = str(draw(st.integers(issuer.first, issuer.last)))
    rest = draw(st.text(string.digits, min_size=length - 1 - len(prefix), max_size=length - 1 - len(prefix)))
    return with_check_digit(prefix + rest)


@pytest.mark.parametrize(("number", "issuer"), TEST_NUMBERS.items())
def test_the_networks_own_test_numbers(number: str, issuer: str) -> None:
    assert (is_luhn(number), card_of(number)) == (True, issuer)


@given(st.text(string.digits, min_size=1, max_size=30), st.data())
def test_a_wrong_digit_is_always_noticed(digits: str, data: st.DataObject) -> None:
    number = with_check_digit(digits)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in string.digits if digit != number[place]]))
    assert not is_luhn(number[:place] + other + number[place + 1 :])


@given(st.text(string.digits, min_size=2, max_size=30), st.data())
def test_two_neighbours_swapped_are_noticed_but_for_09(digits: str, data: st.DataObject) -> None:
    number = with_check_digit(digits)
    place = data.draw(st.integers(0, len(number) - 2))
    one, two = number[place], number[place + 1]
    assume(one != two and {one, two} != {"0", "9"})
    assert not is_luhn(number[:place] + two + one + number[place + 2 :])


@given(cards(), st.sampled_from(["", " ", "-", " - ", "–", ".", "\u00a0"]), st.lists(st.integers(1, 6), min_size=1))
def test_however_a_number_is_parted(number: str, separator: str, sizes: list[int]) -> None:
    parts, rest, turn = [], number, 0
    while rest:
        size = sizes[turn % len(sizes)]
        parts.append(rest[:size])
        rest, turn = rest[size:], turn + 1
    assert masked(number) in found(word(f"Card: {separator.join(parts)} (valid)"))


@given(cards(), st.sampled_from([(4, 4, 4), (4, 6), (6, 7), (8,)]))
def test_however_it_is_spread_over_fields_and_lines(number: str, sizes: tuple[int, ...]) -> None:
    parts, rest = [], number
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    parts.append(rest)
    assume(all(len(part) >= 3 for part in parts))
    beside, left = [], 100.0
    for part in parts:
        beside.append(word(part, left=left, top=50))
        left = beside[-1].right + 30
    below = [word(part, left=100, top=50 + line * 26) for line, part in enumerate(parts)]
    assert masked(number) in found(*beside)
    assert masked(number) in found(*reversed(beside)), "in whatever order they were read"
    assert masked(number) in found(*below)


def test_places_that_have_nothing_to_do_with_each_other_are_not_joined() -> None:
    parts = ["4111", "1111", "1111", "1111"]
    assert found(*(word(part, left=100 + 400 * place) for place, part in enumerate(parts))) == []
    assert found(*(word(part, top=100 * line) for line, part in enumerate(parts))) == []
    assert found(word("4111 1111 open"), word("1111 1111", left=180)) == []
    assert found(word("4111 1111 pages 1111 1111")) == []


def test_what_belongs_to_one_number_is_no_part_of_another() -> None:
    above, below = word("5555-5555-5555-4444"), word("3782 822463 10005", top=26)
    assert found(below, above) == ["555555******4444", "378282*****0005"]
    assert found(word("6250 9410 0652 8599")) == ["625094******8599"], "and not 6250 9410 0652 as well"


def test_what_looks_like_a_digit_between_digits_is_one() -> None:
    assert found(word("4lll 1111 1111 1lIl"), word("4111 llll 1111 1111", top=300)) == []
    assert found(word("4l11 1111 11|1 111I")) == [masked(VISA)]
    assert found(word("2223OO3122OO3222")) == ["222300******3222"]


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # a wrong check digit
        "+49 40 5512 8812",
        "+1 (415) 555-0132",
        "0041 44 668 18 00",
        "2026-11-23 08:47:39",
        "Order 2026-1123-0815-4711",
        "Invoice 9000000000000009",  # nobody's prefix, though its check digit is right
        "DE89 3704 0044 0532 0130 00",
        "411111111111111111111111",  # longer than any
        "192.168.178.254 10.0.0.1",
        "SOS BOSS ILLS",
        "",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(word(text)) == []


@given(st.text(string.digits, max_size=40))
def test_nothing_but_a_right_check_digit_length_and_issuer_is_one(digits: str) -> None:
    is_one = DIGITS_MIN <= len(digits) <= DIGITS_MAX and is_luhn(digits) and issuer_of(digits) != ""
    assert found(word(digits)) == ([masked(digits)] if is_one else [])


@given(st.lists(st.builds(Word, st.text(max_size=30), *([st.floats(0, 2_000)] * 4)), max_size=12))
def test_whatever_was_read_is_searched(words: list[Word]) -> None:
    for one in sightings(words):
        assert "*" in one.masked


def test_no_more_of_a_number_is_told_than_may_be_shown() -> None:
    (one,) = sightings([word(f"Visa {VISA}", left=7, top=9)])
    assert (one.masked, one.issuer, one.left, one.top) == ("411111******1111", "visa", 7, 9)
    assert masked(AMEX) == "378282*****0005"
    assert masked("501800000009") == "501800**0009"
