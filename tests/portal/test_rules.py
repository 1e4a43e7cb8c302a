"""Decisions about signing in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import UserId
from playhead.domain.access import Who
from playhead.domain.roles import ADMINISTRATOR, AGENT, AUDITOR, MANAGER, built_in_grants
from playhead.portal.rules import (
    FORGET_US,
    FREE_FAILURES,
    LOCK_US_MAX,
    SECOND_US,
    WATCHED_MAX,
    Attempts,
    Lifetime,
    csrf_matches,
    csrf_token,
    key_hash,
    origin_matches,
    permissions,
)


def failed(attempts, times, *, user="jane", address="a", now_us=0):
    for _ in range(times):
        attempts.failed(user, address, now_us)


def test_the_first_failures_are_free_and_the_next_one_locks():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"])
    assert attempts.wait_us("jane", "a", 0) == 0
    failed(attempts, 1)
    assert attempts.wait_us("jane", "a", 0) == SECOND_US


def test_each_further_failure_doubles_the_wait_up_to_the_longest():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"])
    waits = []
    for _ in range(14):
        failed(attempts, 1)
        waits.append(attempts.wait_us("jane", "a", 0))
    assert waits[:4] == [SECOND_US, 2 * SECOND_US, 4 * SECOND_US, 8 * SECOND_US]
    assert waits[-1] == LOCK_US_MAX
    failed(attempts, 100)
    assert attempts.wait_us("jane", "a", 0) == LOCK_US_MAX


def test_a_wait_runs_out():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"] + 1)
    assert attempts.wait_us("jane", "a", SECOND_US - 1) == 1
    assert attempts.wait_us("jane", "a", SECOND_US) == 0


def test_another_user_and_another_address_are_not_concerned():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"] + 3)
    assert attempts.wait_us("joe", "a", 0) == 0
    assert attempts.wait_us("jane", "b", 0) == 0


def test_guessing_one_user_from_many_addresses_locks_the_user():
    attempts = Attempts()
    for number in range(FREE_FAILURES["user"] + 1):
        failed(attempts, 1, address=f"a{number}")
    assert attempts.wait_us("jane", "new", 0) == SECOND_US


def test_guessing_many_users_from_one_address_locks_the_address():
    attempts = Attempts()
    for number in range(FREE_FAILURES["address"] + 1):
        failed(attempts, 1, user=f"u{number}")
    assert attempts.wait_us("new", "a", 0) == SECOND_US
    assert attempts.wait_us("new", "b", 0) == 0


def test_success_forgives_this_user_at_this_address():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"])
    attempts.succeeded("jane", "a")
    failed(attempts, FREE_FAILURES["pair"])
    assert attempts.wait_us("jane", "a", 0) == 0


def test_failures_are_forgotten_after_a_while():
    attempts = Attempts()
    failed(attempts, FREE_FAILURES["pair"])
    failed(attempts, 1, now_us=FORGET_US + 1)
    assert attempts.wait_us("jane", "a", FORGET_US + 1) == 0


def test_memory_is_bounded():
    attempts = Attempts()
    for number in range(WATCHED_MAX):
        failed(attempts, 1, user=f"u{number}", address=f"a{number}")
    assert len(attempts) == WATCHED_MAX


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
                *("view", "play", "live", "export", "annotate", "hold", "delete", "record", "blackout"),
                *("audit", "administer", "operate"),
            },
        ),
        (MANAGER, {"view", "play", "live", "export", "annotate", "hold", "record", "blackout"}),
        (AUDITOR, {"view", "audit"}),
        (AGENT, {"view", "play", "blackout"}),
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
