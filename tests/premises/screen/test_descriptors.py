import resource

import pytest

from playhead.premises.screen.descriptors import OTHERS, make_room


@pytest.fixture
def limits(monkeypatch):
    """The process's limits, which nothing here changes in truth."""
    found = {"now": (1024, 4096)}
    monkeypatch.setattr(resource, "getrlimit", lambda _: found["now"])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: found.update(now=pair))
    return found


def test_the_limit_is_raised_to_what_is_needed(limits):
    assert make_room(1000) == 1000
    assert limits["now"] == (2000 + OTHERS, 4096)


def test_what_is_enough_is_left_alone(limits):
    assert make_room(100) == 100
    assert limits["now"] == (1024, 4096)


def test_as_many_as_the_system_allows(limits):
    assert make_room(4000) == (4096 - OTHERS) // 2
    assert limits["now"] == (4096, 4096)


def test_no_limit_at_all(limits):
    limits["now"] = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    assert make_room(4000) == 4000
