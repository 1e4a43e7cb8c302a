import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError, LimitError, PlayheadError
from playhead.domain.analytics.events import (
    BATCH_BYTES_MAX,
    COUNT_MAX,
    DETAIL_CHARS_MAX,
    EVENTS_MAX,
    LASTS_US_MAX,
    MONITORS_MAX,
    NAME_CHARS_MAX,
    SEQUENCE_MAX,
    TITLE_CHARS_MAX,
    URL_CHARS_MAX,
    Batch,
    DesktopEvent,
    Kind,
    Refused,
    decoded,
    encoded,
    joined,
)

SCHEMA = Path(__file__).parents[3] / "docs" / "analytics-events-1.schema.json"
ROW = {"sequence": 1, "kind": "active", "from_us": 5, "lasts_us": 7}


def batch(*rows, **more):
    return json.dumps({"schema": 1, "workstation": "d", "spool": "s", "events": rows, **more}).encode()


def test_the_schema_in_the_documents_is_what_the_code_says():
    """`playhead analytics schema > docs/analytics-events-1.schema.json` makes it anew."""
    assert json.loads(SCHEMA.read_text()) == msgspec.json.schema(Batch)


def test_a_batch_comes_back_as_it_was():
    events = [DesktopEvent(sequence=n, kind=Kind.IDLE, from_us=n, lasts_us=1, title="ü\0\n") for n in (1, 2, 9)]
    received = decoded(encoded("d", "s", events))
    assert (received.workstation, received.spool, list(received.events)) == ("d", "s", events)
    assert not received.refused


@pytest.mark.parametrize(
    ("member", "most"),
    [
        ("lasts_us", LASTS_US_MAX),
        ("monitor", MONITORS_MAX),
        ("keys", COUNT_MAX),
        ("clicks", COUNT_MAX),
        ("sequence", SEQUENCE_MAX),
        ("agent", NAME_CHARS_MAX),
        ("application", NAME_CHARS_MAX),
        ("title", TITLE_CHARS_MAX),
        ("url", URL_CHARS_MAX),
        ("detail", DETAIL_CHARS_MAX),
    ],
)
def test_each_member_has_a_limit(member, most):
    is_text = member not in {"lasts_us", "monitor", "keys", "clicks", "sequence"}
    fits, past = ("x" * most, "x" * (most + 1)) if is_text else (most, most + 1)
    assert len(decoded(batch(ROW | {member: fits})).events) == 1
    found = decoded(batch(ROW | {member: past}, ROW | {"sequence": SEQUENCE_MAX}))
    assert [one.code for one in found.refused] == ["analytics.malformed"]
    assert len(found.events) == 1


def test_a_batch_has_limits():
    rows = [ROW | {"sequence": n} for n in range(1, EVENTS_MAX + 1)]
    assert len(decoded(batch(*rows)).events) == EVENTS_MAX
    for data in (batch(*rows, ROW | {"sequence": EVENTS_MAX + 1}), batch(ROW).ljust(BATCH_BYTES_MAX + 1)):
        with pytest.raises(LimitError) as refused:
            decoded(data)
        assert refused.value.code == "analytics.batch"
    assert decoded(batch(ROW).ljust(BATCH_BYTES_MAX)).events


def test_rows_that_contradict_themselves_or_the_order_are_refused():
    rows = [
        ROW | {"lasts_us": 0},
        ROW | {"sequence": 2, "kind": "lock"},
        ROW | {"sequence": 3},
        ROW | {"sequence": 3},
        ROW | {"sequence": 2},
    ]
    found = decoded(batch(*rows))
    assert [event.sequence for event in found.events] == [3]
    assert [(one.sequence, one.code) for one in found.refused] == [
        (1, "analytics.malformed"),
        (2, "analytics.malformed"),
        (3, "analytics.order"),
        (2, "analytics.order"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (batch(ROW, schema=2), "analytics.schema"),
        (batch(ROW, spool="a b"), "analytics.malformed"),
        (batch(ROW, workstation=""), "analytics.malformed"),
        (b"null", "analytics.malformed"),
        (b"", "analytics.malformed"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(data, code):
    with pytest.raises(InvalidInputError) as refused:
        decoded(data)
    assert refused.value.code == code


def test_refusals_in_a_row_are_told_as_one():
    refused = [
        Refused(3, "a", "x"),
        Refused(1, "a", "x"),
        Refused(2, "a", "x"),
        Refused(4, "a", "y"),
        Refused(0, "a", "x"),
    ]
    assert joined(refused) == (
        Refused(0, "a", "x"),
        Refused(1, "a", "x", 3),
        Refused(4, "a", "y"),
    )


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(data):
    with pytest.raises(PlayheadError) as refused:
        decoded(data)
    assert refused.value.code.startswith("analytics.")
