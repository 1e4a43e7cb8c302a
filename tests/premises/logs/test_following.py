import pytest

from playhead.base.errors import UnavailableError
from playhead.domain.logs import LogLine, LogQuery
from playhead.premises.logs.following import FOLLOWERS_MAX, WAITING_MAX, Following

LINE = LogLine(at="2026-11-23T00:00:00.000000Z", level="info", workstation="", service="", text="x")


async def test_one_that_is_slow_loses_the_oldest_and_is_told_how_many() -> None:
    following = Following()
    with following.follow(LogQuery()) as follower:
        following.tell([LINE] * WAITING_MAX)
        assert await follower.next(0) == ([LINE] * WAITING_MAX, 0)
        following.tell([LINE] * (WAITING_MAX + 2))
        lines, lost = await follower.next(0)
        assert (len(lines), lost) == (WAITING_MAX, 2)
        assert await follower.next(0) == ([], 0)


def test_the_most_that_follow() -> None:
    following = Following()
    followers = [following.follow(LogQuery()) for _ in range(FOLLOWERS_MAX)]
    for each in followers:
        each.__enter__()
    with pytest.raises(UnavailableError):
        following.follow(LogQuery())
    followers[0].__exit__()
    following.follow(LogQuery())
