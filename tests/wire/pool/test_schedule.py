"""docs/wire/pool.md §7: who goes first."""

from playhead.wire.pool import Outgoing, Stream, Urgency
from playhead.wire.pool.flight import Sent
from playhead.wire.pool.frames import FrameType
from playhead.wire.pool.limits import SPARSE_BYTES, SPARSE_IDLE_US
from playhead.wire.pool.messages import Opening
from playhead.wire.pool.schedule import Scheduler

QUANTUM = 100_000


def stream(number, urgency=Urgency.BULK, *, busy=False):
    made = Stream(number, Opening("x", urgency), Outgoing(), limit=2**40, window=0)
    if busy:
        made.active_at_us, made.sparse_bytes = 0, 0
    return made


def send(scheduler, size=QUANTUM, *, capped=False, now_us=0):
    """Whose turn it was, and take it."""
    turn = scheduler.pick(QUANTUM, capped=capped)
    if turn is None:
        return None
    scheduler.sent(turn, min(size, turn.allowance), now_us)
    return turn.stream.id if turn.stream else "again"


def test_classes_go_by_urgency():
    scheduler = Scheduler()
    for number, urgency in enumerate(reversed(Urgency)):
        scheduler.add(stream(number, urgency, busy=True), 0)
    assert send(scheduler) == 3


def test_equals_take_turns():
    scheduler = Scheduler()
    for number in range(3):
        scheduler.add(stream(number, busy=True), 0)
    assert [send(scheduler) for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]


def test_who_was_silent_goes_ahead_until_it_is_like_the_others():
    scheduler = Scheduler()
    scheduler.add(stream(1, busy=True), 0)
    scheduler.add(stream(2), 0)
    assert [send(scheduler, SPARSE_BYTES // 2) for _ in range(4)] == [2, 2, 1, 2]


def test_silence_makes_sparse_again():
    scheduler = Scheduler()
    one, two = stream(1, busy=True), stream(2, busy=True)
    scheduler.add(one, 0)
    scheduler.add(two, SPARSE_IDLE_US - 1)
    assert send(scheduler) == 1
    scheduler.remove(two)
    scheduler.add(two, SPARSE_IDLE_US)
    assert [send(scheduler), send(scheduler)] == [2, 2 if two.sparse_bytes > 0 else 1]


def test_a_full_link_takes_only_what_is_sparse_and_urgent():
    scheduler = Scheduler()
    scheduler.add(stream(1), 0)
    scheduler.add(stream(2, Urgency.INTERACTIVE, busy=True), 0)
    assert send(scheduler, capped=True) is None
    scheduler.add(stream(3, Urgency.INTERACTIVE), 0)
    assert send(scheduler, capped=True) == 3


def test_the_lowest_class_gets_its_floor():
    scheduler = Scheduler()
    scheduler.add(stream(1, Urgency.PLAYBACK, busy=True), 0)
    scheduler.add(stream(2, Urgency.BULK, busy=True), 0)
    turns = [send(scheduler) for _ in range(420)]
    assert 18 <= turns.count(2) <= 22


def test_what_was_lost_goes_before_what_is_new_in_its_class():
    scheduler = Scheduler()
    scheduler.add(stream(1), 0)
    lost = Sent(FrameType.DATA, 1, 0, b"x", Urgency.BULK, keep=True)
    scheduler.queues[Urgency.BULK].again.append(lost)
    assert send(scheduler) == "again"
    assert send(scheduler, capped=True) is None
    urgent = Sent(FrameType.DATA, 3, 0, b"x", Urgency.CONTROL, keep=True)
    scheduler.queues[Urgency.CONTROL].again.append(urgent)
    assert send(scheduler, capped=True) == "again"


def test_a_stream_on_two_links_that_was_sparse_on_the_other_is_not_forgotten():
    one, two = Scheduler(), Scheduler()
    both = stream(1)
    one.add(both, 0)
    two.add(both, 0)
    while both.sparse_bytes > 0:
        assert send(one) == 1
    turn = two.pick(QUANTUM, capped=False)
    assert turn.stream is both
    assert not turn.sparse
    assert turn.allowance == QUANTUM


def test_streams_come_and_go():
    scheduler = Scheduler()
    one, two = stream(1), stream(2, busy=True)
    assert not scheduler
    for each in (one, two, one):
        scheduler.add(each, 0)
    assert len(scheduler) == 2
    assert set(scheduler.streams()) == {one, two}
    scheduler.remove(one)
    scheduler.remove(one)
    assert one not in scheduler
    assert send(scheduler) == 2
    scheduler.remove(two)
    assert not scheduler
    assert scheduler.pick(QUANTUM, capped=False) is None
