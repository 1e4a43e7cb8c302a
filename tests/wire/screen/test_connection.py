"""docs/wire/screen.md §2, §5, §10 and §11: the handshake, who may say what when, and faults."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.screen.ends import (
    GOODBYE,
    HELLO,
    OFFER,
    ONE_OF_EACH,
    WELCOME,
    accepted_pair,
    open_pair,
    premises,
    pump,
    workstation,
)

from playhead.base.errors import LimitError, ProtocolError, UnavailableError
from playhead.wire.screen import (
    Accept,
    Ack,
    Authority,
    Command,
    Connection,
    Decline,
    End,
    Enrol,
    Enrolled,
    Examine,
    Examined,
    Goodbye,
    Heartbeat,
    Hello,
    Inquire,
    Offer,
    Probe,
    Probed,
    Records,
    Result,
    Role,
    State,
    Status,
    Welcome,
    choose_version,
)
from playhead.wire.screen.codec import encode_control
from playhead.wire.screen.frames import control_frame, records_head
from playhead.wire.screen.limits import (
    MAX_COMMANDS,
    MAX_CONTROL_BYTES,
    MAX_FIRST_BYTES,
    MAX_PADDING_BYTES,
    MAX_PROBES,
    MAX_RECORDS_BYTES,
)
from playhead.wire.screen.probes import Listens


def framed(message):
    if isinstance(message, Records):
        return records_head(message) + bytes(message.data)
    return control_frame(encode_control(message))


def fault_of(end, data):
    """The code with which ``end`` refuses ``data``; it says the same to its peer, once, and is closed."""
    end.data_to_send()
    with pytest.raises(ProtocolError) as caught:
        end.receive_data(data)
    code = caught.value.code
    farewell = Connection(end.role.peer)
    assert [message.code for message in farewell.receive_data(b"".join(end.data_to_send()))] == [code]
    assert end.closed
    assert end.fault is caught.value
    return code


def test_the_handshake():
    ends = open_pair()
    assert all(end.established and not end.closed for end in ends)
    assert [end.hello for end in ends] == [HELLO, HELLO]
    assert [end.welcome for end in ends] == [WELCOME, WELCOME]


@pytest.mark.parametrize(
    ("question", "answer"),
    [(Inquire(), Authority(b"der")), (Enrol("code", "ws-2", b"der"), Enrolled(b"der", b"der", "s", bytes(32)))],
)
def test_a_stranger_may_inquire_and_enrol_and_nothing_after(question, answer):
    ws, pr = workstation(), premises(identity=None)
    ws.send(question)
    assert pump(ws, pr) == [question]
    pr.send(answer)
    assert pump(pr, ws) == [answer]
    assert ws.state is pr.state is State.SPENT
    assert not ws.established
    assert ws.heartbeat(1) is None
    assert fault_of(pr, framed(HELLO)) == "screen.order"
    ws.send(GOODBYE)


PROBE = Probe((1,))
PROBED = Probed((1,), "playhead", "site-1", 5)


def test_probes_are_answered_one_by_one_and_bounded():
    ws, pr = workstation(), premises()
    for _ in range(MAX_PROBES):
        ws.send(PROBE)
        assert pump(ws, pr) == [PROBE]
    for _ in range(MAX_PROBES):
        pr.send(PROBED)
        assert pump(pr, ws) == [PROBED]
    assert not ws.established
    assert not pr.established
    with pytest.raises(AssertionError, match="no probe"):
        pr.send(PROBED)
    assert fault_of(ws, framed(PROBED)) == "screen.probe"
    assert fault_of(pr, framed(PROBE)) == "screen.probe"


def test_only_the_enrolled_probe_except_on_plain_tcp():
    assert fault_of(premises(identity=None), framed(PROBE)) == "screen.certificate_required"
    assert premises(identity=None, trusting=True).receive_data(framed(PROBE)) == [PROBE]


def test_the_longest_probe_and_its_answer_fit_into_what_strangers_may_send():
    ws, pr = workstation(), premises()
    padding = bytes(MAX_PADDING_BYTES)
    longest = Probe((65535,) * 16, MAX_PADDING_BYTES, padding)
    ws.send(longest)
    assert pump(ws, pr) == [longest]
    listens = Listens("s" * 63, 65535, bytes(32), local=True)
    answer = Probed((65535,) * 16, "s" * 1024, "s" * 63, 2**53, "c" * 64, (listens,) * 16, padding)
    pr.send(answer)
    assert pump(pr, ws) == [answer]


STATES = {
    State.OPENING: (lambda: (workstation(), premises()), {"Hello", "Enrol", "Inquire", "Probe"}, set()),
    State.INQUIRING: (lambda: said(Inquire()), set(), {"Authority"}),
    State.ENROLLING: (lambda: said(Enrol("code", "ws-1", b"der")), set(), {"Enrolled"}),
    State.PROBING: (lambda: said(PROBE), {"Probe"}, {"Probed"}),
    State.GREETING: (lambda: said(HELLO), set(), {"Welcome"}),
    State.OPEN: (
        accepted_pair,
        {"Offer", "Records", "End", "Elsewhere", "Backlog", "Result", "Status", "Journal", "Examined", "Heartbeat"},
        {"Accept", "Decline", "Ack", "Released", "Pace", "Command", "JournalAck", "Examine", "Heartbeat"},
    ),
}
FITTING = {type(message).__name__: message for message in ONE_OF_EACH} | {
    "Offer": Offer(2, bytes(16), bytes(16), b"h"),
    "End": End(1, 0, "sealed"),
    "Accept": Accept(2, 0),
}


def said(first):
    ws, pr = workstation(), premises()
    ws.send(first)
    pump(ws, pr)
    return ws, pr


def prepared(state, name):
    ws, pr = STATES[state][0]()
    if state is State.OPEN and name == "Accept":
        ws.send(FITTING["Offer"])
        pump(ws, pr)
    if state is State.OPEN and name == "Result":
        pr.send(Command(7, "status"))
        pump(pr, ws)
    return ws, pr


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize("name", FITTING)
@pytest.mark.parametrize("sender", Role, ids=lambda role: role.name)
def test_who_may_say_what_when(state, name, sender):
    allowed = STATES[state][1 if sender is Role.WORKSTATION else 2] | {"Goodbye"}
    ends = prepared(state, name)
    mine, other = ends if sender is Role.WORKSTATION else ends[::-1]
    message = FITTING[name]
    if name in allowed:
        mine.send(message)
        assert pump(mine, other) == [message]
        assert mine.state is other.state
    else:
        with pytest.raises(AssertionError, match=name):
            mine.send(message)
        assert fault_of(other, framed(message)) == "screen.order"


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_goodbye_ends_it_from_either_side(state):
    for mine, other in (STATES[state][0](), STATES[state][0]()[::-1]):
        mine.send(GOODBYE)
        assert mine.closed
        with pytest.raises(UnavailableError) as caught:
            mine.send(GOODBYE)
        assert caught.value.code == "screen.closed"
        data = b"".join(mine.data_to_send())
        assert other.receive_data(data + b"whatever comes after it") == [GOODBYE]
        assert other.closed
        assert other.receive_data(b"is ignored") == []
        other.receive_eof()


class TestIdentity:
    """§5: the first message against the certificate."""

    def test_hello_wants_a_certificate(self):
        assert fault_of(premises(identity=None), framed(HELLO)) == "screen.certificate_required"

    def test_hello_wants_the_certificate_of_that_name(self):
        assert fault_of(premises(identity="ws-2"), framed(HELLO)) == "screen.identity"

    def test_plain_tcp_takes_the_name_as_said(self):
        assert premises(identity=None, trusting=True).receive_data(framed(HELLO)) == [HELLO]

    def test_plain_tcp_enrols_nobody(self):
        end = premises(identity=None, trusting=True)
        assert fault_of(end, framed(Enrol("code", "ws-1", b"der"))) == "screen.tls_required"

    def test_an_enrolment_code_needs_no_certificate(self):
        message = Enrol("code", "ws-1", b"der")
        assert premises(identity=None).receive_data(framed(message)) == [message]

    def test_renewal_needs_the_certificate_of_that_name(self):
        message = Enrol("", "ws-1", b"der")
        assert premises().receive_data(framed(message)) == [message]
        assert fault_of(premises(identity=None), framed(message)) == "screen.certificate_required"
        assert fault_of(premises(identity="ws-2"), framed(message)) == "screen.identity"

    @pytest.mark.parametrize("name", ["WS-1", "../ws", "ws 1", "-ws"])
    def test_names_are_names(self, name):
        end = premises(identity=None, trusting=True)
        assert fault_of(end, framed(Hello((1,), name, "x"))) == "screen.message"


class TestVersions:
    def test_the_best_common_one_is_chosen(self):
        assert choose_version((9, 1)) == 1

    def test_none_in_common(self):
        assert fault_of(premises(), framed(Hello((2, 9), "ws-1", "x"))) == "screen.version"

    def test_a_version_nobody_offered(self):
        ws, _ = said(HELLO)
        assert fault_of(ws, framed(Welcome(2, "s", bytes(32), 0))) == "screen.version"


class TestCommands:
    def test_each_is_answered_once(self):
        ws, pr = open_pair()
        pr.send(Command(5, "status"))
        pump(pr, ws)
        ws.send(Result(5, ok=True))
        assert pump(ws, pr) == [Result(5, ok=True)]
        with pytest.raises(AssertionError):
            ws.send(Result(5, ok=True))
        assert fault_of(pr, framed(Result(5, ok=True))) == "screen.result"

    def test_ids_grow(self):
        ws, pr = open_pair()
        pr.send(Command(5, "status"))
        pump(pr, ws)
        with pytest.raises(AssertionError):
            pr.send(Command(5, "status"))
        assert fault_of(ws, framed(Command(5, "status"))) == "screen.command"

    def test_the_limit_of_unanswered_ones_and_one_past_it(self):
        ws, pr = open_pair()
        for number in range(MAX_COMMANDS):
            pr.send(Command(number, "status"))
        assert len(pump(pr, ws)) == MAX_COMMANDS
        with pytest.raises(LimitError) as caught:
            pr.send(Command(MAX_COMMANDS, "status"))
        assert caught.value.code == "screen.commands"
        ws.send(Result(3, ok=True))
        pump(ws, pr)
        pr.send(Command(MAX_COMMANDS, "status"))
        pump(pr, ws)
        assert fault_of(ws, framed(Command(MAX_COMMANDS + 1, "status"))) == "screen.commands"


class TestExaminations:
    def test_one_at_a_time_each_answered_once(self):
        ws, pr = open_pair()
        pr.send(Examine(1))
        with pytest.raises(LimitError) as caught:
            pr.send(Examine(2))
        assert caught.value.code == "screen.examination"
        assert pump(pr, ws) == [Examine(1)]
        ws.send(Examined(1, 5, b"{}"))
        assert pump(ws, pr) == [Examined(1, 5, b"{}")]
        pr.send(Examine(2))
        assert pump(pr, ws) == [Examine(2)]

    def test_a_workstation_tells_unasked_meanwhile(self):
        ws, pr = open_pair()
        pr.send(Examine(1))
        pump(pr, ws)
        ws.send(Examined(at_us=5, report=b"{}"))
        ws.send(Examined(1, 6, b"{}"))
        assert [message.request for message in pump(ws, pr)] == [0, 1]

    def test_its_bulk_is_reckoned(self):
        assert Examined(report=b"{}").data == b"{}"

    def test_an_answer_to_nothing(self):
        _, pr = open_pair()
        assert fault_of(pr, framed(Examined(1, 5, b"{}"))) == "screen.examination"

    def test_asked_twice_or_with_an_old_number(self):
        ws, _ = open_pair()
        assert ws.receive_data(framed(Examine(1))) == [Examine(1)]
        assert fault_of(ws, framed(Examine(2))) == "screen.examination"
        ws, pr = open_pair()
        pr.send(Examine(2))
        pump(pr, ws)
        ws.send(Examined(2))
        assert fault_of(ws, framed(Examine(2))) == "screen.examination"


class TestLimitsOfStrangers:
    """§3: before Welcome a peer may make us hold little."""

    def test_control_frames(self):
        head = (MAX_FIRST_BYTES + 1).to_bytes(4, "big") + b"\x01"
        end = premises()
        assert end.receive_data(head + bytes(MAX_FIRST_BYTES - 1)) == []
        assert end.held_bytes == MAX_FIRST_BYTES + 4
        assert fault_of(premises(), (MAX_FIRST_BYTES + 2).to_bytes(4, "big") + b"\x01") == "screen.frame_too_large"

    def test_records(self):
        assert fault_of(premises(), b"\0\0\0\x0e\x02") == "screen.order"

    def test_after_welcome_both_ends_take_more(self):
        for end in open_pair():
            assert end.receive_data((MAX_CONTROL_BYTES + 1).to_bytes(4, "big") + b"\x01") == []
        for end in open_pair():
            assert end.receive_data((MAX_RECORDS_BYTES + 13).to_bytes(4, "big") + b"\x02") == []


def test_records_may_have_one_byte_to_the_limit():
    ws, pr = accepted_pair()
    offset = 0
    for size in (1, MAX_RECORDS_BYTES):
        assert ws.send(Records(1, offset, bytes(size))) == size + 17
        assert pump(ws, pr) == [Records(1, offset, bytes(size))]
        offset += size
    for size in (0, MAX_RECORDS_BYTES + 1):
        with pytest.raises(AssertionError):
            ws.send(Records(1, offset, bytes(size)))


def test_records_are_sent_without_a_copy():
    ws, _ = accepted_pair()
    data = memoryview(bytes(1000))
    ws.send(Records(1, 0, data))
    assert ws.data_to_send()[1] is data


def test_heartbeats_come_only_from_an_open_connection():
    ws, pr = open_pair()
    assert ws.heartbeat(5) == pr.heartbeat(5) == Heartbeat(5)
    assert workstation().heartbeat(5) is None


def test_an_end_between_frames_is_no_fault():
    for end in (*open_pair(), workstation()):
        end.receive_eof()
        assert end.closed
        assert end.fault is None
        assert end.data_to_send() == []


def test_an_end_inside_a_frame_is_a_fault():
    ws, pr = open_pair()
    pr.receive_data(framed(Status("idle"))[:-1])
    with pytest.raises(ProtocolError) as caught:
        pr.receive_eof()
    assert caught.value.code == "screen.truncated"
    ws.receive_data(b"")
    ws.receive_eof()


def test_messages_before_a_fault_count_and_the_fault_comes_with_the_next_call():
    ws, pr = open_pair()
    assert pr.receive_data(framed(Status("idle")) + framed(WELCOME) + framed(Status("idle"))) == [Status("idle")]
    assert pr.fault is not None
    assert pr.closed
    for call in (lambda: pr.receive_data(b""), pr.receive_eof):
        with pytest.raises(ProtocolError) as caught:
            call()
        assert caught.value is pr.fault
    (farewell,) = pump(pr, ws)
    assert farewell.code == "screen.order"


def test_a_refusal_tells_the_peer_no_more_than_a_sentence():
    end = premises()
    with pytest.raises(ProtocolError):
        end.receive_data(control_frame(b"\x81\xa4type\xa3abc"))
    (farewell,) = workstation().receive_data(b"".join(end.data_to_send()))
    assert "Traceback" not in farewell.message
    assert len(farewell.message) < 200


def test_a_farewell_in_too_many_words_is_cut():
    ws, pr = open_pair()
    pr.send(pr.goodbye("x" * 65, "y" * 1025, 5))
    assert pump(pr, ws) == [Goodbye("x" * 64, "y" * 1024, 5)]


# Properties

session = [
    *(framed(message) for message in (HELLO, Status("idle"), OFFER)),
    *(framed(Records(1, offset, bytes([offset % 251]) * 700)) for offset in range(0, 7000, 700)),
    framed(End(1, 7000, "sealed")),
    framed(Heartbeat(1)),
    framed(Goodbye("net.closed", "")),
]


def replay(pieces):
    """Feed pieces to a premises that welcomes and accepts at once; messages, fault."""
    end, got = premises(), []
    try:
        for piece in pieces:
            for message in end.receive_data(piece):
                got.append(message)
                if end.closed:
                    continue
                match message:
                    case Hello():
                        end.send(WELCOME)
                    case Offer():
                        end.send(Accept(message.channel, 0))
        end.receive_eof()
    except ProtocolError as fault:
        return got, fault.code
    return got, None


def split(data, cuts):
    edges = [0, *sorted({min(cut, len(data)) for cut in cuts}), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def test_a_session_one_frame_and_one_byte_at_a_time():
    got, fault = replay(session)
    assert fault is None
    assert len(got) == len(session)
    # Welcome and Accept must have been said before what they allow arrives, so the first three go whole.
    rest = b"".join(session[3:])
    assert replay([*session[:3], *(rest[i : i + 1] for i in range(len(rest)))]) == (got, None)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 8000), max_size=10),
    st.one_of(st.none(), st.tuples(st.integers(0, 7500), st.integers(1, 255))),
)
def test_splits_change_neither_messages_nor_faults(cuts, damage):
    rest = bytearray(b"".join(session[3:]))
    if damage is not None:
        position, bits = damage
        rest[position % len(rest)] ^= bits
    data = bytes(rest)
    assert replay([*session[:3], *split(data, cuts)]) == replay([*session[:3], data])


@given(st.binary(max_size=400))
def test_garbage_is_a_protocol_error_and_never_anything_else(data):
    for end in (premises(), workstation(), *open_pair(), *accepted_pair()):
        try:
            end.receive_data(data)
            end.receive_eof()
        except ProtocolError:
            assert end.fault is not None
        assert end.closed


@settings(max_examples=40)
@given(st.data())
def test_what_one_end_may_send_the_other_takes(data):
    """Random walks of two ends: no valid message is ever refused, and both count the same."""
    ws, pr = open_pair()
    numbers, offsets, commands = iter(range(1, 100)), {}, iter(range(100))
    open_commands, declined = [], set()
    for _ in range(data.draw(st.integers(1, 40))):
        match data.draw(st.sampled_from(["offer", "accept", "records", "ack", "end", "decline", "command", "result"])):
            case "offer":
                number = next(numbers)
                ws.send(Offer(number, bytes(16), bytes(16), b"h"))
                offsets[number] = [None, None]
            case "accept" if waiting := [n for n, o in offsets.items() if o[0] is None]:
                number = data.draw(st.sampled_from(waiting))
                start = data.draw(st.integers(0, 1000))
                pr.send(Accept(number, start))
                offsets[number] = [start, start]
            case "records" if going := [n for n, o in offsets.items() if o[0] is not None]:
                number = data.draw(st.sampled_from(going))
                payload = data.draw(st.binary(min_size=1, max_size=9))
                ws.send(Records(number, offsets[number][0], payload))
                offsets[number][0] += len(payload)
            case "ack" if going := [n for n, o in offsets.items() if o[0] is not None]:
                number = data.draw(st.sampled_from(going))
                offsets[number][1] = data.draw(st.integers(*offsets[number][::-1]))
                pr.send(Ack(number, offsets[number][1]))
            case "end" if going := [n for n, o in offsets.items() if o[0] is not None]:
                number = data.draw(st.sampled_from(going))
                ws.send(End(number, offsets[number][0], "killed"))
                pump(ws, pr)
                pr.send(Ack(number, offsets.pop(number)[0], final=True))
            case "decline" if offsets:
                number = data.draw(st.sampled_from(sorted(offsets)))
                del offsets[number]
                pr.send(Decline(number, "screen.full", "", final=False))
                declined.add(number)
            case "command":
                open_commands.append(next(commands))
                pr.send(Command(open_commands[-1], "status"))
                pump(pr, ws)
            case "result" if open_commands:
                ws.send(Result(open_commands.pop(0), ok=False, code="x.y"))
        pump(ws, pr)
        pump(pr, ws)
        assert ws.channels == pr.channels == len(offsets)
    assert ws.fault is pr.fault is None
