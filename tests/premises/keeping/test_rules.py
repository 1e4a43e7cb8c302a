from datetime import UTC, datetime, timedelta, timezone

import pytest

from playhead.base.instants import wall_us
from playhead.premises.keeping.rules import LEAP_US, SETTLING_US, Steadiness, is_run_due, scheduled_us

BERLIN = timezone(timedelta(hours=1))


def at(text):
    return wall_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "hour", "scheduled"),
    [
        ("2026-11-23T02:59:59", 3, "2026-11-22T03:00:00"),
        ("2026-11-23T03:00:00", 3, "2026-11-23T03:00:00"),
        ("2026-11-23T23:59:59", 0, "2026-11-23T00:00:00"),
        ("2026-03-01T01:00:00", 23, "2026-02-28T23:00:00"),
    ],
)
def test_runs_at_its_hour(now, hour, scheduled):
    assert scheduled_us(at(now), hour, UTC) == at(scheduled)


def test_the_hour_is_the_server_s_own():
    assert scheduled_us(at("2026-11-23T02:30:00"), 3, BERLIN) == at("2026-11-23T02:00:00")


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        ("2026-11-22T03:00:10", True),
        ("2026-11-23T03:00:00", False),
        ("2026-11-23T09:00:00", False),
        ("2031-01-01T00:00:00", True),  # made while the clock was wrong
    ],
)
def test_runs_once_a_day_and_later_where_the_server_was_off(last, due):
    assert is_run_due(at("2026-11-23T10:00:00"), None if last is None else at(last), 3, UTC) is due


class TestSteadiness:
    def test_a_clock_that_goes_is_trusted(self):
        steadiness = Steadiness(0, 0)
        assert all(steadiness.look(second * 10**6, second * 10**6 + 3) for second in range(100_000))

    @pytest.mark.parametrize("leap_us", [LEAP_US + 1, -LEAP_US - 1, 10**16])
    def test_one_that_was_set_is_not_for_a_day(self, leap_us):
        steadiness = Steadiness(0, 0)
        assert not steadiness.look(leap_us, 0)
        assert not steadiness.look(leap_us + SETTLING_US - 1, SETTLING_US - 1)
        assert steadiness.look(leap_us + SETTLING_US, SETTLING_US)

    def test_small_corrections_do_not_matter(self):
        assert Steadiness(0, 0).look(LEAP_US, 0)

    def test_setting_it_right_again_counts_as_well(self):
        steadiness = Steadiness(0, 0)
        steadiness.look(10**16, 0)
        assert not steadiness.look(SETTLING_US // 2, SETTLING_US // 2)
        assert not steadiness.look(SETTLING_US, SETTLING_US)
        assert steadiness.look(2 * SETTLING_US, 2 * SETTLING_US)
