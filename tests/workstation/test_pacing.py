from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from playhead.workstation.pacing import MOTION_US, STILL_US, TINY_PIXELS, TINY_US, Intervals, Pacer

SCREEN = 1920 * 1080
TINY, MIDDLE, LARGE = 500, SCREEN // 20, SCREEN // 2
SECOND = 1_000_000
FRAME = 200_000


@dataclass
class Run:
    """Looks at a screen by what the pacer asks for, and at every change as news would, at most at the frame rate."""

    pacer: Pacer
    now_us: int = SECOND

    def __post_init__(self):
        self.sent: list[int] = []
        self.unsent_since: int | None = None

    def look(self, pixels: int) -> bool:
        if pixels:
            self.pacer.changed(self.now_us, pixels, SCREEN)
            self.unsent_since = self.now_us if self.unsent_since is None else self.unsent_since
        else:
            self.pacer.quiet(self.now_us)
        if not self.pacer.is_due(self.now_us):
            return False
        self.pacer.sent(self.now_us)
        self.sent.append(self.now_us)
        self.unsent_since = None
        return True

    def step(self, pixels: int, us: int = FRAME) -> bool:
        self.now_us += us
        return self.look(pixels)

    def rest(self, us: int) -> None:
        """Nothing changes for so long."""
        end_us = self.now_us + us
        while (next_us := max(self.pacer.look_us(self.now_us), self.now_us + 1)) <= end_us:
            self.now_us = next_us
            self.look(0)
        self.now_us = end_us


def started(fps: float = 5, *, live: bool = False) -> Run:
    """A track whose first picture was sent long ago."""
    run = Run(Pacer(Intervals.of(fps, live=live)))
    assert run.look(LARGE)
    run.rest(5 * SECOND)
    run.sent.clear()
    return run


def most_within(sent: list[int], us: int) -> int:
    return max((sum(1 for other in sent if each <= other < each + us) for each in sent), default=0)


def test_nothing_is_due_before_the_first_look():
    assert not Pacer(Intervals.of(5)).is_due(SECOND)
    assert Pacer(Intervals.of(5)).due_us(SECOND) is None


def test_the_first_change_after_a_pause_goes_out_at_once_whatever_its_size():
    for pixels in (1, TINY, MIDDLE, LARGE, SCREEN):
        assert started().step(pixels)


def test_middle_changes_go_out_at_the_frame_rate_for_two_seconds():
    run = started()
    assert [run.step(MIDDLE) for _ in range(10)] == [True] * 10
    assert sum(run.step(MIDDLE) for _ in range(20)) <= 9  # then it is motion: 4 s, at most twice a second


def test_a_scroll_goes_out_twice_a_second_and_ends_with_the_last_picture():
    run = started()
    looks = [run.step(LARGE) for _ in range(16)]
    assert looks[:4] == [True, False, False, True]
    assert most_within(run.sent, SECOND) <= 2
    while run.unsent_since is None:
        run.step(LARGE)
    assert run.step(0), "the pause lets it go"


def test_one_large_change_after_another_pause_is_no_scroll():
    run = started()
    assert run.step(LARGE)
    run.rest(2 * SECOND)
    assert run.step(LARGE)


def test_typing_goes_out_once_a_second_and_the_last_key_too():
    run = started()
    for _ in range(25):
        run.step(TINY)
    assert most_within(run.sent, SECOND) == 1
    while (waiting_since := run.unsent_since) is None:
        run.step(TINY)
    run.rest(2 * SECOND)
    assert run.unsent_since is None
    assert waiting_since < run.sent[-1] <= waiting_since + TINY_US


def test_who_watches_live_sees_motion_and_typing_twice_as_often():
    run = started(live=True)
    for _ in range(50):
        run.step(TINY, us=100_000)
    assert most_within(run.sent, SECOND) == 2
    assert Intervals.of(15, live=True).motion_us == MOTION_US // 2


def test_caret_sized_is_relative_on_large_screens_and_absolute_on_small_ones():
    pacer = Pacer(Intervals.of(5))
    pacer.changed(0, 1, SCREEN)
    pacer.sent(0)
    for pixels, of, is_tiny in (
        (TINY_PIXELS, 320 * 240, True),
        (TINY_PIXELS + 1, 320 * 240, False),
        (24883, 3840 * 2160, True),
        (24884, 3840 * 2160, False),
    ):
        pacer.changed(1, pixels, of)
        assert pacer.due_us(1) == (TINY_US if is_tiny else FRAME)
        pacer.sent(0)


def test_an_idle_track_is_repeated_before_ten_seconds_are_over():
    run = started()
    run.rest(60 * SECOND)
    gaps = [later - earlier for earlier, later in zip(run.sent, run.sent[1:], strict=False)]
    assert len(gaps) >= 5
    assert set(gaps) == {STILL_US}


def test_an_idle_screen_is_looked_at_once_a_second():
    run = started()
    run.rest(30 * SECOND)
    assert run.pacer.look_us(run.now_us) - run.now_us == SECOND


CHANGES = st.lists(
    st.tuples(st.sampled_from([0, 0, TINY, TINY, MIDDLE, LARGE]), st.integers(FRAME, 3 * SECOND)), max_size=80
)


@given(changes=CHANGES, fps=st.sampled_from([1, 2, 5, 8, 15]), live=st.booleans())
def test_properties(*, changes: list[tuple[int, int]], fps: int, live: bool):
    intervals = Intervals.of(fps, live=live)
    run = Run(Pacer(intervals))
    assert run.look(LARGE)
    for pixels, us in changes:
        run.rest(max(us, intervals.frame_us) - 1)
        run.step(pixels, us=1)
        if run.unsent_since is not None:
            assert run.now_us - run.unsent_since <= max(intervals.tiny_us, intervals.motion_us)
    run.rest(20 * SECOND)
    gaps = [later - earlier for earlier, later in zip(run.sent, run.sent[1:], strict=False)]
    assert run.unsent_since is None, "what changed last is always sent"
    assert max(gaps) <= 10 * SECOND, "coverage has no hole"
    assert all(gap >= intervals.frame_us for gap in gaps), "never faster than the frame rate"


@given(st.lists(st.integers(1, TINY), min_size=5, max_size=60), st.integers(FRAME, 700_000))
def test_caret_sized_changes_alone_never_exceed_one_a_second(changes: list[int], us: int):
    run = started()
    for pixels in changes:
        run.step(pixels, us=us)
    assert most_within(run.sent, TINY_US) <= 1


@given(st.integers(1, 15), st.integers(20, 100))
def test_lasting_motion_never_exceeds_two_a_second(fps: int, looks: int):
    run = started(fps)
    for _ in range(looks):
        run.step(LARGE, us=run.pacer.intervals.frame_us)
    assert most_within(run.sent, MOTION_US) <= 1
