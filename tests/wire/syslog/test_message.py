"""RFC 5424 and RFC 3164, by section, with the examples that stand there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.instants import from_rfc3339
from playhead.wire.syslog import Message, parse, render
from playhead.wire.syslog.limits import ELEMENTS_MAX, PARAMETERS_MAX

NOW_US = from_rfc3339("2026-11-23T12:00:00Z")

BOM = "\ufeff"


def test_rfc5424_section_6_5_example_1() -> None:
    octets = (
        f"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - {BOM}'su root' failed for lonvick".encode()
    )
    at_us = from_rfc3339("2003-10-11T22:14:15.003Z")
    expected = Message(4, 2, "'su root' failed for lonvick", at_us, "mymachine.example.com", "su", "", "ID47")
    assert parse(octets, NOW_US) == expected


def test_rfc5424_section_6_5_example_2() -> None:
    octets = b"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts."
    at_us = from_rfc3339("2003-08-24T12:14:15.000003Z")
    expected = Message(20, 5, "%% It's time to make the do-nuts.", at_us, "192.0.2.1", "myproc", "8710")
    assert parse(octets, NOW_US) == expected


EXAMPLE_3 = (
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" '
    'eventSource="Application" eventID="1011"]'
)


def test_rfc5424_section_6_5_examples_3_and_4() -> None:
    found = parse(f"{EXAMPLE_3} {BOM}An application event log entry...".encode(), NOW_US)
    assert found.text == "An application event log entry..."
    assert found.data == {"exampleSDID@32473": {"iut": "3", "eventSource": "Application", "eventID": "1011"}}
    two = parse(f'{EXAMPLE_3}[examplePriority@32473 class="high"]'.encode(), NOW_US)
    assert two.text == ""
    assert two.data["examplePriority@32473"] == {"class": "high"}


def test_rfc5424_section_6_3_3_escapes() -> None:
    octets = b'<14>1 - - - - - [a@1 quote="a\\"b" back="c\\\\d" bracket="e\\]f" other="\\n"] text'
    expected = {"quote": 'a"b', "back": "c\\d", "bracket": "e]f", "other": "\\n"}
    assert parse(octets, NOW_US).data == {"a@1": expected}


def test_rfc5424_section_6_3_malformed_data_becomes_text() -> None:
    found = parse(b'<14>1 - - - - - [good@1 a="b"][bad@1 a=b] text', NOW_US)
    assert found.data == {"good@1": {"a": "b"}}
    assert found.text == "[bad@1 a=b] text"


def test_rfc5424_section_6_2_3_a_timestamp_that_is_none() -> None:
    assert parse(b"<14>1 2003-13-40T99:99:99Z host app - - - text", NOW_US).at_us is None


@pytest.mark.parametrize(("count", "kept"), [(ELEMENTS_MAX, ELEMENTS_MAX), (ELEMENTS_MAX + 1, ELEMENTS_MAX)])
def test_the_most_elements(count: int, kept: int) -> None:
    data = "".join(f'[e{n}@1 a="b"]' for n in range(count))
    found = parse(f"<14>1 - - - - - {data} text".encode(), NOW_US)
    assert (len(found.data), found.text) == (kept, "text")


@pytest.mark.parametrize(("count", "kept"), [(PARAMETERS_MAX, PARAMETERS_MAX), (PARAMETERS_MAX + 1, PARAMETERS_MAX)])
def test_the_most_parameters(count: int, kept: int) -> None:
    data = "".join(f' p{n}="v"' for n in range(count))
    found = parse(f"<14>1 - - - - - [e@1{data}] text".encode(), NOW_US)
    assert (len(found.data["e@1"]), found.text) == (kept, "text")


def test_rfc3164_section_5_4_example_1() -> None:
    found = parse(b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8", NOW_US)
    at_us = from_rfc3339("2026-10-11T22:14:15Z")
    assert found == Message(4, 2, "'su root' failed for lonvick on /dev/pts/8", at_us, "mymachine", "su")


def test_rfc3164_section_5_4_example_2() -> None:
    assert parse(b"Use the BFG!", NOW_US) == Message(1, 5, "Use the BFG!")


def test_rfc3164_section_5_3_a_tag_with_its_process() -> None:
    found = parse(b"<13>Feb  5 17:32:18 10.0.0.99 sched[42]: it begins", NOW_US)
    assert (found.host, found.app, found.process, found.text) == ("10.0.0.99", "sched", "42", "it begins")


@pytest.mark.parametrize(
    ("octets", "app", "text"),
    [
        (b"<14>plain", "", "plain"),
        (b"<14>app: plain", "app", "plain"),
        (b"<14>see https://example.org", "", "see https://example.org"),
        (b"<14>https://example.org", "", "https://example.org"),
        (b"<13>Nov 23 11:00:00 tag: said without a host", "tag", "said without a host"),
    ],
)
def test_rfc3164_section_4_3_what_leaves_parts_out(octets: bytes, app: str, text: str) -> None:
    found = parse(octets, NOW_US)
    assert (found.app, found.text, found.host) == (app, text, "")


def test_the_year_is_the_nearest() -> None:
    new_year_us = from_rfc3339("2027-01-01T00:00:10Z")
    assert parse(b"<13>Dec 31 23:59:58 h a: x", new_year_us).at_us == from_rfc3339("2026-12-31T23:59:58Z")
    assert parse(b"<13>Feb 29 23:59:58 h a: x", NOW_US).at_us is None


def test_rsyslogs_forward_format() -> None:
    found = parse(b"<13>2026-11-23T11:00:00.5+01:00 host app[1]: x", NOW_US)
    assert (found.at_us, found.host, found.app) == (from_rfc3339("2026-11-23T10:00:00.5Z"), "host", "app")


@pytest.mark.parametrize("octets", [b"<192>1 - - - - - - x", b"<999>x", b"<1234>x", b"<>x", b"<a>x"])
def test_priorities_that_there_are_not(octets: bytes) -> None:
    found = parse(octets, NOW_US)
    assert (found.facility, found.severity, found.text) == (1, 5, octets.decode())


def test_what_is_not_utf8() -> None:
    assert parse(b"<14>1 - - - - - - \xff\xfe", NOW_US).text == "\ufffd\ufffd"


_NAME = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=32).filter(lambda t: t != "-")
_DATA_NAME = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='="]'), min_size=1, max_size=32
)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(
    st.builds(
        Message,
        st.integers(0, 23),
        st.integers(0, 7),
        _TEXT.filter(lambda text: not text.startswith(BOM)),
        st.none() | st.integers(0, 4_000_000_000_000_000),
        *[st.just("") | _NAME] * 4,
        st.dictionaries(_DATA_NAME, st.dictionaries(_DATA_NAME, _TEXT, max_size=4), max_size=3),
    )
)
def test_round_trip(message: Message) -> None:
    assert parse(render(message), NOW_US) == message


@given(st.binary(max_size=300), st.booleans())
def test_garbage_is_never_refused(octets: bytes, headed: bool) -> None:  # noqa: FBT001
    found = parse(b"<14>1 " + octets if headed else octets, NOW_US)
    assert 0 <= found.severity <= 7
    render(found)


def test_what_a_name_may_not_hold_is_replaced() -> None:
    octets = render(Message(1, 6, "x", None, "a b", "ä", "", "", {'a="]': {"b c": "v"}}))
    assert octets == '<14>1 - a_b _ - - [a___ b_c="v"] \ufeffx'.encode()
