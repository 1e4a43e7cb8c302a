"""Roles in the catalogue, and what somebody may do by them."""

import pytest

from playhead.base.errors import ConflictError, LimitError, NotFoundError
from playhead.base.ids import RoleId, UserId
from playhead.domain.access import Action, Grant, Scope
from playhead.domain.roles import ADMINISTRATOR, AGENT, AUDITOR, BUILT_IN, Assignment, Permission, built_in_grants
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import access as x
from playhead.store.catalogue import roles as r
from playhead.store.catalogue import users as u

ROOT, SAM = UserId("root"), UserId("sam")
QA = r.Role(
    RoleId("qa"), "Quality", permissions=(Permission(Action.VIEW, Scope.TEAM), Permission(Action.AUDIT, Scope.ALL))
)


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        yield found
    await catalogue.close()


@pytest.fixture
async def _people(connection):
    await u.add_user(connection, u.User(ROOT, "Root", "hash", 1), [Assignment(ADMINISTRATOR)])
    await u.add_user(connection, u.User(SAM, "Sam", "hash", 1))


async def refusal(call):
    with pytest.raises((ConflictError, NotFoundError, LimitError)) as raised:
        await call
    return raised.value.code


class TestRoles:
    async def test_the_built_in_ones_are_those_that_decisions_know(self, connection):
        found = {role.id: set(role.permissions) for role in await r.list_roles(connection) if role.built_in}
        assert found == {role: set(permissions) for role, permissions in BUILT_IN.items()}

    @pytest.mark.parametrize("role", BUILT_IN, ids=str)
    async def test_the_built_in_ones_stay_as_they_are(self, connection, role):
        assert await refusal(r.change_role(connection, r.Role(role, "Mine"))) == "role.built_in"
        assert await refusal(r.delete_role(connection, role)) == "role.built_in"
        assert await refusal(r.add_role(connection, r.Role(role, "Mine"))) == "role.exists"

    async def test_adds_changes_and_deletes(self, connection):
        await r.add_role(connection, QA)
        assert (await r.list_roles(connection))[-1] == await r.get_role(connection, QA.id) == QA
        after = r.Role(QA.id, "QA", permissions=(Permission(Action.PLAY, Scope.OWN),))
        await r.change_role(connection, after)
        assert await r.get_role(connection, QA.id) == after
        await r.delete_role(connection, QA.id)
        assert await refusal(r.get_role(connection, QA.id)) == "role.not_found"

    @pytest.mark.usefixtures("_people")
    async def test_one_that_somebody_has_is_kept(self, connection):
        await r.add_role(connection, QA)
        await x.set_assignments(connection, SAM, [Assignment(QA.id)])
        assert await r.users_with(connection, QA.id) == [SAM]
        assert await refusal(r.delete_role(connection, QA.id)) == "role.in_use"

    async def test_a_missing_one(self, connection):
        assert await refusal(r.change_role(connection, QA)) == "role.not_found"
        assert await refusal(r.delete_role(connection, QA.id)) == "role.not_found"

    async def test_are_bounded(self, connection, monkeypatch):
        monkeypatch.setattr(r, "ROLES_MAX", len(BUILT_IN) + 1)
        await r.add_role(connection, QA)
        assert await refusal(r.add_role(connection, r.Role(RoleId("more"), "More"))) == "role.number"


@pytest.mark.usefixtures("_people")
class TestWho:
    async def test_is_nobody_in_particular_without_a_role(self, connection):
        assert (await x.load_who(connection, SAM, "Sam")).grants == ()

    async def test_has_what_all_roles_allow(self, connection):
        await x.set_assignments(connection, SAM, [Assignment(AUDITOR, 5), Assignment(AGENT)])
        who = await x.load_who(connection, SAM, "Sam")
        assert (who.user, who.name) == (SAM, "Sam")
        expected = {Grant(one.action, one.scope, 5, "auditor") for one in BUILT_IN[AUDITOR]}
        assert set(who.grants) == expected | set(built_in_grants(AGENT))
        assert (await x.assignments_of(connection, [SAM, ROOT])) == {
            SAM: (Assignment(AGENT), Assignment(AUDITOR, 5)),
            ROOT: (Assignment(ADMINISTRATOR),),
        }

    async def test_a_role_that_there_is_not(self, connection):
        assert await refusal(x.set_assignments(connection, SAM, [Assignment(QA.id)])) == "role.not_found"


@pytest.mark.usefixtures("_people")
class TestTheLastAdministrator:
    async def test_is_not_disabled(self, connection):
        assert await refusal(u.set_disabled(connection, ROOT, 3)) == "user.last_administrator"

    async def test_keeps_the_role(self, connection):
        assert await refusal(x.set_assignments(connection, ROOT, [Assignment(AGENT)])) == "user.last_administrator"

    async def test_is_whoever_may_administer_by_any_role(self, connection):
        own = r.Role(RoleId("people"), "People", permissions=(Permission(Action.ADMINISTER, Scope.ALL),))
        await r.add_role(connection, own)
        await x.set_assignments(connection, SAM, [Assignment(own.id)])
        await u.set_disabled(connection, ROOT, 3)
        assert await refusal(r.change_role(connection, r.Role(own.id, "None"))) == "user.last_administrator"

    async def test_one_who_is_disabled_does_not_count(self, connection):
        await x.set_assignments(connection, SAM, [Assignment(ADMINISTRATOR)])
        await u.set_disabled(connection, SAM, 3)
        assert await refusal(u.set_disabled(connection, ROOT, 3)) == "user.last_administrator"

    async def test_where_there_is_none_nothing_is_lost(self, connection):
        await x.set_assignments(connection, SAM, [Assignment(ADMINISTRATOR)])
        await u.set_disabled(connection, ROOT, 3)
        await u.set_disabled(connection, ROOT, None)
        assert await x.count_administrators(connection) == 2
