"""What follows from a workstation's journal: what was due, what explains what is missing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.domain.coverage import Observation, Reason, account
from playhead.domain.history import SEAM_US, Entry, History, dark_of, due_of, kept_of, observed_of, stretches
from playhead.domain.spans import Spans

ALWAYS = Spans.of([(0, 10_000_000_000)])
S = 1_000_000


def change(seq: int, at_s: float, state: str, wanted: str = "continuous") -> Entry:
    return Entry(seq, int(at_s * S), state, wanted=wanted)


def past(seq: int, from_s: float, to_s: float, state: str) -> Entry:
    return Entry(seq, int(from_s * S), state, until_us=int(to_s * S), wanted="continuous")


def spans(*seconds: tuple[float, float]) -> Spans:
    return Spans.of((int(one * S), int(two * S)) for one, two in seconds)


def ledger(history: History, kept: Spans, *, to_s: float = 100, hours: Spans = ALWAYS) -> dict[str, float]:
    due = due_of(history, hours, 0, int(to_s * S))
    found = account(due, kept_of(kept.spans, due, dark_of(history)), observed_of(history))
    assert found.due_us == found.kept_us + sum(one.to_us - one.from_us for one in found.missing)
    return {"kept": found.kept_us / S} | {str(reason): us / S for reason, us in found.by_reason().items()}


def test_a_day_with_everything_in_it() -> None:
    entries = (
        change(1, 0, "recording"),
        change(2, 10, "blackout"),
        change(3, 15, "recording"),
        past(4, 30, 40, "killed"),
        change(5, 40, "recording"),
        past(6, 50, 58, "asleep"),
        change(7, 70, "disk_full"),
        change(8, 75, "off"),
        change(9, 90, "recording"),
    )
    history = History(entries, known_until_us=100 * S, held_from_us=91 * S)
    kept = spans((0, 30), (40, 50), (58, 70), (90, 95))
    assert ledger(history, kept) == {
        "kept": 25 + 10 + 12 + 5,
        "blackout": 5,
        "asleep": 8,
        "disk_full": 5,
        "killed": 10,
        "spooled": 5,
        "off": 15,
    }


@pytest.mark.parametrize("lost_s", [0.5, 1.9, 2.0])
@pytest.mark.parametrize("state", ["killed", "off"])
def test_what_was_not_on_the_disk_yet_went_with_the_program(state: str, lost_s: float) -> None:
    entries = (change(1, 0, "recording"), past(2, 30, 40, state), change(3, 40, "recording"))
    history = History(entries, known_until_us=100 * S)
    kept = spans((0, 30 - lost_s), (40, 100))
    assert ledger(history, kept) == {"kept": 90 - lost_s, state: 10 + lost_s}


def test_no_more_than_a_crash_costs_is_put_down_to_it() -> None:
    entries = (change(1, 0, "recording"), past(2, 30, 40, "killed"), change(3, 40, "recording"))
    kept = spans((0, 25), (40, 100))
    assert ledger(History(entries, known_until_us=100 * S), kept) == {"kept": 85, "killed": 12, "unknown": 3}


def test_what_is_held_is_spooled_only_as_long_as_it_is_held() -> None:
    history = History((change(1, 0, "recording"),), known_until_us=100 * S, held_from_us=20 * S)
    assert ledger(history, spans((0, 20), (60, 100))) == {"kept": 60, "spooled": 40}
    assert ledger(replace(history, held_from_us=0), spans((0, 20), (60, 100))) == {"kept": 60, "unknown": 40}


def test_after_the_link_was_lost_nothing_is_known_and_it_is_due_all_the_same() -> None:
    history = History((change(1, 0, "recording"),), known_until_us=30 * S, held_from_us=25 * S)
    assert ledger(history, spans((0, 28))) == {"kept": 28, "spooled": 2, "unknown": 70}
    end = replace(change(2, 30, "off"), last=True)
    off = History((change(1, 0, "recording"), end), known_until_us=30 * S)
    assert ledger(off, spans((0, 30))) == {"kept": 30, "off": 70}, "it said so itself"


def test_due_by_order_from_the_order_to_the_stop_and_by_the_site_in_its_hours() -> None:
    entries = (change(1, 0, "idle", ""), change(2, 20, "recording", "ordered"), change(3, 50, "idle", ""))
    assert due_of(History(entries), Spans(), 0, 100 * S) == spans((20, 50))
    continuous = (change(1, 10, "recording"), change(2, 50, "off"))
    hours = spans((0, 30), (60, 70))
    assert due_of(History(continuous), hours, 0, 100 * S) == spans((10, 30), (60, 70))
    never_back = (change(1, 20, "recording", "ordered"),)
    assert due_of(History(never_back, known_until_us=30 * S), Spans(), 0, 100 * S) == spans((20, 100))


def test_before_the_first_word_what_was_recorded_was_due() -> None:
    history = History((change(1, 50, "idle", ""),), known_until_us=100 * S, recorded=spans((10, 40), (45, 70)))
    assert due_of(history, ALWAYS, 0, 100 * S) == spans((10, 40), (45, 50))
    assert ledger(history, spans((10, 20), (30, 40), (45, 70))) == {"kept": 25, "unknown": 10}


@pytest.mark.parametrize(("gap_us", "is_gap"), [(SEAM_US - 1, False), (SEAM_US, True)])
def test_a_seam_is_no_gap(gap_us: int, is_gap: bool) -> None:  # noqa: FBT001 - a parameter
    due = Spans.of([(0, 100 * S)])
    kept = kept_of([(0, 50 * S), (50 * S + gap_us, 100 * S)], due, Spans())
    assert (kept != due) == is_gap
    assert kept_of([], Spans.of([(0, 10)]), Spans()) == Spans(), "beside nothing it is one, however short"
    assert kept_of([(5, 99 * S + S // 2)], due, Spans()) == due, "at the ends, too"


def test_a_clock_that_was_set_back_loses_no_second() -> None:
    entries = (change(1, 50, "recording"), change(2, 60, "blackout"), change(3, 20, "recording"), change(4, 70, "off"))
    found = stretches(entries, 100 * S)
    assert [one.span.length_us // S for one in found] == [10, 0, 50, 30]
    history = History(entries, known_until_us=100 * S)
    assert ledger(history, spans((20, 40))) == {"kept": 20, "off": 30, "unknown": 30}


STATES = ["idle", "recording", "unknown", *map(str, Reason)]


@st.composite
def histories(draw: st.DrawFn) -> History:
    count = draw(st.integers(0, 12))
    entries: list[Entry] = []
    for seq in range(count):
        at_us = draw(st.integers(0, 1000))
        until_us = at_us + draw(st.sampled_from([0, 0, 1, 50, 400]))
        wanted = draw(st.sampled_from(["", "ordered", "continuous"]))
        state = draw(st.sampled_from(STATES))
        last = draw(st.booleans())
        entries.append(Entry(seq, at_us, state, 0 if until_us == at_us else until_us, wanted, last=last))
    pairs = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=4)
    return History(tuple(entries), draw(st.integers(0, 1200)), draw(st.integers(0, 1000)), Spans.of(draw(pairs)))


SPANS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=6)


@given(histories(), SPANS, SPANS, st.integers(0, 500), st.integers(500, 1000))
def test_whatever_happened_every_second_that_was_due_is_kept_or_missing_for_one_reason(
    history: History, segments: list[tuple[int, int]], hours: list[tuple[int, int]], from_us: int, to_us: int
) -> None:
    due = due_of(history, Spans.of(hours), from_us, to_us)
    assert due & Spans.of([(from_us, to_us)]) == due
    kept = kept_of(segments, due, dark_of(history))
    observed = observed_of(history)
    found = account(due, kept, observed)
    missing = Spans.of((one.from_us, one.to_us) for one in found.missing)
    assert sum(one.to_us - one.from_us for one in found.missing) == missing.length_us, "none twice"
    assert (due & kept) | missing == due
    assert not (due & kept) & missing
    explained = Spans.of((one.from_us, one.to_us) for one in observed)
    for one in found.missing:
        alone = Spans.of([(one.from_us, one.to_us)])
        if one.reason is Reason.UNKNOWN:
            assert not alone & explained, "unknown only where nothing explains it"
        else:
            assert alone & _of(observed, one.reason) == alone


def _of(observed: list[Observation], reason: Reason) -> Spans:
    return Spans.of((one.from_us, one.to_us) for one in observed if one.reason is reason)
