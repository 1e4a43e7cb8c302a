"""Groups of agents in the catalogue."""

import pytest
from databases import SQLITE_ONLY

from playhead.base.errors import ConflictError, LimitError, NotFoundError
from playhead.base.ids import GroupId, UserId
from playhead.domain.roles import MANAGER, SUPERVISOR, Assignment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import access as x
from playhead.store.catalogue import groups as g
from playhead.store.catalogue import users as u

SAM, SUE = UserId("sam"), UserId("sue")
NIGHT = g.Group(GroupId("night"), "Night", ("jane", "joe"), (SAM, SUE))
DAY = g.Group(GroupId("day"), "day", ("jane",), (SAM,))


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        yield found
    await catalogue.close()


@pytest.fixture
async def _people(connection):
    for user in (SAM, SUE):
        await u.add_user(connection, u.User(user, str(user), "hash", 1), [Assignment(SUPERVISOR)])


@pytest.fixture
async def _groups(connection, _people):
    for group in (NIGHT, DAY):
        await g.add_group(connection, group)


@pytest.mark.usefixtures("_groups")
class TestGroups:
    async def test_are_listed_by_name(self, connection):
        assert await g.list_groups(connection) == [DAY, NIGHT]
        assert await g.get_group(connection, NIGHT.id) == NIGHT

    async def test_are_found_by_member(self, connection):
        found = await g.groups_of(connection, ["jane", "joe", "eve"])
        assert found == {"jane": (DAY.id, NIGHT.id), "joe": (NIGHT.id,), "eve": ()}
        assert await g.members_of(connection, NIGHT.id) == {"jane", "joe"}

    async def test_make_the_team_of_those_who_supervise(self, connection):
        assert await x.team_of(connection, SAM) == {"jane", "joe"}
        await g.change_group(connection, g.Group(NIGHT.id, "Late", ("eve",), (SUE,)))
        assert (await x.load_who(connection, SAM)).team == {"jane"}
        assert (await x.load_who(connection, SUE)).team == {"eve"}
        assert (await g.get_group(connection, NIGHT.id)).name == "Late"

    async def test_a_team_is_looked_up_only_for_a_role_that_needs_it(self, connection):
        await x.set_assignments(connection, SAM, [Assignment(MANAGER)])
        assert (await x.load_who(connection, SAM)).team == frozenset()

    async def test_are_gone_when_deleted(self, connection):
        await g.delete_group(connection, NIGHT.id)
        assert await g.list_groups(connection) == [DAY]
        assert await x.team_of(connection, SUE) == frozenset()

    async def test_one_of_an_id(self, connection):
        with pytest.raises(ConflictError) as raised:
            await g.add_group(connection, g.Group(DAY.id, "Other"))
        assert raised.value.code == "group.exists"

    async def test_a_supervisor_who_is_no_user(self, connection):
        with pytest.raises(NotFoundError) as raised:
            await g.change_group(connection, g.Group(DAY.id, "day", (), (UserId("eve"),)))
        assert raised.value.code == "user.not_found"


async def test_a_missing_one(connection):
    for call in (
        g.get_group(connection, DAY.id),
        g.change_group(connection, g.Group(DAY.id, "")),
        g.delete_group(connection, DAY.id),
    ):
        with pytest.raises(NotFoundError) as raised:
            await call
        assert raised.value.code == "group.not_found"


def members(number, first=0):
    return tuple(f"agent-{one:05}" for one in range(first, first + number))


class TestLimits:
    async def _refused(self, connection, group):
        with pytest.raises(LimitError) as raised:
            await g.add_group(connection, group)
        return raised.value.code

    async def test_of_groups(self, connection, monkeypatch):
        monkeypatch.setattr(g, "GROUPS_MAX", 1)
        await g.add_group(connection, g.Group(GroupId("a"), "A"))
        assert await self._refused(connection, g.Group(GroupId("b"), "B")) == "group.number"

    async def test_of_members(self, connection):
        await g.add_group(connection, g.Group(GroupId("a"), "A", members(g.MEMBERS_MAX)))
        assert (
            await self._refused(connection, g.Group(GroupId("b"), "B", members(g.MEMBERS_MAX + 1))) == "group.members"
        )

    async def test_of_supervisors(self, connection):
        many = [UserId(f"u{one}") for one in range(g.SUPERVISORS_MAX + 1)]
        for user in many:
            await u.add_user(connection, u.User(user, "", "", 1))
        await g.add_group(connection, g.Group(GroupId("a"), "A", (), tuple(many[:-1])))
        assert await self._refused(connection, g.Group(GroupId("b"), "B", (), tuple(many))) == "group.supervisors"

    @pytest.mark.usefixtures("_people")
    async def test_of_a_team(self, connection, monkeypatch):
        monkeypatch.setattr(g, "TEAM_MAX", 6)
        await g.add_group(connection, g.Group(GroupId("a"), "A", members(4), (SAM,)))
        await g.add_group(connection, g.Group(GroupId("b"), "B", members(4, first=2), (SAM, SUE)))
        assert await self._refused(connection, g.Group(GroupId("c"), "C", members(1, first=6), (SAM,))) == "group.team"


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("SELECT agent_key FROM group_members WHERE group_id = 'a'", "sqlite_autoindex_group_members_1"),
        ("SELECT group_id FROM group_members WHERE agent_key IN ('a', 'b')", "ix_group_members_agent_key"),
        ("SELECT group_id FROM group_supervisors WHERE user_id = 'a'", "ix_group_supervisors_user_id"),
        ("SELECT user_id FROM user_roles WHERE role_id = 'a'", "ix_user_roles_role_id"),
        ("SELECT role_id FROM user_roles WHERE user_id = 'a'", "sqlite_autoindex_user_roles_1"),
        ("SELECT * FROM login_sessions WHERE public_id = 'a'", "uq_login_sessions_public_id"),
        ("SELECT * FROM login_sessions WHERE user_id = 'a'", "ix_login_sessions_user_id"),
    ],
)
@SQLITE_ONLY
async def test_what_is_asked_at_every_request_is_found_by_an_index(connection, question, index):
    plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}")).all()
    assert index in plan[0].detail
