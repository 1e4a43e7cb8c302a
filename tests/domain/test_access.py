"""Who may do what: everything not allowed here is denied."""

import pytest

from playhead.base.ids import UserId
from playhead.domain.access import Action, Installation, OfAgent, Who, may
from playhead.domain.roles import ADMINISTRATOR, AGENT, built_in_grants

JANE = OfAgent("jane")


def who(user, *roles, team=()):
    return Who(UserId(user), grants=built_in_grants(*roles), team=frozenset(team))


@pytest.mark.parametrize("login", ["jane", "JANE", "CORP\\Jane"])
def test_an_agent_is_known_by_login_whatever_its_case_and_domain(login):
    assert may(who("jane", AGENT), Action.PLAY, OfAgent(login))


@pytest.mark.parametrize("login", ["", "janet", "jane@corp", "jane\\joe"])
def test_an_agent_is_not_taken_for_another(login):
    assert not may(who("jane", AGENT), Action.PLAY, OfAgent(login))


def test_an_administrator_may_operate():
    assert may(who("root", ADMINISTRATOR), Action.OPERATE, Installation())
