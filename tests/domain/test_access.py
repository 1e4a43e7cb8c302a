"""Who may do what: everything not allowed here is denied."""

import pytest

from playhead.base.ids import UserId
from playhead.domain.access import Action, Installation, OfAgent, Role, Who, may

JANE = OfAgent("jane")
SITE = Installation()
EVERYTHING = [(action, thing) for action in Action for thing in (JANE, OfAgent(""), SITE)]


def allowed(role: Role, user: str) -> set[tuple[Action, object]]:
    return {pair for pair in EVERYTHING if may(Who(UserId(user), role), *pair)}


def test_an_administrator_may_do_everything():
    assert allowed(Role.ADMINISTRATOR, "root") == set(EVERYTHING)


def test_a_supervisor_may_do_everything_but_operate():
    expected = {(action, thing) for action, thing in EVERYTHING if thing != SITE and action != Action.OPERATE}
    assert allowed(Role.SUPERVISOR, "sue") == expected


def test_an_agent_may_see_what_is_their_own_and_black_it_out():
    assert allowed(Role.AGENT, "jane") == {(Action.VIEW, JANE), (Action.PLAY, JANE), (Action.BLACKOUT_ON, JANE)}


def test_an_agent_may_do_nothing_to_others():
    assert allowed(Role.AGENT, "joe") == set()


@pytest.mark.parametrize("login", ["jane", "JANE", "CORP\\Jane"])
def test_an_agent_is_known_by_login_whatever_its_case_and_domain(login):
    assert may(Who(UserId("jane"), Role.AGENT), Action.PLAY, OfAgent(login))


@pytest.mark.parametrize("login", ["", "janet", "jane@corp", "jane\\joe"])
def test_an_agent_is_not_taken_for_another(login):
    assert not may(Who(UserId("jane"), Role.AGENT), Action.PLAY, OfAgent(login))
