"""docs/wire/screen.md §9: the text form of enrolment codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError
from playhead.wire.pki import EnrolmentCode
from playhead.wire.pki.codes import _ALPHABET, _check

EXAMPLE = EnrolmentCode(bytes(range(10)), bytes(range(0xF0, 0x100)))
TEXT = "1000-G40R-40M3-0E20-9Y3R-Z5WZ-MYQV-FFY7-SZBX-ZSZF-YZWR"
codes = st.builds(EnrolmentCode, st.binary(min_size=10, max_size=10), st.binary(min_size=16, max_size=16))


def refused(text):
    with pytest.raises(InvalidInputError) as caught:
        EnrolmentCode.parse(text)
    assert TEXT[:9] not in caught.value.message
    return caught.value.code


def test_the_example_of_the_page():
    assert EXAMPLE.text == TEXT
    assert EnrolmentCode.parse(TEXT) == EXAMPLE


@pytest.mark.parametrize(
    "typed",
    [
        TEXT.lower(),
        TEXT.replace("-", ""),
        TEXT.replace("-", " "),
        f"  {TEXT}\n",
        TEXT.replace("0", "o"),
        "L" + TEXT[1:],
    ],
)
def test_people_may_type_it_in_many_ways(typed):
    assert EnrolmentCode.parse(typed) == EXAMPLE


@pytest.mark.parametrize("symbol", ["U", "u", "!", "é", "\0"])
def test_a_symbol_of_no_alphabet_is_named(symbol):
    assert refused(TEXT[:7] + symbol + TEXT[8:]) == "enrolment.symbol"


@pytest.mark.parametrize("text", ["", "1", TEXT[:-1], TEXT + "0", TEXT * 1000])
def test_another_length_is_told(text):
    assert refused(text) == "enrolment.length"


def test_a_newer_kind_is_told_from_a_typing_mistake():
    values = [2, *([0] * 42)]
    text = "".join(_ALPHABET[value] for value in [*values, _check(values)])
    assert refused(text) == "enrolment.version"


def test_spare_bits_are_zero():
    values = [1, *([0] * 41), 1]
    assert refused("".join(_ALPHABET[value] for value in [*values, _check(values)])) == "enrolment.typo"


@given(codes)
def test_round_trip(code):
    assert EnrolmentCode.parse(code.text) == code


@given(codes, st.integers(0, 43), st.sampled_from(_ALPHABET))
def test_every_wrong_symbol_is_found(code, position, symbol):
    symbols = code.text.replace("-", "")
    if symbols[position] != symbol:
        assert refused(symbols[:position] + symbol + symbols[position + 1 :]) == "enrolment.typo"


@given(codes, st.integers(0, 42))
def test_every_swap_of_neighbours_is_found(code, position):
    symbols = code.text.replace("-", "")
    one, two = symbols[position : position + 2]
    if one != two:
        assert refused(symbols[:position] + two + one + symbols[position + 2 :]) == "enrolment.typo"


@given(st.text(max_size=60))
def test_anything_else_is_refused(text):
    assert refused(text) in {"enrolment.symbol", "enrolment.length", "enrolment.typo", "enrolment.version"}


def test_it_knows_its_authority_and_no_other():
    code = EnrolmentCode.create(bytes(10), b"certificate")
    assert code.matches(b"certificate")
    assert not code.matches(b"certificatf")
    with pytest.raises(AssertionError):
        EnrolmentCode.create(bytes(9), b"certificate")


def test_the_secret_is_not_shown_by_accident():
    assert "x" * 10 not in repr(EnrolmentCode(b"x" * 10, bytes(16)))
    assert len(EXAMPLE.secret_hash) == 32
    assert EXAMPLE.secret_hash != EnrolmentCode(bytes(10), EXAMPLE.authority).secret_hash
