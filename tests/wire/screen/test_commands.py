"""docs/wire/screen.md §8: at most once."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.wire.screen import Command, Result
from playhead.wire.screen.commands import MAX_RESULTS, Admission, CommandLog


def command(number):
    return Command(number, "start")


def test_a_new_one_is_carried_out():
    log = CommandLog()
    assert log.admit(command(0)) == Admission(run=True)
    assert log.highest == 0


def test_a_repeated_one_waits_for_the_end_of_the_first_and_then_gets_its_result():
    log = CommandLog()
    log.admit(command(5))
    assert log.admit(command(5)) == Admission(run=False, result=None)
    log.answer(Result(5, ok=True))
    assert log.admit(command(5)) == Admission(run=False, result=Result(5, ok=True))


def test_after_a_restart_what_came_before_is_not_done_again():
    log = CommandLog(highest=5)
    for number in (3, 5):
        admission = log.admit(command(number))
        assert not admission.run
        assert admission.result.code == "command.repeated"
        assert admission.result.id == number
    assert log.admit(command(6)).run


def test_results_are_remembered_up_to_the_limit_and_not_one_past_it():
    log = CommandLog()
    for number in range(MAX_RESULTS):
        log.admit(command(number))
        log.answer(Result(number, ok=True))
    assert log.admit(command(0)).result == Result(0, ok=True)
    log.admit(command(MAX_RESULTS))
    assert log.admit(command(0)).result.code == "command.repeated"
    assert log.admit(command(1)).result == Result(1, ok=True)
    log.answer(Result(0, ok=True))
    assert log.admit(command(0)).result.code == "command.repeated"


@given(st.lists(st.one_of(st.integers(0, 20), st.none())))
def test_nothing_is_carried_out_twice_whatever_comes_and_however_often_it_restarts(events):
    """None is a restart with what was kept durably."""
    log, done = CommandLog(), []
    for event in events:
        if event is None:
            log = CommandLog(log.highest)
        elif log.admit(command(event)).run:
            done.append(event)
    assert len(set(done)) == len(done)
