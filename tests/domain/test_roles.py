"""What may be handed out, and by whom."""

import pytest

from playhead.base.ids import RoleId, UserId
from playhead.domain.access import Action, Grant, Scope, Who
from playhead.domain.roles import (
    ADMINISTRATOR,
    BUILT_IN,
    MANAGER,
    SUPERVISOR,
    Assignment,
    Permission,
    beyond,
    built_in_grants,
    grants_of,
)


def who(*grants):
    return Who(UserId("sam"), grants=grants)


def test_an_administrator_may_hand_out_everything():
    everything = [Grant(action, scope, since) for action in Action for scope in Scope for since in (None, 5)]
    assert beyond(who(*built_in_grants(ADMINISTRATOR)), everything) == ()


@pytest.mark.parametrize("scope", Scope)
def test_nothing_is_handed_out_that_one_may_not_do_oneself(scope):
    wanted = Grant(Action.EXPORT, scope)
    assert beyond(who(Grant(Action.ADMINISTER, Scope.ALL)), [wanted]) == (wanted,)


@pytest.mark.parametrize("mine", [Scope.OWN, Scope.TEAM])
@pytest.mark.parametrize("wanted", Scope)
def test_what_one_may_do_to_some_is_not_handed_out_for_any(mine, wanted):
    """Somebody else's own or team is not one's own."""
    assert beyond(who(Grant(Action.VIEW, mine)), [Grant(Action.VIEW, wanted)])


@pytest.mark.parametrize(
    ("mine", "wanted", "expected"), [(None, None, True), (None, 5, True), (5, None, False), (5, 4, False), (5, 5, True)]
)
def test_nor_from_an_earlier_time_on(mine, wanted, expected):
    over = beyond(who(Grant(Action.VIEW, Scope.ALL, mine)), [Grant(Action.VIEW, Scope.OWN, wanted)])
    assert (over == ()) is expected


def test_a_time_does_not_limit_what_is_of_the_installation():
    assert beyond(who(Grant(Action.AUDIT, Scope.ALL, 5)), [Grant(Action.AUDIT, Scope.ALL)]) == ()


def test_a_manager_may_not_make_an_administrator_and_reaches_supervisors():
    manager = who(*built_in_grants(MANAGER))
    assert beyond(manager, built_in_grants(SUPERVISOR)) == ()
    assert {one.action for one in beyond(manager, built_in_grants(ADMINISTRATOR))} == {
        Action.DELETE,
        Action.AUDIT,
        Action.ADMINISTER,
        Action.OPERATE,
    }


def test_grants_carry_where_they_come_from():
    role = RoleId("qa")
    assert grants_of(Assignment(role, 7), [Permission(Action.VIEW, Scope.TEAM)]) == (
        Grant(Action.VIEW, Scope.TEAM, 7, "qa"),
    )


def test_built_in_roles_have_each_action_once():
    for permissions in BUILT_IN.values():
        assert len({one.action for one in permissions}) == len(permissions)
