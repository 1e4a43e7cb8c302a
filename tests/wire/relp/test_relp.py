"""RELP, as librelp's relp.html describes it, and both ends against each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import ProtocolError
from playhead.wire.relp import Frame, Frames, RelpClient, RelpServer, Submitted, is_relp
from playhead.wire.relp.limits import DATA_BYTES_MAX, FRAMES_IN_FLIGHT_MAX, HEADER_BYTES_MAX, TRANSACTION_MAX, WINDOW

LIBRELP_OPEN = b"1 open 86 relp_version=0\nrelp_software=librelp,1.2.14,http://librelp.adiscon.com\ncommands=syslog\n"
"""As rsyslog's omrelp sends it."""


def opened() -> RelpServer:
    server = RelpServer("playhead")
    server.receive_data(LIBRELP_OPEN)
    server.data_to_send()
    return server


def test_open_as_librelp_does() -> None:
    server = RelpServer("playhead")
    assert server.receive_data(LIBRELP_OPEN) == []
    assert server.data_to_send() == b"1 rsp 60 200 OK\nrelp_version=0\nrelp_software=playhead\ncommands=syslog\n"


def test_a_message_is_answered_when_it_is_durable() -> None:
    server = opened()
    assert server.receive_data(b"2 syslog 8 <34>text\n3 syslog 7 <34>two\n") == [
        Submitted(2, b"<34>text"),
        Submitted(3, b"<34>two"),
    ]
    assert server.data_to_send() == b""
    server.acknowledge(3)
    assert server.data_to_send() == b"3 rsp 6 200 OK\n"
    assert server.in_flight == 1


def test_close_is_answered_after_everything_before_it() -> None:
    server = opened()
    server.receive_data(b"2 syslog 8 <34>text\n3 close 0\n")
    assert server.data_to_send() == b""
    server.acknowledge(2)
    assert server.data_to_send() == b"2 rsp 6 200 OK\n3 rsp 0\n0 serverclose 0\n"
    assert server.closed


def test_a_length_of_nothing_may_be_followed_by_a_space() -> None:
    assert Frames().receive_data(b"3 close 0 \n3 close 0\n") == [Frame(3, "close"), Frame(3, "close")]


