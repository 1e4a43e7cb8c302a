"""docs/wire/pool.md §5, §8: streams over links that come and go."""

import tracemalloc

import pytest
from wire.pool.ends import End, Pair

from playhead.base.errors import LimitError, UnavailableError
from playhead.wire.pool import Broken, LinkEnded, Outgoing, Role, Urgency
from playhead.wire.pool.limits import ACK_DELAY_US, INITIAL_WINDOW_BYTES, PING_IDLE_US, RESUME_US

CONTENT = bytes(range(256)) * 2000


def open_bulk(pair, content=CONTENT, **options):
    source = Outgoing(10**9)
    source.write(content)
    return pair.dialer.pool.open("upload", pair.now_us, urgency=Urgency.BULK, resumable=True, source=source, **options)


def test_a_question_and_its_answer():
    pair = Pair()
    stream = pair.dialer.pool.open("ask", pair.now_us, head=b"GET /", data=b"?", end=True)
    pair.pump()
    [theirs] = pair.acceptor.opened
    assert (theirs.id, theirs.kind, theirs.urgency, theirs.resumable) == (1, "ask", Urgency.INTERACTIVE, False)
    assert pair.acceptor.heads == {1: b"GET /"}
    assert pair.acceptor.data == {1: b"?"}
    assert pair.acceptor.ended == {1}
    pair.acceptor.pool.write(theirs, b"!", pair.now_us)
    pair.acceptor.pool.end(theirs, pair.now_us)
    pair.pump()
    assert pair.dialer.data == {1: b"!"}
    assert stream.over
    assert theirs.over
    assert not pair.dialer.pool.streams
    assert not pair.acceptor.pool.streams


def test_the_first_data_goes_with_the_frame_that_opens():
    pair = Pair()
    pair.dialer.pool.open("ask", pair.now_us, data=b"?" * 1000, end=True)
    one, two = pair.links[0]
    data = b"".join(one.data_to_send(pair.now_us))
    assert data[0] == 5
    pair.acceptor.receive(two, data, pair.now_us)
    assert pair.acceptor.data == {1: b"?" * 1000}
    assert pair.acceptor.ended == {1}


def test_both_ends_open_at_once():
    pair = Pair()
    mine = pair.dialer.pool.open("a", pair.now_us, data=b"from the dialer")
    theirs = pair.acceptor.pool.open("b", pair.now_us, data=b"from the acceptor")
    pair.pump()
    assert (mine.id, theirs.id) == (1, 2)
    assert pair.acceptor.data[1] == b"from the dialer"
    assert pair.dialer.data[2] == b"from the acceptor"


def test_half_closed_the_other_half_goes_on():
    pair = Pair()
    stream = pair.dialer.pool.open("x", pair.now_us, end=True)
    pair.pump()
    [theirs] = pair.acceptor.opened
    for _ in range(3):
        pair.acceptor.pool.write(theirs, b"more", pair.now_us)
        pair.pump()
    assert pair.dialer.data[stream.id] == b"more" * 3
    with pytest.raises(AssertionError):
        pair.dialer.pool.write(stream, b"x", pair.now_us)


def test_a_reset_ends_both_ways_with_its_code():
    pair = Pair()
    stream = pair.dialer.pool.open("x", pair.now_us, data=CONTENT[:70_000])
    pair.pump()
    [theirs] = pair.acceptor.opened
    pair.acceptor.pool.reset(theirs, "test.unwanted")
    pair.acceptor.pool.reset(theirs, "test.again")
    pair.pump()
    assert pair.dialer.broken == {stream.id: "test.unwanted"}
    with pytest.raises(UnavailableError) as caught:
        pair.dialer.pool.write(stream, b"x", pair.now_us)
    assert caught.value.code == "pool.stream_over"
    assert pair.dialer.pool.traffic[Urgency.INTERACTIVE].broken == 1


def test_who_does_not_read_holds_a_window_and_delays_nobody():
    pair = Pair(acceptor={"consumes": False})
    stuck = open_bulk(pair)
    pair.pump()
    assert stuck.offset == INITIAL_WINDOW_BYTES
    assert pair.acceptor.pool.figures(0).unread_bytes == INITIAL_WINDOW_BYTES
    other = pair.dialer.pool.open("x", pair.now_us, data=b"quick")
    pair.pump()
    assert pair.acceptor.data[other.id] == b"quick"
    pair.acceptor.consumes = True
    for stream in list(pair.acceptor.unread):
        pair.acceptor.consume(stream, pair.now_us)
    pair.pump()
    assert pair.acceptor.data[stuck.id] == CONTENT


