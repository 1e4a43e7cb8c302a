"""What the silence of the decision source means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.leases import Failing, Lease, Verdict

CLOSED = Lease(Failing.CLOSED, 5)
OPEN = Lease(Failing.OPEN, 5)


def test_before_it_has_said_anything_closed_is_black_and_open_is_light() -> None:
    assert CLOSED.verdict(0) is Verdict.LATE
    assert OPEN.verdict(0) is Verdict.LIGHT
    assert CLOSED.due_us is None


@pytest.mark.parametrize(
    ("lease", "black", "early", "late"),
    [
        (CLOSED, False, Verdict.LIGHT, Verdict.LATE),
        (CLOSED, True, Verdict.BLACK, Verdict.LATE),
        (OPEN, False, Verdict.LIGHT, Verdict.LIGHT),
        (OPEN, True, Verdict.BLACK, Verdict.LAPSED),
    ],
)
def test_a_renewal_holds_for_its_length_and_not_a_microsecond_more(
    lease: Lease, early: Verdict, late: Verdict, *, black: bool
) -> None:
    said = lease.renewed(10, black=black, reason="card")
    assert said.due_us == 15
    assert said.verdict(14) is early
    assert said.verdict(15) is late


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), max_size=20), st.integers(0, 20))
def test_closed_is_light_only_if_it_said_so_within_the_length(renewals: list[tuple[int, bool]], wait: int) -> None:
    now, lease = 0, CLOSED
    for span, black in renewals:
        now += span
        lease = lease.renewed(now, black=black, reason="")
    is_fresh = bool(renewals) and wait < CLOSED.length_us and not renewals[-1][1]
    assert (lease.verdict(now + wait) is Verdict.LIGHT) == is_fresh
