"""docs/wire/pool.md §5, §6: order, windows, numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import LimitError, ProtocolError
from playhead.wire.pool import Outgoing
from playhead.wire.pool.limits import (
    INITIAL_WINDOW_BYTES,
    MAX_EARLY_PIECES,
    MAX_STREAMS_AHEAD,
    MAX_WINDOW_BYTES,
    OUTGOING_BYTES,
)
from playhead.wire.pool.numbers import Given, Seen
from playhead.wire.pool.reassembly import Reassembly
from playhead.wire.pool.window import Budget, Window

CONTENT = bytes(range(256)) * 4
LIMIT = len(CONTENT)


def add(order, offset, data, *, last=False, limit=LIMIT):
    return b"".join(order.add(offset, memoryview(data), limit=limit, last=last))


@given(st.lists(st.tuples(st.integers(0, LIMIT), st.integers(0, 300)), max_size=40), st.randoms())
def test_pieces_in_any_order_and_again_are_what_was_sent(pieces, chance):
    """However they overlap, nothing is handed on twice, and what is held never exceeds what is missing."""
    whole = [(at, min(200, LIMIT - at)) for at in range(0, LIMIT, 200)]
    pieces = [(at, min(size, LIMIT - at)) for at, size in pieces] + whole
    chance.shuffle(pieces)
    order, got = Reassembly(), b""
    for at, size in pieces:
        got += add(order, at, CONTENT[at : at + size], last=at + size == LIMIT)
        assert order.next == len(got)
        assert order.held_bytes <= LIMIT - order.next
        assert CONTENT.startswith(got)
    assert got == CONTENT
    assert order.complete
    assert order.held_bytes == 0


def test_beyond_the_limit_and_the_end():
    order = Reassembly()
    assert add(order, 0, b"1234", limit=4) == b"1234"
    for offset, data, limit, last, code in [
        (4, b"5", 4, False, "pool.window"),
        (0, b"123", 9, True, "pool.end"),
    ]:
        with pytest.raises(ProtocolError) as caught:
            add(order, offset, data, limit=limit, last=last)
        assert caught.value.code == code
    add(order, 6, b"78", last=True)
    for offset, data, last in [(8, b"9", False), (6, b"7", True), (8, b"9", True)]:
        with pytest.raises(ProtocolError) as caught:
            add(order, offset, data, last=last)
        assert caught.value.code == "pool.end"
    assert add(order, 4, b"56") == b"5678"
    assert order.complete


def test_an_end_without_data():
    order = Reassembly()
    assert add(order, 0, b"", last=True) == b""
    assert order.complete


def test_pieces_with_holes_between_them_at_their_limit_and_past_it():
    order = Reassembly()
    for number in range(1, MAX_EARLY_PIECES + 1):
        assert add(order, 2 * number, b"x", limit=10**6) == b""
    add(order, 2 * number + 1, b"y", limit=10**6)  # goes on where one ends
    with pytest.raises(ProtocolError) as caught:
        add(order, 2 * number + 4, b"x", limit=10**6)
    assert caught.value.code == "pool.pieces"


def consumed(window, size, now_us, budget, round_trip_us=40_000):
    return window.consume(size, now_us, round_trip_us, budget)


def test_credit_is_told_at_a_quarter():
    window, budget = Window(), Budget(10**9)
    assert not consumed(window, INITIAL_WINDOW_BYTES // 4 - 1, 0, budget)
    assert consumed(window, 1, 0, budget)
    assert window.limit == INITIAL_WINDOW_BYTES // 4 + INITIAL_WINDOW_BYTES


def fill(window, budget, rate_bytes_s, seconds, step_us=5_000):
    for now_us in range(0, int(seconds * 1e6), step_us):
        consumed(window, rate_bytes_s * step_us // 1_000_000, now_us, budget)


def test_a_window_is_four_round_trips_of_what_is_taken():
    window, budget = Window(), Budget(10**9)
    fill(window, budget, 12_500_000, 2)
    assert window.size == pytest.approx(4 * 12_500_000 * 0.04, rel=0.3)
    assert budget.used_bytes == window.size - INITIAL_WINDOW_BYTES
    window.release(budget)
    assert budget.used_bytes == 0


def test_a_window_at_its_largest_and_within_the_budget():
    window, budget = Window(), Budget(10**9)
    fill(window, budget, 10**9, 1)
    assert window.size == MAX_WINDOW_BYTES
    small = Budget(100_000)
    window = Window()
    fill(window, small, 10**9, 1)
    assert window.size == INITIAL_WINDOW_BYTES + 100_000
    assert small.left_bytes == 0


def test_a_window_that_is_too_large_by_far_gives_back():
    window, budget = Window(), Budget(10**9)
    fill(window, budget, 50_000_000, 1)
    large = window.limit
    for second in range(2, 400):
        consumed(window, 100_000, second * 1_000_000, budget)
    assert window.size < MAX_WINDOW_BYTES // 8
    assert window.limit >= large, "what was granted is never taken back"
    assert budget.used_bytes == window.size - INITIAL_WINDOW_BYTES


def test_numbers_that_were_seen():
    seen = Seen(2)
    for number in (4, 2, 8):
        assert number not in seen
        seen.add(number)
        assert number in seen
    assert seen.next == 6
    assert seen._ahead == {8}
    seen.add(6)
    assert (seen.next, seen._ahead) == (10, set())


def test_a_number_too_far_ahead():
    seen = Seen(1)
    seen.add(1 + 2 * MAX_STREAMS_AHEAD)
    with pytest.raises(ProtocolError) as caught:
        seen.add(3 + 2 * MAX_STREAMS_AHEAD)
    assert caught.value.code == "pool.stream"


def test_numbers_are_not_given_out_too_far_ahead_of_what_was_heard():
    given_out = Given(1)
    numbers = [given_out.take() for _ in range(MAX_STREAMS_AHEAD)]
    assert numbers[:3] == [1, 3, 5]
    with pytest.raises(LimitError) as caught:
        given_out.take()
    assert caught.value.code == "pool.streams_ahead"
    given_out.note_heard(1)
    seen = Seen(1)
    seen.add(given_out.take())


def test_what_a_stream_holds_is_bounded():
    outgoing = Outgoing()
    outgoing.write(b"")
    assert outgoing.drained
    outgoing.write(bytes(OUTGOING_BYTES - 1))
    outgoing.write(b"xyz")
    assert outgoing.room == 0
    with pytest.raises(LimitError) as caught:
        outgoing.write(b"x")
    assert caught.value.code == "pool.outgoing"
    assert len(outgoing.read(10)) == 10
    assert len(outgoing.read(10**9)) == OUTGOING_BYTES - 11
    assert outgoing.read(10) == b"xyz"
    assert outgoing.read(10) == b""