def test_streams_at_their_limit_and_past_it():
    pair = Pair(acceptor={"streams": 3})
    streams = [pair.dialer.pool.open("x", pair.now_us) for _ in range(3)]
    with pytest.raises(LimitError) as caught:
        pair.dialer.pool.open("x", pair.now_us)
    assert caught.value.code == "pool.streams"
    pair.dialer.pool._peer_streams_max = 4
    past = pair.dialer.pool.open("x", pair.now_us)
    pair.pump()
    assert pair.dialer.broken == {past.id: "pool.streams"}
    assert len(pair.acceptor.opened) == 3
    pair.dialer.pool.reset(streams[0], "test.done")
    pair.pump()
    pair.dialer.pool.open("x", pair.now_us)
    pair.pump()
    assert len(pair.acceptor.opened) == 4


def test_what_nobody_takes_is_reset_before_it_fills_the_memory():
    pair = Pair(acceptor={"consumes": False, "memory_bytes": 3 * INITIAL_WINDOW_BYTES})
    streams = [open_bulk(pair, CONTENT[:INITIAL_WINDOW_BYTES]) for _ in range(3)]
    pair.pump()
    assert not pair.dialer.broken
    past = pair.dialer.pool.open("x", pair.now_us, data=b"x")
    pair.pump()
    assert pair.dialer.broken == {past.id: "pool.memory"}
    assert pair.acceptor.broken == {past.id: "pool.memory"}
    assert len(pair.acceptor.pool.streams) == len(streams)
    assert pair.acceptor.pool.figures(0).unread_bytes == 3 * INITIAL_WINDOW_BYTES


def test_what_is_retained_is_bounded():
    pair = Pair(dialer={"retained_bytes": 100_000})
    stream = open_bulk(pair)
    one, two = pair.links[0]
    sent = b"".join(one.data_to_send(pair.now_us, 10**6))
    other = open_bulk(pair)
    sent += b"".join(one.data_to_send(pair.now_us, 10**6))
    assert pair.dialer.pool.retained.used_bytes <= 100_000 + INITIAL_WINDOW_BYTES
    pair.acceptor.receive(two, sent, pair.now_us)
    pair.pump()
    assert pair.acceptor.data == {stream.id: CONTENT, other.id: CONTENT}
    pair.now_us += ACK_DELAY_US
    pair.pump()
    assert pair.dialer.pool.retained.used_bytes == 0


def test_without_its_link_a_stream_is_broken_unless_it_is_resumable():
    pair = Pair()
    request = pair.dialer.pool.open("ask", pair.now_us, data=b"?")
    upload = open_bulk(pair)
    pair.carry(pair.links[0][0], pair.acceptor, pair.links[0][1], 100_000)
    pair.cut(0)
    assert pair.dialer.broken == pair.acceptor.broken == {request.id: "pool.link_lost"}
    with pytest.raises(UnavailableError) as caught:
        pair.dialer.pool.open("ask", pair.now_us)
    assert caught.value.code == "pool.no_link"
    waits = pair.dialer.pool.open("event", pair.now_us, resumable=True, data=b"later", end=True)
    pair.connect(0)
    pair.pump()
    assert pair.acceptor.data[upload.id] == CONTENT
    assert pair.acceptor.data[waits.id] == b"later"
    assert not pair.acceptor.pool._registry._seen._ahead


def test_a_stream_goes_on_by_the_link_that_is_left():
    pair = Pair(2)
    upload = open_bulk(pair)
    pair.dialer.pool.open("ask", pair.now_us, data=b"?")
    assert upload.home is pair.links[1][0]
    pair.carry(pair.links[1][0], pair.acceptor, pair.links[1][1], 30_000)
    lost = b"".join(pair.links[1][0].data_to_send(pair.now_us, 50_000))
    assert lost
    pair.cut(1)
    assert upload.home is pair.links[0][0]
    pair.pump()
    assert pair.acceptor.data[upload.id] == CONTENT
    assert not pair.dialer.broken
    assert pair.dialer.pool.traffic[Urgency.BULK].repeated_bytes > 0


def test_a_link_that_comes_back_takes_the_place_of_the_one_before():
    pair = Pair()
    upload = open_bulk(pair)
    one, two = pair.links[0]
    pair.dialer.take(one.receive_eof(pair.now_us), pair.now_us)
    pair.connect(0)
    pair.pump()
    assert LinkEnded(two, "pool.replaced") in pair.acceptor.events
    assert pair.acceptor.data[upload.id] == CONTENT


