import pytest

from playhead.base.errors import ConflictError, CorruptError, InvalidInputError, RefusedError, UnavailableError
from playhead.premises.upload.rules import FAILURES_MAX, Failure, Share, jittered_us, judge, released_before_us


@pytest.mark.parametrize(
    ("error", "in_a_row", "failure"),
    [
        (UnavailableError("objects.unreachable", ""), 1, Failure(whole_store=True, counts=False)),
        (RefusedError("objects.bucket", ""), 1, Failure(whole_store=True, counts=False)),
        (InvalidInputError("objects.credentials", ""), 1, Failure(whole_store=True, counts=False)),
        (RefusedError("objects.refused", ""), FAILURES_MAX - 1, Failure(whole_store=False, counts=False)),
        (RefusedError("objects.refused", ""), FAILURES_MAX, Failure(whole_store=True, counts=False)),
        (UnavailableError("objects.unavailable", ""), FAILURES_MAX, Failure(whole_store=True, counts=False)),
        (CorruptError("store.short", ""), FAILURES_MAX, Failure(whole_store=False, counts=True)),
        (RefusedError("objects.rejected", ""), FAILURES_MAX, Failure(whole_store=False, counts=True)),
        (ConflictError("objects.none", ""), 1, Failure(whole_store=False, counts=False)),
    ],
)
def test_what_a_failure_means(error, in_a_row, failure):
    assert judge(error, in_a_row) == failure


def test_pauses_differ_and_are_never_longer():
    assert [jittered_us(1_000, chance) for chance in (0, 0.5, 1)] == [500, 750, 1_000]


def test_all_uploads_share_the_line():
    share = Share(1_000_000)
    waits = [share.wait_us(100_000, 0) for _ in range(5)]
    assert waits == [0, 100_000, 200_000, 300_000, 400_000]
    # A pause is made up for by a quarter of a second and no more.
    assert [share.wait_us(200_000, 10_000_000) for _ in range(3)] == [0, 0, 150_000]
    assert Share(None).wait_us(1 << 40, 0) == 0


@pytest.mark.parametrize(
    ("keep_us", "free", "before_us"),
    [(None, 10, None), (None, 9, 1_000), (400, 10, 600), (400, 9, 1_000), (0, 10, 1_000)],
)
def test_files_go_by_age_and_sooner_where_there_is_no_room(keep_us, free, before_us):
    assert released_before_us(1_000, keep_us, free, 10) == before_us
