"""Who may do what: the whole matrix, and everything not allowed in it is denied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.ids import UserId
from playhead.domain.access import (
    OF_INSTALLATION,
    Action,
    Grant,
    Installation,
    OfAgent,
    Scope,
    Who,
    agent_key,
    allowed_actions,
    decide,
    may,
    sight,
)
from playhead.domain.roles import BUILT_IN, built_in_grants

# What each role may do, by whose it is: of oneself, of a member of one's group, of anybody else (or nobody known), and
# of the installation. Written out, so that it is not the code that says it.
ROWS = """
               view play live export annotate hold delete record blackout_on blackout_off analyse audit administer operate
agent          own  own  -    -      -        -    -      -      own         -            own     -     -          -
supervisor     team team team team   team     -    -      team   team        team         team    -     -          -
manager        all  all  all  all    all      all  -      all    all         all          all     -     -          -
auditor        all  -    -    -      -        -    -      -      -           -            -       site  -          -
administrator  all  all  all  all    all      all  all    all    all         all          all     site  site       site
"""  # noqa: E501
ACTIONS, *LINES = [line.split() for line in ROWS.strip().splitlines()]
MATRIX = {(role, action): cell for role, *cells in LINES for action, cell in zip(ACTIONS, cells, strict=True)}
THINGS = {
    "own": OfAgent("sam"),
    "own, by domain and case": OfAgent("CORP\\Sam"),
    "team": OfAgent("jane"),
    "team, by domain and case": OfAgent("corp\\JANE"),
    "other": OfAgent("joe"),
    "unknown": OfAgent(""),
    "site": Installation(),
}
REACHED = {
    "-": set(),
    "own": {"own"},
    "team": {"own", "team"},
    "all": {"own", "team", "other", "unknown"},
    "site": {"site"},
}


def who(*roles, user="sam", team=("jane",)):
    return Who(UserId(user), grants=built_in_grants(*roles), team=frozenset(team))


def granted(*grants, team=("jane",)):
    return Who(UserId("sam"), grants=grants, team=frozenset(team))


def test_the_matrix_is_whole():
    assert set(MATRIX) == {(role.value, action.value) for role in BUILT_IN for action in Action}


@pytest.mark.parametrize("role", BUILT_IN, ids=str)
@pytest.mark.parametrize("thing", THINGS)
def test_the_matrix(role, thing):
    for action in Action:
        expected = thing.partition(",")[0] in REACHED[MATRIX[role.value, action]]
        decision = decide(who(role), action, THINGS[thing])
        assert (decision.allowed, may(who(role), action, THINGS[thing])) == (expected, expected), action
        assert decision.why
        assert all(decision.why)
        assert (decision.grant is not None) is expected


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("thing", THINGS)
def test_the_matrix_of_scopes(thing, scope):
    """The same for a role that people make: one action with one scope."""
    kind = thing.partition(",")[0]
    for action in Action:
        reached = REACHED[scope.value] if action not in OF_INSTALLATION else {"site"} if scope is Scope.ALL else set()
        somebody = granted(Grant(action, scope, role="r"))
        assert may(somebody, action, THINGS[thing]) is (kind in reached), action
        for other in set(Action) - {action}:
            assert not may(somebody, other, THINGS[thing])


@pytest.mark.parametrize("thing", THINGS)
def test_nobody_may_do_anything_without_a_role(thing):
    for action in Action:
        assert not may(who(), action, THINGS[thing])
        assert decide(who(), action, THINGS[thing]).why == (f"No role of sam allows “{action}”.",)


@pytest.mark.parametrize("login", ["jane", "JANE", "CORP\\Jane"])
def test_an_agent_is_known_by_login_whatever_its_case_and_domain(login):
    assert agent_key(login) == "jane"


@pytest.mark.parametrize("login", ["", "janet", "jane@corp", "jane\\joe", "jane\\"])
def test_an_agent_is_not_taken_for_another(login):
    assert agent_key(login) != "jane"


def test_a_team_never_reaches_agents_who_are_not_known():
    assert not may(granted(Grant(Action.VIEW, Scope.TEAM), team=("", "jane")), Action.VIEW, OfAgent("CORP\\"))


class TestSince:
    GRANT = Grant(Action.VIEW, Scope.ALL, 100, "r")

    @pytest.mark.parametrize(("started_at_us", "expected"), [(99, False), (100, True), (101, True), (None, True)])
    def test_is_about_when_a_recording_began(self, started_at_us, expected):
        assert may(granted(self.GRANT), Action.VIEW, OfAgent("joe", started_at_us)) is expected

    def test_does_not_limit_what_is_of_the_installation(self):
        assert may(granted(Grant(Action.AUDIT, Scope.ALL, 100)), Action.AUDIT, Installation())

    def test_another_role_without_it_is_not_limited(self):
        both = granted(self.GRANT, Grant(Action.VIEW, Scope.TEAM, None, "s"))
        assert may(both, Action.VIEW, OfAgent("jane", 1))
        assert not may(both, Action.VIEW, OfAgent("joe", 1))


class TestWhy:
    def test_every_reason_is_told_and_the_widest_grant(self):
        decision = decide(who(*BUILT_IN), Action.VIEW, OfAgent("jane"))
        assert decision.why == (
            "The role “manager” allows sam “view” for everybody.",
            "The role “auditor” allows sam “view” for everybody.",
            "The role “administrator” allows sam “view” for everybody.",
            "The role “supervisor” allows sam “view” for the groups they supervise, and jane is in one of them.",
        )
        assert decision.grant.scope is Scope.ALL

    def test_of_ones_own(self):
        grant = Grant(Action.PLAY, Scope.OWN, 86_400_000_000, "agent")
        assert decide(granted(grant), Action.PLAY, OfAgent("sam", 1 << 60)).why == (
            "The role “agent” allows sam “play” for their own from 1970-01-02T00:00:00Z on.",
        )

    @pytest.mark.parametrize(
        ("grant", "thing", "expected"),
        [
            (Grant(Action.VIEW, Scope.OWN, None, "r"), OfAgent("joe"), "for what is of sam alone, and this is not."),
            (Grant(Action.VIEW, Scope.TEAM, None, "r"), OfAgent("joe"), "and this agent is in none of them."),
            (Grant(Action.VIEW, Scope.TEAM, None, "r"), OfAgent(""), "for agents who are known, and this one is not."),
            (Grant(Action.VIEW, Scope.ALL, 5, "r"), OfAgent("joe", 4), "1970-01-01T00:00:00Z, and this one is older."),
            (Grant(Action.VIEW, Scope.ALL, None, "r"), Installation(), "for something else."),
            (Grant(Action.AUDIT, Scope.ALL, None, "r"), OfAgent("joe"), "for something else."),
        ],
    )
    def test_a_refusal_tells_what_is_missing_and_nothing_of_the_thing(self, grant, thing, expected):
        decision = decide(granted(grant), grant.action, thing)
        assert not decision.allowed
        (told,) = decision.why
        assert told.startswith(f"The role “r” allows “{grant.action}” for ")
        assert told.endswith(expected)
        assert "joe" not in told


grants = st.lists(
    st.builds(
        Grant,
        st.sampled_from([Action.VIEW, Action.PLAY, Action.AUDIT]),
        st.sampled_from(Scope),
        st.none() | st.integers(0, 4),
    ),
    max_size=5,
).map(tuple)
agents = st.sampled_from(["", "sam", "SAM", "jane", "x\\Jane", "joe", "x\\"])


@given(grants, st.sets(st.sampled_from(["", "sam", "jane"])), agents, st.integers(0, 5), st.sampled_from(Action))
def test_what_a_list_shows_is_what_may_be_asked_for(some, team, agent, started_at_us, action):
    somebody = granted(*some, team=team)
    assert sight(somebody, action).holds(agent, started_at_us) is may(somebody, action, OfAgent(agent, started_at_us))


@given(grants, agents, st.sampled_from(Action))
def test_reasons_and_decision_agree(some, agent, action):
    somebody = granted(*some)
    for thing in (OfAgent(agent, 2), OfAgent(agent), Installation()):
        assert decide(somebody, action, thing).allowed is may(somebody, action, thing)


class TestSight:
    def test_everybody(self):
        found = sight(granted(Grant(Action.VIEW, Scope.ALL), Grant(Action.VIEW, Scope.TEAM, 1)), Action.VIEW)
        assert (found.everyone, found.everyone_since_us, found.agents) == (True, None, {})

    def test_a_team_and_oneself(self):
        found = sight(granted(Grant(Action.VIEW, Scope.TEAM)), Action.VIEW)
        assert (found.everyone, found.agents) == (False, {"jane": None, "sam": None})

    def test_what_reaches_further_back_than_everybodys(self):
        found = sight(
            granted(
                Grant(Action.VIEW, Scope.ALL, 100),
                Grant(Action.VIEW, Scope.TEAM, 50),
                Grant(Action.VIEW, Scope.OWN, 200),
            ),
            Action.VIEW,
        )
        assert (found.everyone_since_us, found.agents) == (100, {"jane": 50, "sam": 50})

    @pytest.mark.parametrize("action", sorted(OF_INSTALLATION))
    def test_nothing_for_what_is_of_the_installation(self, action):
        found = sight(granted(Grant(action, Scope.ALL)), action)
        assert (found.everyone, found.agents) == (False, {})


def test_actions_that_are_allowed_for_anything():
    assert allowed_actions(granted(Grant(Action.VIEW, Scope.OWN), Grant(Action.AUDIT, Scope.TEAM))) == {Action.VIEW}
