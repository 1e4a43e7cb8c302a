"""Decisions about signing in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import UserId
from playhead.domain.access import Who
from playhead.domain.roles import ADMINISTRATOR, AGENT, AUDITOR, MANAGER, built_in_grants
from playhead.portal.rules import (
    FREE_FAILURES,
    LOCK_US_MAX,
    SECOND_US,
    Lifetime,
    csrf_matches,
    csrf_token,
    key_hash,
    lock_us,
    origin_matches,
    permissions,
)


@pytest.mark.parametrize("kind", FREE_FAILURES)
def test_the_first_failures_are_free_and_each_further_one_doubles_the_wait_up_to_the_longest(kind):
    free = FREE_FAILURES[kind]
    assert [lock_us(kind, number) for number in range(1, free + 1)] == [0] * free
    waits = [lock_us(kind, free + number) for number in range(1, 15)]
    assert waits[:4] == [SECOND_US, 2 * SECOND_US, 4 * SECOND_US, 8 * SECOND_US]
    assert waits[-1] == LOCK_US_MAX
    assert lock_us(kind, 10**9) == LOCK_US_MAX


def test_an_end_moves_on_with_use_but_not_past_the_whole_length():
    lifetime = Lifetime(idle_us=100, length_us=250)
    assert lifetime.first_end_us(0) == 100
    assert lifetime.next_end_us(0, 0, 50) == 150
    assert lifetime.next_end_us(0, 50, 149) == 249
    assert lifetime.next_end_us(0, 149, 248) == 250
    assert lifetime.next_end_us(0, 244, 250) == 250


def test_an_end_that_was_moved_just_now_is_left():
    lifetime = Lifetime(idle_us=100, length_us=1000)
    assert lifetime.next_end_us(0, 10, 15) is None
    assert lifetime.next_end_us(0, 10, 16) == 116


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_a_csrf_token_fits_its_own_secret_only(secret, other):
    assert csrf_matches(secret, csrf_token(secret))
    assert not csrf_matches(secret, other)


def test_a_csrf_token_stays_the_same_over_versions():
    assert csrf_token("secret") == "9iVXXH3xTah0ll0kMw457nuocQUNIG5Vl-HpQi3BAwE"


def test_what_is_stored_of_a_secret_is_its_hash():
    assert key_hash("secret").hex() == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (
            ADMINISTRATOR,
            {
                *("view", "play", "live", "export", "annotate", "hold", "delete", "record"),
                *("blackout_on", "blackout_off", "analyse", "audit", "administer", "operate"),
            },
        ),
        (
            MANAGER,
            {"view", "play", "live", "export", "annotate", "hold", "record", "blackout_on", "blackout_off", "analyse"},
        ),
        (AUDITOR, {"view", "audit"}),
        (AGENT, {"view", "play", "blackout_on", "analyse"}),
    ],
)
def test_what_a_page_may_offer(role, expected):
    assert permissions(Who(UserId("jane"), grants=built_in_grants(role))) == expected


@pytest.mark.parametrize(
    ("origin", "secure", "expected"),
    [
        (None, False, True),
        ("http://10.0.0.1:2020", False, True),
        ("HTTP://10.0.0.1:2020", False, True),
        ("https://10.0.0.1:2020", False, False),
        ("https://10.0.0.1:2020", True, True),
        ("http://10.0.0.1:2021", False, False),
        ("http://10.0.0.1", False, False),
        ("null", False, False),
        ("", False, False),
        ("http://10.0.0.1:2020.evil", False, False),
    ],
)
def test_origins(origin, secure, expected):
    assert origin_matches(origin, "10.0.0.1:2020", secure=secure) is expected
