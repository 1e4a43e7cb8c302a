"""When bulk takes all links: where packets are lost by chance, and not for a link being full."""

from playhead.wire.pool import Packets, Spreading
from playhead.wire.pool.spreading import PACKETS_MIN

RTT = 80_000


def link(sent, repeated, round_trip=RTT):
    return Packets(sent, repeated, round_trip, RTT)


def test_losses_by_chance_spread_it_and_their_end_does_not_at_once_but_soon():
    spreading = Spreading()
    assert not spreading.judge([link(PACKETS_MIN - 1, 30), link(0, 0)])
    assert spreading.judge([link(PACKETS_MIN, 30), link(0, 0)])
    assert spreading.judge([link(PACKETS_MIN, 30), link(PACKETS_MIN - 1, 0)]), "too few to say otherwise"
    assert not spreading.judge([link(PACKETS_MIN, 30), link(PACKETS_MIN, 0)])


def test_losses_of_a_full_link_do_not():
    spreading = Spreading()
    assert not spreading.judge([link(1_000, 50, RTT * 2), link(0, 0)])
    assert not spreading.judge([link(2_000, 52), link(0, 0)]), "two in a thousand are few"
    assert spreading.judge([link(3_000, 56), link(0, 0)])


def test_a_short_wire_has_a_queue_of_milliseconds_before_it_counts():
    assert Spreading().judge([Packets(1_000, 50, 3_000, 200)])
    assert not Spreading().judge([Packets(1_000, 50, 4_000, 200)])


def test_a_link_that_was_dialled_again_counts_from_nothing():
    spreading = Spreading()
    assert spreading.judge([link(1_000, 50), link(1_000, 50)])
    assert spreading.judge([link(1_000, 50), link(10, 0)])
    assert not spreading.judge([link(1_000, 50), link(10 + PACKETS_MIN, 0)])
