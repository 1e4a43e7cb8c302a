"""Failed sign-ins, counted in the catalogue."""

import pytest

from playhead.base.ids import UserId
from playhead.portal.lockout import Lockout, user_key
from playhead.portal.rules import FORGET_US, FREE_FAILURES, LOCK_US_MAX, SECOND_US
from playhead.store.catalogue import sign_in_failures
from playhead.store.catalogue.sign_in_failures import FAILURES_MAX, Failures, Subject


@pytest.fixture
def lockout(site):
    return Lockout(site.catalogue, site.clock)


async def failed(lockout, times, *, user="jane", address="a"):
    return [await lockout.failed(user, address) for _ in range(times)]


async def test_the_first_failures_are_free_and_the_next_one_locks_for_a_while(lockout, site):
    assert await failed(lockout, FREE_FAILURES["pair"]) == [False] * FREE_FAILURES["pair"]
    assert await lockout.wait_us("jane", "a") == 0
    assert await failed(lockout, 1) == [True]
    assert await lockout.wait_us("jane", "a") == SECOND_US
    site.clock.advance(SECOND_US - 1)
    assert await lockout.wait_us("jane", "a") == 1
    site.clock.advance(1)
    assert await lockout.wait_us("jane", "a") == 0


async def test_a_restart_forgets_nothing(lockout, site):
    await failed(lockout, FREE_FAILURES["pair"] + 3)
    assert await Lockout(site.catalogue, site.clock).wait_us("jane", "a") == 4 * SECOND_US


async def test_another_user_and_another_address_are_not_concerned(lockout):
    await failed(lockout, FREE_FAILURES["pair"] + 3)
    assert await lockout.wait_us("joe", "a") == 0
    assert await lockout.wait_us("jane", "b") == 0


async def test_guessing_one_user_from_many_addresses_locks_the_user(lockout):
    for number in range(FREE_FAILURES["user"] + 1):
        await failed(lockout, 1, address=f"a{number}")
    assert await lockout.wait_us("jane", "new") == SECOND_US


async def test_guessing_many_users_from_one_address_locks_the_address(lockout):
    for number in range(FREE_FAILURES["address"] + 1):
        await failed(lockout, 1, user=f"u{number}")
    assert await lockout.wait_us("new", "a") == SECOND_US
    assert await lockout.wait_us("new", "b") == 0


async def test_success_forgives_this_user_at_this_address(lockout):
    await failed(lockout, FREE_FAILURES["pair"])
    await lockout.succeeded("jane", "a")
    assert await failed(lockout, FREE_FAILURES["pair"]) == [False] * FREE_FAILURES["pair"]


async def test_failures_are_forgotten_after_a_while(lockout, site):
    await failed(lockout, FREE_FAILURES["pair"])
    site.clock.advance(FORGET_US + 1)
    assert await failed(lockout, 1) == [False]
    site.clock.advance(FORGET_US + 1)
    await lockout.forget_old()
    async with site.catalogue.reading() as connection:
        assert await sign_in_failures.get_failures(connection, [Subject("pair", user_key("jane"), "a")]) == {}


async def test_a_clock_that_was_set_back_makes_no_longer_lock_than_any(lockout, site):
    subject = Subject("user", user_key("jane"), "")
    count = Failures(99, site.clock.wall_us(), site.clock.wall_us() + 10**15)
    async with site.catalogue.writing() as connection:
        await sign_in_failures.set_failures(connection, {subject: count})
    assert await lockout.wait_us("jane", "a") == LOCK_US_MAX


async def test_what_was_typed_as_a_name_is_not_kept(lockout, site):
    await failed(lockout, 1, user="my secret password")
    for path in site.folder.glob("catalogue.db*"):
        assert b"my secret password" not in path.read_bytes()


async def test_unlocking_forgets_a_user_s_failures_everywhere(lockout, site):
    for number in range(FREE_FAILURES["user"] + 1):
        await failed(lockout, 1, address=f"a{number}")
    async with site.catalogue.writing() as connection:
        keys = [user_key(UserId("jane")), user_key("joe")]
        locked = await sign_in_failures.locked_until(connection, keys, site.clock.wall_us())
        assert locked == {keys[0]: site.clock.wall_us() + SECOND_US}
        await sign_in_failures.clear_failures_of(connection, keys[0])
    assert await lockout.wait_us("jane", "a1") == 0


async def test_the_oldest_are_forgotten_past_the_limit(site, monkeypatch):
    assert FAILURES_MAX == 10_000
    monkeypatch.setattr(sign_in_failures, "FAILURES_MAX", 3)
    async with site.catalogue.writing() as connection:
        subjects = [Subject("address", b"", str(number)) for number in range(5)]
        for number, subject in enumerate(subjects):
            await sign_in_failures.set_failures(connection, {subject: Failures(1, number, 0)})
        assert set(await sign_in_failures.get_failures(connection, subjects)) == set(subjects[2:])
