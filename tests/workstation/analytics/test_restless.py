from playhead.workstation.analytics.restless import CHANGE_MS, CHANGES_MAX, Restless


def test_the_first_changes_are_news_then_one_for_each_second():
    restless = Restless()
    told = [at_ms for at_ms in range(0, 20_000, 100) if not restless.is_noise(1, at_ms)]
    assert told[:CHANGES_MAX] == [100 * number for number in range(CHANGES_MAX)]
    assert told[CHANGES_MAX:] == list(range(CHANGE_MS, 20_000, CHANGE_MS))[: len(told) - CHANGES_MAX]
    assert len(told) == CHANGES_MAX + 19


def test_each_window_counts_for_itself_and_rest_makes_it_news_again():
    restless = Restless()
    assert [restless.is_noise(1, 0) for _ in range(CHANGES_MAX + 1)] == [False] * CHANGES_MAX + [True]
    assert not restless.is_noise(2, 0)
    assert [restless.is_noise(1, CHANGES_MAX * CHANGE_MS) for _ in range(CHANGES_MAX)] == [False] * CHANGES_MAX
    assert restless.is_noise(1, CHANGES_MAX * CHANGE_MS)
    restless.forget(1)
    assert not restless.is_noise(1, CHANGES_MAX * CHANGE_MS)


def test_the_servers_clock_begins_again():
    restless, end_ms = Restless(), (1 << 32) - 500
    for _ in range(CHANGES_MAX):
        restless.is_noise(1, end_ms)
    assert restless.is_noise(1, end_ms + 499)
    assert not restless.is_noise(1, 500)
