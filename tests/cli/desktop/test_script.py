from itertools import islice

import pytest

from playhead.cli.desktop.driver import _NAMED
from playhead.cli.desktop.script import READING_SHARE, Chord, Focus, Glide, Read, Role, Type, agent_day, within

ROLES = tuple(Role)


def day(seed=1, roles=ROLES, count=800):
    return list(islice(agent_day(seed, roles), count))


def test_the_same_seed_does_the_same_work_and_another_seed_other_work():
    assert day(seed=7) == day(seed=7)
    assert day(seed=7) != day(seed=8)


@pytest.mark.parametrize("seed", range(5))
def test_about_two_thirds_of_the_day_is_reading(seed):
    steps = list(within(agent_day(seed, ROLES), 20 * 60_000))
    reading = sum(step.length_ms for step in steps if isinstance(step, Read))
    assert reading / sum(step.length_ms for step in steps) == pytest.approx(READING_SHARE, abs=0.03)


def test_every_window_is_worked_in_within_three_minutes():
    steps = within(agent_day(1, ROLES), 180_000)
    assert {step.role for step in steps if isinstance(step, Focus)} == set(ROLES)


def test_a_missing_program_leaves_its_scenes_out():
    steps = day(roles=(Role.TERMINAL, Role.EDITOR))
    assert {step.role for step in steps if isinstance(step, Focus)} == {Role.TERMINAL, Role.EDITOR}
    assert day(roles=()) == []


def test_the_keyboard_has_every_key_and_the_pointer_stays_in_the_window():
    for step in day(count=3000):
        match step:
            case Type():
                assert step.text.isascii()
                assert step.text.isprintable()
            case Chord():
                assert all(name in _NAMED or (len(name) == 1 and name.isascii()) for name in step.keys.split("+"))
            case Glide():
                assert 0 <= step.x <= 1
                assert 0 <= step.y <= 1
            case _:
                pass


def test_a_day_of_some_length_ends_with_the_step_that_fills_it():
    steps = list(within([Read(400), Read(400), Read(400), Read(400)], 1000))
    assert steps == [Read(400), Read(400), Read(400)]
    assert list(within([Read(400)], 0)) == []
