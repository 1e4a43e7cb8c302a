"""What is said to be wrong with messaging, from when on, and to whom."""

import pytest

from playhead.domain.live import HealthChanged
from playhead.net.messaging import State
from playhead.premises.messaging.condition import Condition
from playhead.premises.messaging.rules import PATIENCE_US, problem_of
from playhead.premises.screen.health import Health
from playhead.store.catalogue.outbox import OutboxState
from playhead.store.segments.room import Room
from playhead.testing.clock import START_US, SimClock

NONE = OutboxState(0, None)


class Broker:
    state = State.READY


def judged(state, since_us=START_US - PATIENCE_US - 1, waiting=NONE):
    return problem_of(state, since_us=since_us, now_us=START_US, waiting=waiting)


class TestRules:
    @pytest.mark.parametrize("state", list(State))
    def test_nothing_is_wrong_within_a_minute(self, state):
        waiting = OutboxState(9, START_US - PATIENCE_US)
        assert judged(state, since_us=START_US - PATIENCE_US, waiting=waiting) is None

    @pytest.mark.parametrize(
        ("state", "code"), [(State.AWAY, "messaging.away"), (State.BLOCKED, "messaging.blocked"), (State.READY, None)]
    )
    def test_a_broker_that_takes_nothing_for_longer(self, state, code):
        found = judged(state)
        assert (None if found is None else found.code) == code

    def test_says_what_waits_and_since_when(self):
        found = judged(State.AWAY, waiting=OutboxState(7, 1_800_000_000_900_000))
        assert found.since_us == START_US - PATIENCE_US - 1
        assert found.message == (
            "Other programs are told nothing: the broker cannot be used. "
            "7 events wait, the oldest since 2027-01-15 08:00:00 UTC."
        )

    def test_what_waits_while_the_broker_is_there(self):
        found = judged(State.READY, waiting=OutboxState(7, START_US - PATIENCE_US - 1))
        assert (found.code, found.since_us) == ("messaging.behind", START_US - PATIENCE_US - 1)


def test_who_looks_after_the_server_hears_of_it_once_and_when_it_is_over():
    clock, told = SimClock(), []
    broker, health = Broker(), Health(Room(1, clock), told.append)
    condition = Condition(broker, clock)
    health.watch(condition)
    condition.look(NONE)
    broker.state = State.AWAY
    condition.look(NONE)
    went_us = clock.wall_us()
    clock.advance(PATIENCE_US)
    condition.look(NONE)
    assert (told, health.problems()) == ([], ())
    clock.advance(1)
    for _ in range(2):
        condition.look(NONE)
    (problem,) = health.problems()
    assert (problem.code, problem.since_us) == ("messaging.away", went_us)
    assert told == [HealthChanged((problem,))]
    broker.state = State.READY
    condition.look(NONE)
    assert told[1:] == [HealthChanged(())]
