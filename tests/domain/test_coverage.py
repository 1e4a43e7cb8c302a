"""The ledger of coverage: vectors, and the arithmetic against every single instant."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.coverage import RANK, Ledger, Missing, Observation, Reason, account
from playhead.domain.spans import Spans

edges = st.integers(0, 30)
pairs = st.lists(st.tuples(edges, edges), max_size=6)
observations = st.lists(st.builds(Observation, edges, edges, st.sampled_from(Reason)), max_size=8)


def instants(pairs):
    return {at for from_us, to_us in pairs for at in range(from_us, to_us)}


def test_a_whole_day_has_nothing_missing():
    assert account(Spans.of([(0, 100)]), Spans.of([(0, 100)])) == Ledger(100, 100)


def test_what_nothing_explains_is_unknown():
    ledger = account(Spans.of([(0, 100)]), Spans.of([(0, 60)]))
    assert ledger == Ledger(100, 60, (Missing(60, 100, Reason.UNKNOWN),))
    assert (ledger.missing_us, ledger.share) == (40, 0.6)


def test_a_decision_comes_before_what_broke():
    observed = [Observation(0, 50, Reason.OFF), Observation(20, 80, Reason.BLACKOUT)]
    ledger = account(Spans.of([(0, 100)]), Spans(), observed)
    assert ledger.missing == (
        Missing(0, 20, Reason.OFF),
        Missing(20, 80, Reason.BLACKOUT),
        Missing(80, 100, Reason.UNKNOWN),
    )
    assert ledger.by_reason() == {Reason.BLACKOUT: 60, Reason.OFF: 20, Reason.UNKNOWN: 20}
    assert list(ledger.by_reason()) == [Reason.BLACKOUT, Reason.OFF, Reason.UNKNOWN]


def test_what_is_held_needs_no_reason_and_what_is_not_due_neither():
    observed = [Observation(0, 200, Reason.LOCKED)]
    assert account(Spans.of([(50, 60)]), Spans.of([(0, 100)]), observed) == Ledger(10, 10)


def test_nothing_due_is_covered():
    assert account(Spans(), Spans.of([(0, 5)])).share == 1.0


@given(pairs, pairs, observations)
def test_every_instant_is_accounted_for_once(due, kept, observed):
    ledger = account(Spans.of(due), Spans.of(kept), observed)
    told = [(at, one.reason) for one in ledger.missing for at in range(one.from_us, one.to_us)]
    assert ledger.due_us == len(instants(due))
    assert ledger.kept_us == len(instants(due) & instants(kept))
    assert sorted(at for at, _ in told) == sorted(instants(due) - instants(kept))
    for at, reason in told:
        known = [one.reason for one in observed if one.from_us <= at < one.to_us]
        assert reason is min(known, key=RANK.__getitem__, default=Reason.UNKNOWN)
    assert sum(ledger.by_reason().values()) == ledger.missing_us


@given(pairs, pairs, observations)
def test_neighbours_differ(due, kept, observed):
    missing = account(Spans.of(due), Spans.of(kept), observed).missing
    for one, two in pairwise(missing):
        assert one.to_us < two.from_us or (one.to_us == two.from_us and one.reason is not two.reason)
