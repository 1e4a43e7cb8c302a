from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.instants import utc, wall_us


def test_known_instants():
    assert utc(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert utc(1_800_000_000_000_001) == datetime(2027, 1, 15, 8, 0, 0, 1, tzinfo=UTC)
    assert wall_us(datetime(2027, 1, 15, 9, 0, tzinfo=timezone(timedelta(hours=1)))) == 1_800_000_000_000_000


@given(st.integers(-(10**15), 10**17))
def test_no_microsecond_is_lost(us):
    assert wall_us(utc(us)) == us
