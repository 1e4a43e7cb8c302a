from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, LimitError
from playhead.domain.retention import (
    DAY_US,
    DAYS_MAX,
    RULES_MAX,
    VALUES_MAX,
    Guard,
    Kept,
    Pending,
    Policy,
    Rule,
    Verdict,
    aged_from_us,
    checked,
    judge,
)

NAMES = st.frozensets(st.sampled_from("abc"), max_size=2)
DAYS = st.none() | st.integers(1, 400)
RULES = st.builds(
    Rule,
    id=st.uuids().map(str),
    name=st.just("rule"),
    days=DAYS,
    agents=NAMES,
    groups=NAMES,
    tags=NAMES,
    states=st.frozensets(st.sampled_from(["complete", "interrupted"])),
)
POLICIES = st.builds(Policy, st.lists(RULES, max_size=5).map(tuple), DAYS)
KEPT = st.builds(
    Kept,
    state=st.sampled_from(["complete", "interrupted", "recording"]),
    agent_key=st.sampled_from("abcd"),
    aged_from_us=st.integers(0, 500 * DAY_US),
    groups=NAMES,
    tags=NAMES,
    held=st.booleans(),
)
INSTANTS = st.integers(0, 1_000 * DAY_US)


class TestJudging:
    @given(POLICIES, KEPT, INSTANTS)
    def test_never_early_and_never_while_held_or_recorded(self, policy, one, now_us):
        verdict = judge(policy, one, now_us)
        if verdict is Verdict.DUE:
            assert not one.held
        if verdict is not Verdict.KEPT:
            days = policy.days_for(one)
            assert days is not None
            assert now_us - one.aged_from_us >= days * DAY_US
            assert one.state != "recording"

    @given(POLICIES, KEPT)
    def test_always_in_the_end_and_exactly_then(self, policy, one):
        free = replace(one, held=False)
        days = policy.days_for(free)
        if days is None or free.state == "recording":
            assert judge(policy, free, 10**18) is Verdict.KEPT
            return
        due_us = free.aged_from_us + days * DAY_US
        assert judge(policy, free, due_us) is Verdict.DUE
        assert judge(policy, free, due_us - 1) is Verdict.KEPT

    @given(POLICIES, KEPT, INSTANTS, st.integers(0, 1_000 * DAY_US))
    def test_a_clock_that_goes_back_never_makes_anything_due(self, policy, one, now_us, back_us):
        if judge(policy, one, now_us) is Verdict.KEPT:
            assert judge(policy, one, now_us - back_us) is Verdict.KEPT

    @given(POLICIES, KEPT, INSTANTS)
    def test_a_hold_changes_due_to_held_and_nothing_else(self, policy, one, now_us):
        free, held = (judge(policy, replace(one, held=is_held), now_us) for is_held in (False, True))
        assert (free, held) in {(Verdict.KEPT, Verdict.KEPT), (Verdict.DUE, Verdict.HELD)}

    @given(POLICIES, KEPT, INSTANTS)
    def test_nothing_is_due_before_the_shortest_time_of_the_policy(self, policy, one, now_us):
        if judge(policy, one, now_us) is not Verdict.KEPT:
            assert policy.days_min is not None
            assert now_us - one.aged_from_us >= policy.days_min * DAY_US

    def test_at_first_everything_is_kept(self):
        assert judge(Policy(), Kept("complete", "a", 0), 10**18) is Verdict.KEPT


class TestRules:
    def test_the_first_that_fits_decides(self):
        policy = Policy((Rule("1", "sales", 90, tags=frozenset({"outcome:sale"})), Rule("2", "all", 30)), 7)
        assert policy.days_for(Kept("complete", "a", 0, tags=("outcome:sale",))) == 90
        assert policy.days_for(Kept("complete", "a", 0, tags=("other",))) == 30
        assert Policy(policy.rules[:1], 7).days_for(Kept("complete", "a", 0)) == 7

    def test_for_ever_is_a_decision_too(self):
        policy = Policy((Rule("1", "board", None, agents=frozenset({"ceo"})),), 7)
        assert policy.days_for(Kept("complete", "ceo", 0)) is None

    @given(RULES, KEPT)
    def test_one_of_each_kind_that_it_names_has_to_fit(self, rule, one):
        fits = (
            (not rule.agents or one.agent_key in rule.agents)
            and (not rule.groups or bool(rule.groups & set(one.groups)))
            and (not rule.tags or bool(rule.tags & set(one.tags)))
            and (not rule.states or one.state in rule.states)
        )
        assert rule.fits(one) == fits


