"""Who shows a name and a password with each request, as native players do."""

import dataclasses

import pytest

from playhead.base.errors import RefusedError
from playhead.base.ids import UserId
from playhead.portal.rules import FREE_FAILURES
from playhead.portal.sign_in import WaitError
from playhead.store.catalogue import second_factors, sign_ins, users
from playhead.testing.site import PASSWORD


async def refused(parts, name, password, kind=RefusedError):
    with pytest.raises(kind) as caught:
        await parts.sign_in.prove(name, password, "192.0.2.1", "a player")
    return caught.value.code


async def test_the_right_password_proves_it_and_opens_no_session(parts, site):
    assert await parts.sign_in.prove("Sue ", PASSWORD, "192.0.2.1", "a player") == UserId("sue")
    assert await site.audited("sign_in.ok") == []


async def test_wrong_unknown_and_disabled_look_alike(parts, site):
    async with site.catalogue.writing() as connection:
        await users.set_disabled(connection, UserId("jane"), site.clock.wall_us())
    found = [await refused(parts, *one) for one in (("sue", "wrong"), ("nobody", PASSWORD), ("jane", PASSWORD))]
    assert found == ["session.refused"] * 3


async def test_guessing_is_slowed_down_as_at_the_portal(parts):
    for _ in range(FREE_FAILURES["pair"] + 1):
        await refused(parts, "sue", "wrong")
    assert await refused(parts, "sue", PASSWORD, WaitError) == "session.locked"


async def test_who_has_a_second_factor_cannot_do_without(parts, site):
    async with site.catalogue.writing() as connection:
        await second_factors.offer_totp(connection, UserId("sue"), b"sealed", site.clock.wall_us())
        await second_factors.confirm_totp(connection, UserId("sue"), site.clock.wall_us(), [bytes(32)])
    assert await refused(parts, "sue", PASSWORD) == "signin.code_needed"


async def test_a_password_that_somebody_else_set_does_not_hold(parts, site):
    hashed = await site.passwords.hash(PASSWORD)
    async with site.catalogue.writing() as connection:
        await sign_ins.set_password(connection, UserId("sue"), hashed, expires_at_us=site.clock.wall_us())
    assert await refused(parts, "sue", PASSWORD) == "password.expired"


async def test_where_people_sign_in_elsewhere_no_password_is_taken(parts):
    elsewhere = dataclasses.replace(parts, sign_in=dataclasses.replace(parts.sign_in, takes_passwords=False))
    assert await refused(elsewhere, "sue", PASSWORD) == "signin.passwords_off"
