"""What is refused by the database within a transaction leaves the rest of the transaction as it was, in every one."""

import pytest
from store.catalogue.annotated import JOE, SUE, fill

from playhead.base.errors import PlayheadError
from playhead.base.ids import GroupId, RoleId, UserId
from playhead.domain.roles import Assignment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.access import set_assignments
from playhead.store.catalogue.groups import Group, add_group, change_group
from playhead.store.catalogue.outside_identities import link_identity
from playhead.store.catalogue.roles import Role, add_role
from playhead.store.catalogue.users import User, add_user, find_user
from playhead.store.catalogue.views import View, add_view, change_view


async def test_a_refusal_undoes_no_more_than_itself(location):
    catalogue = await Catalogue.open(location)
    nobody = UserId("nobody")
    group, role = Group(GroupId("g"), "G"), Role(RoleId("qa"), "QA")
    try:
        async with catalogue.writing() as connection:
            await fill(connection)
            await add_group(connection, group)
            await add_role(connection, role)
            await add_view(connection, View(SUE, "mine", "", shared=False))
            other = await add_view(connection, View(SUE, "other", "", shared=False))
            await link_identity(connection, "issuer", "subject", SUE, 1)
            for attempt, code in (
                (add_user(connection, User(SUE, "", "", 1)), "user.exists"),
                (add_group(connection, group), "group.exists"),
                (change_group(connection, Group(group.id, "G", (), (nobody,))), "user.not_found"),
                (add_role(connection, role), "role.exists"),
                (set_assignments(connection, JOE, [Assignment(RoleId("none"))]), "role.not_found"),
                (add_view(connection, View(SUE, "mine", "", shared=False)), "view.exists"),
                (change_view(connection, View(SUE, "mine", "", shared=False, id=other)), "view.exists"),
                (link_identity(connection, "issuer", "subject", JOE, 1), "oidc.other_identity"),
            ):
                with pytest.raises(PlayheadError) as refused:
                    await attempt
                assert refused.value.code == code
        async with catalogue.reading() as connection:
            assert await find_user(connection, SUE) is not None
    finally:
        await catalogue.close()
