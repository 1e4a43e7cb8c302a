"""docs/wire/pool.md §3, §4, §9: the handshake, the health of a link, and what a peer may not do."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.pool.ends import NAMES, End, Pair, frame

from playhead.base.errors import LimitError
from playhead.wire.pool import Draining, Joined, Link, LinkEnded, Pool, Role, Urgency
from playhead.wire.pool.frames import FrameReader, FrameType
from playhead.wire.pool.limits import (
    ACK_DELAY_US,
    DOUBT_ROUND_TRIPS,
    DOUBT_US,
    HANDSHAKE_US,
    INITIAL_WINDOW_BYTES,
    MAX_QUEUED_FRAMES,
    PING_BUSY_US,
    PING_IDLE_US,
    SILENCE_US,
)
from playhead.wire.pool.messages import Hello, Opening, Welcome, encode


def opening(**fields):
    words = encode(Opening(**{"kind": "x"} | fields))
    return len(words).to_bytes(2, "big") + words


def frames_of(link, now_us=0):
    return [(got.type, got.stream, got.value) for got in read(b"".join(link.data_to_send(now_us)))]


def read(data):
    reader = FrameReader(_begun=True)
    return list(reader.read(data))


def fault_of(pair, data):
    """The code for which the acceptor gives a link up, which it tells the dialer."""
    link = pair.links[0][1]
    pair.acceptor.receive(link, data, pair.now_us)
    assert link.fault is not None
    assert link.ended == link.fault.code
    pair.carry(link, pair.dialer, pair.links[0][0])
    assert pair.links[0][0].ended == link.fault.code
    assert not pair.acceptor.pool.links
    return link.fault.code


def test_the_handshake():
    pair = Pair()
    one, two = pair.links[0]
    assert one.established
    assert two.established
    assert one.features == two.features == {"resume", "spread"}
    assert pair.dialer.events == [Joined(one)]
    assert pair.acceptor.events == [Joined(two)]
    assert pair.dialer.pool.peer == NAMES[Role.ACCEPTOR]
    assert pair.acceptor.pool.peer == NAMES[Role.DIALER]


def test_features_and_versions_that_are_not_known_are_passed_over():
    end = End(Role.ACCEPTOR)
    link = end.link()
    hello = Hello(b"d" * 16, 0, versions=(9, 1), features=("resume", "warp"))
    end.receive(link, frame(FrameType.HELLO, 0, 0, encode(hello)))
    assert link.features == {"resume"}
    [welcome] = [got for got in read(b"".join(link.data_to_send(0))) if got.type is FrameType.WELCOME]
    assert msgspec.msgpack.decode(bytes(welcome.payload), type=Welcome).version == 1


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (encode(Hello(b"d" * 16, 0, versions=(9,))), "pool.version"),
        (b"\xc1", "pool.message"),
        (msgspec.msgpack.encode({"pool": b"short", "slot": 0}), "pool.message"),
        (msgspec.msgpack.encode({"pool": b"d" * 16, "slot": 8}), "pool.message"),
        (b"\x91" * 2000, "pool.message"),
    ],
)
def test_a_hello_that_cannot_be(payload, code):
    end = End(Role.ACCEPTOR)
    link = end.link()
    end.receive(link, frame(FrameType.HELLO, 0, 0, payload))
    assert link.ended == code
    assert [got.type for got in read(b"".join(link.data_to_send(0)))] == [FrameType.GOODBYE]


def test_a_welcome_to_what_was_not_offered():
    end = End(Role.DIALER)
    link = end.link()
    welcome = Welcome(b"a" * 16, 1, ("warp",))
    end.receive(link, frame(FrameType.WELCOME, 0, 0, encode(welcome)))
    assert link.ended == "pool.version"


def test_a_pool_may_refuse_a_link():
    def join(_greeting):
        raise LimitError("pool.pools", "There are too many pools already.")

    link = Link(Role.ACCEPTOR, join, 0)
    assert link.receive_data(frame(FrameType.HELLO, 0, 0, encode(Hello(b"d" * 16, 0))), 0) == []
    assert link.ended == "pool.pools"


@pytest.mark.parametrize("kind", [kind for kind in FrameType if kind not in {FrameType.HELLO, FrameType.GOODBYE}])
def test_nothing_comes_before_the_handshake_is_over(kind):
    end = End(Role.ACCEPTOR)
    link = end.link()
    end.receive(link, frame(kind, 0 if kind >= 16 or kind == FrameType.WELCOME else 1, 0))
    assert link.ended == "pool.order"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(FrameType.HELLO, 0, 0, encode(Hello(b"d" * 16, 0))), "pool.order"),
        (frame(FrameType.DATA, 1, 0, b"x"), "pool.stream"),
        (frame(FrameType.WINDOW, 2, 9), "pool.stream"),
        (frame(FrameType.OPEN, 2, 0, opening()), "pool.stream"),
        (frame(FrameType.OPEN, 2**31 + 1, 0, opening()), "pool.stream"),
        (frame(FrameType.OPEN, 1, 0, b"\xff\xffx"), "pool.message"),
        (frame(FrameType.OPEN, 1, 0, b"\x00\x01\xc1"), "pool.message"),
        (frame(FrameType.OPEN, 1, 0, opening()) + frame(FrameType.RESET, 1, 0, b"\x1b[31m"), "pool.code"),
        (frame(FrameType.OPEN, 1, 0, opening()) + frame(FrameType.RESET, 1, 0, b""), "pool.code"),
        (
            frame(FrameType.OPEN, 1, 0, opening()) + frame(FrameType.DATA, 1, 0, bytes(INITIAL_WINDOW_BYTES + 1)),
            "pool.window",
        ),
        (
            frame(FrameType.OPEN, 1, 0, opening() + b"abc") + frame(FrameType.DATA_END, 1, 1, b"x"),
            "pool.end",
        ),
        (
            frame(FrameType.OPEN, 1, 0, opening())
            + frame(FrameType.DATA_END, 1, 5, b"x")
            + frame(FrameType.DATA, 1, 6, b"x"),
            "pool.end",
        ),
        (frame(FrameType.ACK, 0, 10**9), "pool.ack"),
        (frame(FrameType.PONG, 0, 12345), "pool.ping"),
        (frame(FrameType.GOODBYE, 0, 0, b"no code!"), "pool.code"),
    ],
)
def test_faults_of_the_peer(data, code):
    assert fault_of(Pair(), data) == code


def test_an_acknowledgement_may_not_go_back():
    pair = Pair()
    pair.acceptor.pool.open("x", pair.now_us, data=bytes(20_000))
    pair.pump()
    assert pair.links[0][1].sending.path.delivered > 0
    assert fault_of(pair, frame(FrameType.ACK, 0, 0)) == "pool.ack"


def test_the_window_at_its_limit():
    pair = Pair(acceptor={"consumes": False})
    pair.acceptor.receive(
        pair.links[0][1],
        frame(FrameType.OPEN, 1, 0, opening()) + frame(FrameType.DATA, 1, 0, bytes(INITIAL_WINDOW_BYTES)),
    )
    assert pair.links[0][1].ended is None


def test_a_silent_link_is_asked_and_then_given_up():
    pair = Pair()
    one, _ = pair.links[0]
    frames_of(one, pair.now_us)
    pair.now_us += PING_IDLE_US - 1
    assert one.tick(pair.now_us) == []
    assert frames_of(one, pair.now_us) == []
    pair.now_us += 1
    assert one.due_us == pair.now_us
    assert one.tick(pair.now_us) == []
    assert frames_of(one, pair.now_us) == [(FrameType.PING, 0, pair.now_us)]
    pair.now_us += SILENCE_US - 1
    assert one.tick(pair.now_us) == []
    pair.now_us += 1
    assert one.due_us == pair.now_us
    assert one.tick(pair.now_us) == [LinkEnded(one, "pool.silent")]
    assert frames_of(one, pair.now_us) == [(FrameType.GOODBYE, 0, 0)]


@pytest.mark.parametrize("round_trip_us", [20_000, 1_000_000])
def test_a_link_that_was_asked_is_doubted_after_a_while_but_not_within_its_own_round_trips(round_trip_us):
    pair = Pair()
    one, _ = pair.links[0]
    one.sending.path.round_trip_us = round_trip_us
    patience_us = max(DOUBT_US, DOUBT_ROUND_TRIPS * round_trip_us)
    frames_of(one, pair.now_us)
    pair.now_us += PING_IDLE_US
    assert not one.doubtful(pair.now_us)  # it was not asked yet
    one.tick(pair.now_us)
    frames_of(one, pair.now_us)
    asked_at_us = pair.now_us
    assert not one.doubtful(asked_at_us + patience_us - 1)
    assert one.doubtful(asked_at_us + patience_us)
    one.receive_data(frame(FrameType.PONG, 0, asked_at_us), asked_at_us + patience_us)
    assert not one.doubtful(asked_at_us + patience_us)


def test_a_link_that_only_sends_is_asked_sooner():
    pair = Pair()
    one, _ = pair.links[0]
    pair.dialer.pool.open("x", pair.now_us, data=b"?")
    one.data_to_send(pair.now_us)
    pair.now_us += PING_BUSY_US
    one.tick(pair.now_us)
    assert frames_of(one, pair.now_us) == [(FrameType.PING, 0, pair.now_us)]


def test_a_ping_is_answered_ahead_of_everything():
    pair = Pair()
    _, two = pair.links[0]
    pair.acceptor.pool.open("bulk", pair.now_us, urgency=Urgency.BULK, data=bytes(50_000))
    for value in range(1000):
        pair.acceptor.receive(two, frame(FrameType.PING, 0, value), pair.now_us)
    sent = frames_of(two, pair.now_us)
    assert sent[0] == (FrameType.PONG, 0, 999)
    assert [kind for kind, *_ in sent].count(FrameType.PONG) == 1


def test_a_little_is_acknowledged_after_a_while_and_much_at_once():
    pair = Pair()
    one, two = pair.links[0]
    pair.dialer.pool.open("x", pair.now_us, data=b"little")
    pair.carry(one, pair.acceptor, two)
    assert frames_of(two, pair.now_us) == []
    assert two.due_us == pair.now_us + ACK_DELAY_US
    assert [kind for kind, *_ in frames_of(two, pair.now_us + ACK_DELAY_US)] == [FrameType.ACK]
    pair.dialer.pool.open("x", pair.now_us, data=bytes(20_000))
    pair.carry(one, pair.acceptor, two)
    assert FrameType.ACK in {kind for kind, *_ in frames_of(two, pair.now_us)}


def test_a_handshake_that_never_ends():
    link = End(Role.ACCEPTOR).link(now_us=5)
    assert link.due_us == 5 + HANDSHAKE_US
    assert link.tick(4 + HANDSHAKE_US) == []
    link.tick(5 + HANDSHAKE_US)
    assert link.ended == "pool.timeout"


def test_a_flood_of_what_has_to_be_answered_while_nothing_is_read():
    pair = Pair(acceptor={"streams": 0})
    two = pair.links[0][1]
    for number in range(MAX_QUEUED_FRAMES):
        pair.acceptor.receive(two, frame(FrameType.OPEN, 2 * number + 1, 0, opening()))
    assert two.ended is None
    pair.acceptor.receive(two, frame(FrameType.OPEN, 2 * MAX_QUEUED_FRAMES + 1, 0, opening()))
    assert two.ended == "pool.flood"


def test_who_drains_is_not_asked_for_anything_new():
    pair = Pair()
    pair.acceptor.pool.drain("pool.update")
    pair.pump()
    assert pair.dialer.events[-1] == Draining("pool.update")


def test_only_who_dials_says_hello():
    pool = Pool(Role.ACCEPTOR, b"a" * 16)
    with pytest.raises(AssertionError):
        Link(Role.ACCEPTOR, lambda _: pool, 0, Hello(b"d" * 16, 0))
    with pytest.raises(AssertionError):
        Link(Role.DIALER, lambda _: pool, 0)


@settings(deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_garbage_after_the_handshake_ends_the_link_or_is_waited_for(data, resumable):
    pair = Pair()
    pair.dialer.pool.open("x", pair.now_us, resumable=resumable, data=b"data")
    pair.pump()
    two = pair.links[0][1]
    pair.acceptor.receive(two, data, pair.now_us)
    assert two.ended is None or two.ended.startswith("pool.") or two.fault is None
    assert two.held_bytes <= len(data)


def transcript():
    """What a dialer says in a busy life of one link."""
    pair = Pair()
    one, _ = pair.links[0]
    said = []
    for number in range(6):
        stream = pair.dialer.pool.open(
            "x",
            pair.now_us,
            urgency=Urgency(number % 4),
            resumable=number % 2 == 0,
            data=bytes([number]) * 3000 * number,
        )
        said.append(b"".join(one.data_to_send(pair.now_us)))
        if number == 3:
            pair.dialer.pool.reset(stream, "test.enough")
        elif number != 4:
            pair.dialer.pool.end(stream, pair.now_us)
    pair.dialer.pool.drain("test.drain")
    said.append(b"".join(one.data_to_send(pair.now_us)))
    one.close("test.done", pair.now_us)
    return b"".join([*said, *one.data_to_send(pair.now_us)])


TRANSCRIPT = transcript()


def heard(pieces):
    """What an acceptor is told when it comes in these pieces."""
    pair = Pair()
    end, link = pair.acceptor, pair.links[0][1]
    end.events.clear()
    for piece in pieces:
        end.receive(link, piece, pair.now_us)
    names = [(type(event).__name__, getattr(event, "code", None)) for event in end.events]
    return names, end.data, end.ended, end.broken, link.ended, link.sending.received


@settings(deadline=None)
@given(st.lists(st.integers(0, len(TRANSCRIPT)), max_size=40))
def test_it_does_not_matter_how_what_comes_is_cut(cuts):
    at = [0, *sorted(cuts), len(TRANSCRIPT)]
    whole, pieces = heard([TRANSCRIPT]), heard([TRANSCRIPT[begin:end] for begin, end in pairwise(at)])
    assert whole[4] == "test.done"
    assert len(whole[1]) == 6
    assert pieces == whole