def test_an_unknown_command_is_answered() -> None:
    server = opened()
    assert server.receive_data(b"2 starttls 0\n") == []
    assert server.data_to_send() == b"2 rsp 19 500 unknown command\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"2 syslog 1 x\n", "relp.order"),
        (b"1 open 14 relp_version=0\n1 open 14 relp_version=0\n", "relp.order"),
        (b"1 open 32 relp_version=0\ncommands=eventlog\n", "relp.offers"),
        (b"1 open 15 commands=syslog\n", "relp.offers"),
        (b"0 open 14 relp_version=0\n", "relp.transaction"),
        (b"1 open 14 relp_version=0\n2 syslog 1 x\n2 syslog 1 y\n", "relp.transaction"),
        (b"1 open 14 relp_version=0\n2 close 0\n3 syslog 1 y\n", "relp.closed"),
        (b"<34>no relp\n", "relp.header"),
        (b"1234567890 open 0\n", "relp.header"),
        (b"1 open 5\n", "relp.header"),
        (b"1 open 3 abcd\n", "relp.trailer"),
    ],
)
def test_faults_of_a_client(data: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        RelpServer("playhead").receive_data(data)
    assert caught.value.code == code


def test_the_longest_frame_and_one_that_is_longer() -> None:
    longest = Frame(2, "syslog", b"x" * DATA_BYTES_MAX)
    assert Frames().receive_data(longest.encode()) == [longest]
    with pytest.raises(ProtocolError) as caught:
        Frames().receive_data(b"2 syslog %d " % (DATA_BYTES_MAX + 1))
    assert caught.value.code == "relp.too_long"


def test_the_longest_header_and_one_that_is_longer() -> None:
    header = b"%d %b %09d " % (TRANSACTION_MAX, b"x" * 32, 1)
    assert len(header) == HEADER_BYTES_MAX
    assert Frames().receive_data(header + b"y\n") == [Frame(TRANSACTION_MAX, "x" * 32, b"y")]
    with pytest.raises(ProtocolError):
        Frames().receive_data(b"1" + header)


def test_the_most_frames_in_flight() -> None:
    server = opened()
    for number in range(2, FRAMES_IN_FLIGHT_MAX + 2):
        server.receive_data(b"%d syslog 1 x\n" % number)
    assert server.in_flight == FRAMES_IN_FLIGHT_MAX
    with pytest.raises(ProtocolError) as caught:
        server.receive_data(b"%d syslog 1 x\n" % (FRAMES_IN_FLIGHT_MAX + 2))
    assert caught.value.code == "relp.in_flight"


@pytest.mark.parametrize(
    ("beginning", "answer"),
    [
        (b"", None),
        (b"1", None),
        (b"1 op", None),
        (b"1 open ", True),
        (b"123456789 open 5 ", True),
        (b"1234567890", False),
        (b"<", False),
        (b"12 <34>", False),
        (b"1 close", False),
        (b" open ", False),
        (b"\x16\x03\x01", False),
    ],
)
def test_told_by_the_first_bytes(beginning: bytes, answer: bool | None) -> None:  # noqa: FBT001
    assert is_relp(beginning) is answer


def connected(first: int = 2) -> tuple[RelpClient, RelpServer]:
    client, server = RelpClient("client", first=first), RelpServer("server")
    server.receive_data(client.data_to_send())
    assert client.room == 0
    client.receive_data(server.data_to_send())
    return client, server


def test_client_and_server() -> None:
    client, server = connected()
    assert client.room == WINDOW
    for number in range(WINDOW):
        client.submit(b"%d" % number)
    assert client.room == 0
    taken = server.receive_data(client.data_to_send())
    for each in taken[1:]:
        server.acknowledge(each.transaction)
    assert client.receive_data(server.data_to_send()) == []  # the oldest has no answer yet
    server.acknowledge(taken[0].transaction)
    answers = client.receive_data(server.data_to_send())
    assert len(answers) == WINDOW
    assert all(each.accepted for each in answers)
    client.close()
    server.receive_data(client.data_to_send())
    assert server.closed
    assert client.receive_data(server.data_to_send()) == []
    assert client.closed


def test_transaction_numbers_begin_again() -> None:
    client, server = connected(first=TRANSACTION_MAX)
    client.submit(b"a")
    client.submit(b"b")
    taken = server.receive_data(client.data_to_send())
    assert [each.transaction for each in taken] == [TRANSACTION_MAX, 1]
    for each in taken:
        server.acknowledge(each.transaction)
    assert len(client.receive_data(server.data_to_send())) == 2


def test_a_message_that_is_refused() -> None:
    client, _ = connected()
    client.submit(b"a")
    (answer,) = client.receive_data(b"2 rsp 13 500 no thanks\n")
    assert (answer.accepted, answer.text) == (False, "no thanks")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"1 rsp 9 500 go off\n", "relp.trailer"),
        (b"1 rsp 11 500 go away\n", "relp.refused"),
        (b"2 rsp 6 200 OK\n", "relp.refused"),
        (b"1 syslog 1 x\n", "relp.order"),
    ],
)
def test_faults_of_a_server(data: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        RelpClient("client").receive_data(data)
    assert caught.value.code == code


def test_answers_that_nobody_waits_for() -> None:
    client, _ = connected()
    client.submit(b"a")
    with pytest.raises(ProtocolError) as caught:
        client.receive_data(b"9 rsp 6 200 OK\n")
    assert caught.value.code == "relp.transaction"
    with pytest.raises(ProtocolError) as caught:
        client.receive_data(b"2 rsp 3 bad\n")
    assert caught.value.code == "relp.answer"


def test_librelps_own_answer_to_open() -> None:
    client = RelpClient("client")
    offers = b"200 OK\nrelp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog"
    client.receive_data(b"1 rsp %d " % len(offers) + offers + b"\n")
    assert client.room == WINDOW


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.lists(st.integers(1, 20), max_size=40))
def test_wherever_the_stream_is_split(messages: list[bytes], splits: list[int]) -> None:
    frames = [Frame(n + 1, "syslog", data) for n, data in enumerate(messages)]
    stream = b"".join(each.encode() for each in frames)
    reader, found = Frames(), []
    for size in splits:
        found += reader.receive_data(stream[:size])
        stream = stream[size:]
    assert found + reader.receive_data(stream) == frames


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_waits(data: bytes) -> None:
    for end in (RelpServer("x"), RelpClient("x")):
        try:
            end.receive_data(data)
        except ProtocolError:
            continue
