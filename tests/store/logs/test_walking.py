"""Oldest first, from pages newest first: against sorting all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.instants import from_rfc3339, rfc3339
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery
from playhead.store.logs import walking
from playhead.store.logs.walking import Walk

START_US = 1_795_392_000_000_000


def page(lines: list[LogLine], query: LogQuery, before: Cursor | None, limit: int) -> LogPage:
    found = [each for each in lines if query.matches(each) and (before is None or each.key < (before.at, before.n))]
    found.sort(key=lambda each: each.key, reverse=True)
    return LogPage(tuple(found[:limit]), Cursor(*found[limit - 1].key) if len(found) > limit else None)


def walked(lines: list[LogLine], query: LogQuery, limit: int = 7) -> tuple[list[LogLine], int]:
    """What is given, and after how many questions."""
    times = sorted(from_rfc3339(each.at) for each in lines)
    walk, given, questions = Walk(query, (times[0], times[-1])), [], 0
    while (question := walk.question) is not None:
        questions += 1
        given += walk.take(page(lines, *question, limit))
    return given, questions


def numbered(offsets: list[int]) -> list[LogLine]:
    return [LogLine(at=rfc3339(START_US + at), n=n, level="info", workstation="", service="", text="x")
            for n, at in enumerate(offsets)]  # fmt: skip


_WHEN = st.one_of(st.integers(0, 50), st.integers(0, 90_000_000_000))


@given(offsets=st.lists(_WHEN, min_size=1, max_size=120), since=_WHEN | st.none(), until=_WHEN | st.none())
def test_everything_once_and_in_order(offsets: list[int], since: int | None, until: int | None) -> None:
    lines = numbered(offsets)
    query = LogQuery(
        since="" if since is None else rfc3339(START_US + since),
        until="" if until is None else rfc3339(START_US + until),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "HELD_MAX", 20)
        given, _ = walked(lines, query)
    wanted = sorted((each for each in lines if query.matches(each)), key=lambda each: each.key)
    if max(offsets.count(at_us) for at_us in offsets) < 20:
        assert [each.key for each in given] == [each.key for each in wanted]
    else:  # of one microsecond more than can be put in order
        assert sorted(each.key for each in given) == [each.key for each in wanted]
        assert [each.at for each in given] == [each.at for each in wanted]


def test_few_questions_for_few_lines_and_for_a_storm() -> None:
    month_us = 30 * 24 * 3_600_000_000
    assert walked(numbered([0, month_us]), LogQuery())[1] <= 12
    storm = [month_us // 2 + at for at in range(4_000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "HELD_MAX", 1_000)
        given, questions = walked(numbered([0, *storm, month_us]), LogQuery(), limit=100)
    assert len(given) == 4_002
    assert questions < 120


def test_of_nothing() -> None:
    assert Walk(LogQuery(), None).question is None
