"""Passwords: right, wrong, nobody's, and too many at once."""

import asyncio
import threading

import pytest
from argon2.exceptions import VerifyMismatchError

from playhead.base.errors import InvalidInputError, UnavailableError
from playhead.portal.passwords import (
    HASHING_MAX,
    PASSWORD_CHARS_MAX,
    PASSWORD_CHARS_MIN,
    WAITING_MAX,
    Passwords,
    check_new,
)


@pytest.fixture
def passwords():
    made = Passwords(memory_kib=64)
    yield made
    made.close()


async def test_right_wrong_and_nobody(passwords):
    encoded = await passwords.hash("correct horse")
    assert encoded.startswith("$argon2id$v=19$m=64,t=3,p=1$")
    assert await passwords.check(encoded, "correct horse")
    assert not await passwords.check(encoded, "wrong horse")
    assert not await passwords.check(None, "nobody has this password")
    assert not await passwords.check("damaged", "correct horse")


def test_nobody_s_takes_as_long_as_anybody_s(passwords):
    assert not passwords.outdated(passwords._nobody)
    with pytest.raises(VerifyMismatchError):  # hashed to the end, where one that is malformed is not begun
        passwords._hasher.verify(passwords._nobody, "")


async def test_every_hash_has_a_salt_of_its_own(passwords):
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


WORDS = "correct horse battery staple "


async def test_lengths(passwords):
    for length in (PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX):
        password = (WORDS * 40)[:length]
        encoded = await passwords.hash(password)
        assert await passwords.check(encoded, password)
    for length in (PASSWORD_CHARS_MIN - 1, PASSWORD_CHARS_MAX + 1):
        with pytest.raises(InvalidInputError) as caught:
            await passwords.hash((WORDS * 40)[:length])
        assert caught.value.code == "password.length"
    assert not await passwords.check(encoded, "a" * (PASSWORD_CHARS_MAX + 1))


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "qwertyuiop[]",
        "aaaaaaaaaaaa",
        "123456789012",
        "playheadplayhead",
        "iloveyouiloveyou",
        "JO DOE plays the tuba",
    ],
)
def test_what_guessers_try_first_is_refused_however_long_it_is(password):
    with pytest.raises(InvalidInputError) as caught:
        check_new(password, ["jo", "Jo Doe"])
    assert caught.value.code == "password.common"
    assert password not in caught.value.message


def test_the_longest_is_judged_in_no_time():
    with pytest.raises(InvalidInputError) as caught:
        check_new("1234567890" * (PASSWORD_CHARS_MAX // 10))
    assert caught.value.code == "password.common"


async def test_one_in_use_is_hashed_again_whatever_is_asked_of_new_ones(passwords):
    assert await passwords.check(await passwords.hash_again("short"), "short")


async def test_a_user_without_a_password_has_none(passwords):
    for password in ("", "nobody has this password"):
        assert not await passwords.check("", password)


async def test_odd_characters_are_a_password_like_any_other(passwords):
    encoded = await passwords.hash("päßwörd \u0000 🐎🐎")
    assert await passwords.check(encoded, "päßwörd \u0000 🐎🐎")


async def test_hashes_of_weaker_times_are_told(passwords):
    stronger = Passwords(memory_kib=128)
    try:
        assert stronger.outdated(await passwords.hash("correct horse"))
        assert not stronger.outdated(await stronger.hash("correct horse"))
    finally:
        stronger.close()


async def test_a_flood_is_turned_away_and_the_turns_come_back(passwords, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(passwords, "_matches", lambda *_: released.wait(10))
    tasks = [asyncio.create_task(passwords.check("x", "y")) for _ in range(HASHING_MAX + WAITING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError) as caught:
        await passwords.check("x", "y")
    assert caught.value.code == "session.busy"
    for task in tasks:
        task.cancel()  # hanging up gives no turn to the next one
    await asyncio.gather(*tasks, return_exceptions=True)
    with pytest.raises(UnavailableError):
        await passwords.check("x", "y")
    released.set()
    while passwords._under_way:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    assert await passwords.check("x", "y")
