"""docs/wire/screen.md §4 and §5: channels, judged the same for sender and receiver."""

import pytest
from wire.screen.ends import OFFER, accepted_pair, open_pair, pump

from playhead.base.errors import LimitError, ProtocolError
from playhead.wire.screen import Accept, Ack, Decline, End, Offer, Records
from playhead.wire.screen.channels import Channels
from playhead.wire.screen.limits import MAX_CHANNELS

DECLINE = Decline(1, "screen.full", "", final=False)


def offered():
    channels = Channels()
    channels.offer(OFFER)
    return channels


def accepted(offset=0):
    channels = offered()
    channels.step(Accept(1, offset))
    return channels


def ended(offset=0):
    channels = accepted(offset)
    channels.step(End(1, offset, "sealed"))
    return channels


def refused(channels, message):
    with pytest.raises(ProtocolError) as caught:
        channels.step(message)
    return caught.value.code


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (offered, {"Accept", "Decline"}),
        (accepted, {"Records", "Ack", "End", "Decline"}),
        (ended, {"Ack", "Decline"}),
    ],
)
def test_the_table(state, allowed):
    for message in (Accept(1, 0), DECLINE, Records(1, 0, b"x"), Ack(1, 0), End(1, 0, "sealed")):
        if type(message).__name__ in allowed:
            assert state().step(message)
        else:
            assert refused(state(), message) == "screen.order"


@pytest.mark.parametrize("state", [offered, accepted, ended])
def test_decline_closes_in_any_state(state):
    channels = state()
    channels.step(DECLINE)
    assert len(channels) == 0


def test_records_go_on_exactly_where_the_last_ended():
    channels = accepted(100)
    assert channels.step(Records(1, 100, b"abc"))
    assert refused(channels, Records(1, 102, b"x")) == "screen.offset"
    assert refused(channels, Records(1, 104, b"x")) == "screen.offset"
    assert channels.step(Records(1, 103, b"x"))


def test_acknowledgements_stay_between_the_last_one_and_what_was_received():
    channels = accepted(100)
    channels.step(Records(1, 100, b"abc"))
    assert refused(channels, Ack(1, 99)) == "screen.offset"
    assert refused(channels, Ack(1, 104)) == "screen.offset"
    assert channels.step(Ack(1, 102))
    assert channels.step(Ack(1, 102))
    assert refused(channels, Ack(1, 101)) == "screen.offset"
    assert channels.step(Ack(1, 103))


@pytest.mark.parametrize("reason", ["sealed", "killed", "disk_full"])
def test_the_end_is_where_the_records_ended(reason):
    for size, fits in ((99, False), (100, True), (101, False)):
        if fits:
            assert accepted(100).step(End(1, size, reason))
        else:
            assert refused(accepted(100), End(1, size, reason)) == "screen.offset"


@pytest.mark.parametrize("size", [0, 99, 100, 101])
def test_what_is_lost_may_end_anywhere(size):
    assert accepted(100).step(End(1, size, "lost"))


def test_only_a_final_acknowledgement_after_the_end_closes():
    channels = accepted(5)
    assert refused(channels, Ack(1, 5, final=True)) == "screen.order"
    channels = ended(5)
    channels.step(Ack(1, 5))
    assert len(channels) == 1
    channels.step(Ack(1, 5, final=True))
    assert len(channels) == 0


def test_records_and_end_that_cross_a_decline_are_dropped():
    channels = accepted()
    channels.step(DECLINE)
    assert not channels.step(Records(1, 0, b"x"))
    assert not channels.step(Records(1, 12345, b"x"))
    assert not channels.step(End(1, 0, "sealed"))
    for message in (Accept(1, 0), Ack(1, 0), DECLINE):
        assert refused(channels, message) == "screen.channel"


@pytest.mark.parametrize(
    "message", [Records(2, 0, b"x"), End(2, 0, "sealed"), Accept(2, 0), Ack(2, 0), Decline(2, "", "", final=True)]
)
def test_what_was_never_offered_is_not_there(message):
    assert refused(offered(), message) == "screen.channel"


def test_numbers_only_grow():
    channels = Channels()
    channels.offer(Offer(7, bytes(16), bytes(16), b"h"))
    for number in (6, 7):
        with pytest.raises(ProtocolError) as caught:
            channels.offer(Offer(number, bytes(16), bytes(16), b"h"))
        assert caught.value.code == "screen.channel"
    channels.offer(Offer(8, bytes(16), bytes(16), b"h"))


def test_the_limit_of_open_channels_and_one_past_it():
    workstation, premises = open_pair()
    for number in range(1, MAX_CHANNELS + 1):
        workstation.send(Offer(number, bytes(16), bytes(16), b"h"))
    assert len(pump(workstation, premises)) == workstation.channels == premises.channels == MAX_CHANNELS
    one_more = Offer(MAX_CHANNELS + 1, bytes(16), bytes(16), b"h")
    with pytest.raises(LimitError) as caught:
        workstation.send(one_more)
    assert caught.value.code == "screen.channels"
    # A closed one makes room at both ends.
    premises.send(Decline(1, "x", "", final=True))
    pump(premises, workstation)
    workstation.send(one_more)
    assert pump(workstation, premises) == [one_more]
    # A workstation that does not count is refused.
    with pytest.raises(ProtocolError) as caught:
        premises._channels.offer(Offer(MAX_CHANNELS + 2, bytes(16), bytes(16), b"h"))
    assert caught.value.code == "screen.channels"


def test_late_messages_are_neither_sent_nor_delivered():
    workstation, premises = accepted_pair()
    workstation.send(Records(1, 0, b"under way"))
    premises.send(DECLINE)
    assert pump(workstation, premises) == []
    assert pump(premises, workstation) == [DECLINE]
    assert workstation.send(Records(1, 9, b"too late")) == 0
    assert workstation.send(End(1, 17, "sealed")) == 0
    assert workstation.data_to_send() == []
