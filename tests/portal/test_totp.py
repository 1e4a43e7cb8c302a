"""Codes of an authenticator and recovery codes, without a portal around them."""

from base64 import b32encode
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.portal.totp import (
    DRIFT_STEPS,
    STEP_S,
    qr,
    read_recovery_code,
    recovery_hash,
    step_of,
    uri,
    written,
)

SECRET = b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
"""RFC 6238 appendix B, SHA-1, the last six of its eight digits."""


@pytest.mark.parametrize(("now_s", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(now_s, code):
    assert step_of(SECRET, code, now_s) == now_s // STEP_S


@pytest.mark.parametrize("drift", range(-DRIFT_STEPS, DRIFT_STEPS + 1))
def test_the_neighbouring_steps_are_taken(drift):
    now_s, code = VECTORS[1]
    assert step_of(SECRET, code, now_s + drift * STEP_S) == now_s // STEP_S


@pytest.mark.parametrize("drift", [-DRIFT_STEPS - 1, DRIFT_STEPS + 1])
def test_those_beyond_are_not(drift):
    now_s, code = VECTORS[1]
    assert step_of(SECRET, code, now_s + drift * STEP_S) is None


@pytest.mark.parametrize("typed", ["287 082", " 287082", "287-082"])
def test_what_people_put_between_the_digits_does_not_matter(typed):
    assert step_of(SECRET, typed, 59) == 1


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "94287082", "abcdef", "२८७०८२", "٢٨٧٠٨٢"])
def test_what_is_no_code_is_none(typed):
    assert step_of(SECRET, typed, 59) is None
    assert step_of(SECRET, typed, 0) is None


def test_an_authenticator_is_told_who_and_where():
    assert uri(SECRET, user="jo", site="hamburg") == (
        f"otpauth://totp/Playhead%20hamburg:jo?secret={SECRET}&issuer=Playhead%20hamburg"
    )


def test_the_qr_code_is_one_image_without_anything_active():
    tree = ET.fromstring(qr("otpauth://totp/x?secret=ABC"))  # noqa: S314 - of our own making
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert {one.tag.partition("}")[2] for one in tree.iter()} <= {"svg", "path", "g"}
    assert "viewBox" in tree.attrib
    assert "width" not in tree.attrib


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16))
def test_a_recovery_code_is_read_as_it_was_written(code):
    assert read_recovery_code(written(code)) == code
    assert read_recovery_code(written(code).upper().replace("-", " ")) == code


@pytest.mark.parametrize("typed", ["", "287082", "abcd-efgh-ijkl", "abcd-efgh-ijkl-mno1", "abcd" * 5])
def test_nothing_else_is_a_recovery_code(typed):
    assert read_recovery_code(typed) is None


def test_the_hash_of_a_recovery_code_tells_nothing_without_key_and_user():
    hashes = {recovery_hash(key, user, "abcd" * 4) for key in (b"a", b"b") for user in ("jo", "jane")}
    assert len(hashes) == 4
    assert all(len(one) == 32 for one in hashes)