def test_what_a_replaced_link_still_brings_is_not_heard():
    pair = Pair()
    one, two = pair.links[0]
    open_bulk(pair)
    late = b"".join(one.data_to_send(pair.now_us))
    pair.dialer.take(one.receive_eof(pair.now_us), pair.now_us)
    pair.connect(0)
    assert two.receive_data(late, pair.now_us) == []


def test_streams_are_kept_for_a_while_without_any_link():
    pair = Pair()
    upload = open_bulk(pair)
    pair.cut(0)
    pair.now_us += RESUME_US - 1
    assert pair.dialer.pool.tick(pair.now_us) == []
    assert pair.dialer.pool.due_us == pair.now_us + 1
    pair.now_us += 1
    assert pair.dialer.pool.tick(pair.now_us) == [Broken(upload, "pool.lost")]
    assert pair.dialer.pool.drained


def test_a_peer_that_was_restarted_is_another():
    pair = Pair()
    pair.cut(0)
    other = End(Role.ACCEPTOR)
    other.pool.name = b"b" * 16
    link = pair.dialer.link(0, pair.now_us)
    into = other.link(0, pair.now_us)
    other.receive(into, b"".join(link.data_to_send(pair.now_us)), pair.now_us)
    with pytest.raises(AssertionError):
        pair.dialer.receive(link, b"".join(into.data_to_send(pair.now_us)), pair.now_us)


def test_a_drained_pool_finishes_what_is_open_and_takes_nothing_new():
    pair = Pair()
    upload = open_bulk(pair)
    pair.carry(pair.links[0][0], pair.acceptor, pair.links[0][1])
    pair.acceptor.pool.drain("pool.update")
    crossing = pair.dialer.pool.open("ask", pair.now_us, data=b"?")
    pair.pump()
    assert pair.dialer.broken == {crossing.id: "pool.draining"}
    with pytest.raises(UnavailableError) as caught:
        pair.dialer.pool.open("ask", pair.now_us)
    assert caught.value.code == "pool.draining"
    assert not pair.acceptor.pool.drained
    pair.dialer.pool.end(upload, pair.now_us)
    pair.pump()
    pair.acceptor.pool.end(pair.acceptor.opened[0], pair.now_us)
    pair.pump()
    assert pair.acceptor.data[upload.id] == CONTENT
    pair.now_us += 50_000
    pair.pump()
    assert pair.acceptor.pool.drained


def test_a_link_keeps_alive_when_nothing_happens():
    pair = Pair(2)
    for _ in range(20):
        pair.now_us += PING_IDLE_US
        for end in (pair.dialer, pair.acceptor):
            end.take(end.pool.tick(pair.now_us), pair.now_us)
        pair.pump()
    assert len(pair.dialer.pool.links) == len(pair.acceptor.pool.links) == 2


def test_spread_over_all_links_it_arrives_in_order():
    pair = Pair(4)
    upload = open_bulk(pair, CONTENT * 4)
    pair.dialer.pool.spread(pair.now_us, on=True)
    pair.carry(pair.links[1][0], pair.acceptor, pair.links[1][1], 20_000)
    pair.carry(pair.links[1][1], pair.dialer, pair.links[1][0])
    pair.pump(room=16 * 1024)
    assert pair.acceptor.data[upload.id] == CONTENT * 4
    used = [one.figures(0).sent_bytes for one, _ in pair.links.values()]
    assert sum(size > 50_000 for size in used) >= 2


def test_figures_by_class():
    pair = Pair(2)
    open_bulk(pair)
    pair.dialer.pool.open("ask", pair.now_us, data=b"?" * 10)
    pair.pump()
    mine, theirs = pair.dialer.pool.figures(pair.now_us), pair.acceptor.pool.figures(pair.now_us)
    assert mine.traffic[Urgency.BULK].sent_bytes == theirs.traffic[Urgency.BULK].received_bytes == len(CONTENT)
    assert mine.traffic[Urgency.INTERACTIVE].sent_bytes == 10
    assert mine.streams == theirs.streams == {**dict.fromkeys(Urgency, 0), Urgency.BULK: 1, Urgency.INTERACTIVE: 1}
    assert [link.slot for link in mine.links] == [0, 1]
    assert mine.links[1].sent_bytes > len(CONTENT)
    assert theirs.unread_bytes == 0


def test_an_idle_stream_takes_less_than_two_kibibytes_at_both_ends_together():
    pair, count = Pair(), 500
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(count):
            pair.dialer.pool.open("idle", pair.now_us, data=b"?")
            pair.pump()
        for end in (pair.dialer, pair.acceptor):
            end.events.clear()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(pair.acceptor.pool.streams) == count
    assert (after - before) / count < 2048
