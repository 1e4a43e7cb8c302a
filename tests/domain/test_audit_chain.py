"""The hash of an entry of the audit log: a vector that must hold for ever, and that every part of it counts."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import InvalidInputError
from playhead.domain.audit_chain import FIRST, Head, link

ENTRY = {
    "number": 7,
    "at_us": 1_767_225_600_000_001,
    "actor": "sue",
    "action": "recording.played",
    "subject": "0198c0de-0000-4000-8000-000000000001",
    "address": "192.0.2.10",
    "page": "/recordings/1?t=5",
    "details": {"to_ms": 20, "from_ms": 10, "said": 'quote " line\n é 💡'},
}


def test_the_encoding_is_what_the_specification_says():
    encoded = (
        '[7,1767225600000001,"sue","recording.played","0198c0de-0000-4000-8000-000000000001","192.0.2.10",'
        '"/recordings/1?t=5",{"from_ms":10,"said":"quote \\" line\\n é 💡","to_ms":20}]'
    )
    assert link(FIRST, **ENTRY) == hashlib.sha256(bytes(32) + encoded.encode()).digest()
    assert link(FIRST, **ENTRY).hex() == "f4c0fba2ef9f0e5b5e472cbf6aade91730172a80754161e36f4cb386c0f5cce8"


@pytest.mark.parametrize("name", sorted(ENTRY))
def test_every_part_of_an_entry_counts(name):
    value = ENTRY[name]
    other = {**value, "x": 1} if isinstance(value, dict) else value + (1 if isinstance(value, int) else "x")
    assert link(FIRST, **{**ENTRY, name: other}) != link(FIRST, **ENTRY)


def test_what_stood_before_counts():
    assert link(bytes(31) + b"\1", **ENTRY) != link(FIRST, **ENTRY)


def test_parts_do_not_run_into_each_other():
    assert link(FIRST, **{**ENTRY, "actor": "su", "action": "erecording.played"}) != link(FIRST, **ENTRY)
    assert link(FIRST, **{**ENTRY, "actor": 'sue","x'}) != link(FIRST, **ENTRY)


@given(st.integers(0, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_a_head_is_read_as_it_was_written(number, digest):
    head = Head(number, digest)
    assert Head.parse(str(head)) == head


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:",
        ":" + "0" * 64,
        "1:" + "0" * 63,
        "1:" + "0" * 65,
        "1:" + "G" * 64,
        "-1:" + "0" * 64,
        "1" * 19 + ":" + "0" * 64,
    ],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(InvalidInputError) as raised:
        Head.parse(text)
    assert raised.value.code == "audit.head"