class TestAge:
    @given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(-(10**12), 10**12), st.integers(0, 10**9))
    def test_one_wrong_clock_makes_nothing_look_older(self, started_us, length_us, off_us, late_us):
        true_end_us = started_us + length_us
        heard_us = started_us + late_us
        assert aged_from_us(true_end_us + off_us, heard_us, length_us) >= true_end_us  # the workstation's is wrong
        assert aged_from_us(true_end_us, heard_us + off_us, length_us) >= true_end_us  # the server's is

    def test_without_the_server_s_word_the_workstation_s_counts(self):
        assert aged_from_us(7, None, 5) == 7


class TestGuard:
    GUARD = Guard(0.05, 20)

    @pytest.mark.parametrize(("due", "total", "leave"), [(0, 0, 0), (20, 21, 20), (21, 21, None), (50, 1000, 50)])
    def test_at_the_limit_and_past_it(self, due, total, leave):
        assert self.GUARD.leave(due, total, None) == leave
        assert self.GUARD.leave(51, 1000, None) is None

    def test_takes_no_more_than_was_confirmed(self):
        assert self.GUARD.leave(500, 1000, 500) == 500
        assert self.GUARD.leave(501, 1000, 500) == 500
        assert self.GUARD.leave(499, 1000, 500) == 499

    @given(st.integers(0, 10_000), st.integers(0, 10_000), st.none() | st.integers(0, 10_000))
    def test_never_more_than_the_share_the_floor_or_what_was_confirmed(self, due, more, confirmed):
        total = due + more
        leave = self.GUARD.leave(due, total, confirmed)
        if leave is None:
            assert confirmed is None
            assert due > max(20, total // 20)
        else:
            assert leave <= due
            assert leave <= max(20, total // 20, confirmed or 0)

    def test_a_share_of_nothing_is_nothing(self):
        assert Pending(0, 0, 0, 0, needs_confirmation=False).share == 0
        assert Pending(1, 0, 0, 4, needs_confirmation=False).share == 0.25


class TestChecking:
    def test_spells_things_as_recordings_have_them(self):
        rule = Rule("1", "  a   rule ", 1, frozenset({" CORP\\Jane "}), tags=frozenset({"Outcome:SALE"}))
        (found,) = checked(Policy((rule,), 1)).rules
        assert (found.name, found.agents, found.tags) == ("a rule", {"jane"}, {"outcome:sale"})

    @pytest.mark.parametrize("days", [0, -1, DAYS_MAX + 1])
    def test_days_have_bounds(self, days):
        for policy in (Policy((), days), Policy((Rule("1", "x", days),))):
            with pytest.raises(InvalidInputError) as caught:
                checked(policy)
            assert caught.value.code == "retention.days"
        checked(Policy((Rule("1", "x", 1), Rule("2", "x", DAYS_MAX), Rule("3", "x", None))))

    def test_rules_and_what_they_name_are_bounded(self):
        rules = tuple(Rule(str(number), "x", 1) for number in range(RULES_MAX + 1))
        checked(Policy(rules[:-1]))
        with pytest.raises(LimitError) as caught:
            checked(Policy(rules))
        assert caught.value.code == "retention.rules"
        many = frozenset(map(str, range(VALUES_MAX)))
        checked(Policy((Rule("1", "x", 1, agents=many),)))
        with pytest.raises(LimitError) as caught:
            checked(Policy((Rule("1", "x", 1, agents=many | {"one more"}),)))
        assert caught.value.code == "retention.values"

    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            (Rule("1", "", 1), "retention.name"),
            (Rule("1", "x" * 65, 1), "retention.name"),
            (Rule("1", "a\0b", 1), "retention.name"),
            (Rule("1", "x", 1, states=frozenset({"recording"})), "retention.state"),
            (Rule("1", "x", 1, agents=frozenset({"CORP\\"})), "retention.agent"),
            (Rule("1", "x", 1, tags=frozenset({""})), "tag.malformed"),
        ],
    )
    def test_what_cannot_be_is_said(self, rule, code):
        with pytest.raises(InvalidInputError) as caught:
            checked(Policy((rule,)))
        assert caught.value.code == code

    def test_ids_are_different(self):
        with pytest.raises(InvalidInputError) as caught:
            checked(Policy((Rule("1", "x", 1), Rule("1", "y", 2))))
        assert caught.value.code == "retention.id"
