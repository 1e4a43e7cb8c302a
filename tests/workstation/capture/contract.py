"""What every capture source must keep. A test module subclasses `SourceContract` and gives it a `desk` fixture."""

import random
import select
from typing import NoReturn, Protocol

import numpy as np
import pytest

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.source import Frame, Monitor, Source

RED, GREEN, BLUE = 0xFF0000, 0x00FF00, 0x0000FF
WAIT_S = 5.0


class Desk(Protocol):
    """A desktop that a test can change; every change is there when its method returns."""

    source: Source

    def paint(self, x: int, y: int, width: int, height: int, colour: int) -> None: ...

    def arrange(self, *monitors: Monitor) -> None: ...

    def vanish(self) -> None: ...

    def come_back(self) -> None: ...


def picture(frame: Frame) -> np.ndarray:
    rows = np.frombuffer(frame.pixels, np.uint32).reshape(-1, frame.stride // 4)
    return rows[: frame.monitor.height, : frame.monitor.width] & 0xFFFFFF


def seen(frame: Frame | None) -> Frame:
    assert frame is not None
    return frame


def is_covered(frame: Frame, x: int, y: int, width: int, height: int) -> bool:
    mask = np.zeros((frame.monitor.height, frame.monitor.width), bool)
    for each in frame.changed:
        mask[each.y : each.y + each.height, each.x : each.x + each.width] = True
    return bool(mask[y : y + height, x : x + width].all())


def changed_pixels(frame: Frame) -> int:
    return sum(each.width * each.height for each in frame.changed)


def wait_until_ready(source: Source) -> None:
    while not source.ready():
        readable, _, _ = select.select([source.fileno()], [], [], WAIT_S)
        assert readable, "no news came"


def look_at_all_news(source: Source, monitor: Monitor) -> NoReturn:
    while True:
        wait_until_ready(source)
        source.grab(monitor)


class SourceContract:
    def test_the_layout_names_each_monitor_once(self, desk: Desk):
        monitors = desk.source.layout().monitors
        assert monitors
        assert len({monitor.name for monitor in monitors}) == len(monitors)
        assert all(monitor.width > 0 and monitor.height > 0 for monitor in monitors)
        assert desk.source.layout().monitors == monitors

    def test_the_first_frame_is_new_all_over(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        frame = seen(desk.source.grab(monitor))
        assert frame.monitor == monitor
        assert frame.stride >= monitor.width * 4
        assert len(frame.pixels) == frame.stride * monitor.height
        assert is_covered(frame, 0, 0, monitor.width, monitor.height)

    def test_nothing_new_is_no_frame_unless_forced(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        before = picture(seen(desk.source.grab(monitor))).copy()
        assert desk.source.grab(monitor) is None
        forced = seen(desk.source.grab(monitor, force=True))
        assert forced.changed == ()
        assert (picture(forced) == before).all()

    def test_what_is_painted_is_in_the_next_frame_and_named(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.paint(40, 50, 30, 20, RED)
        frame = seen(desk.source.grab(monitor))
        assert (picture(frame)[50:70, 40:70] == RED).all()
        assert is_covered(frame, 40, 50, 30, 20)
        assert changed_pixels(frame) < monitor.width * monitor.height / 4

    def test_a_single_pixel_counts(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.paint(monitor.width - 1, monitor.height - 1, 1, 1, BLUE)
        frame = seen(desk.source.grab(monitor))
        assert picture(frame)[-1, -1] == BLUE
        assert is_covered(frame, monitor.width - 1, monitor.height - 1, 1, 1)

    def test_what_changed_between_two_looks_is_named_together(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.paint(0, 0, 10, 10, RED)
        desk.paint(100, 80, 10, 10, GREEN)
        frame = seen(desk.source.grab(monitor))
        assert is_covered(frame, 0, 0, 10, 10)
        assert is_covered(frame, 100, 80, 10, 10)
        assert desk.source.grab(monitor) is None

    def test_the_named_rectangles_are_enough_to_follow_the_screen(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        followed = picture(seen(desk.source.grab(monitor))).copy()
        dice = random.Random(7)  # noqa: S311 - a repeatable scribble
        for _ in range(25):
            for _ in range(dice.randint(1, 4)):
                width, height = dice.randint(1, 90), dice.randint(1, 60)
                x, y = dice.randint(0, monitor.width - width), dice.randint(0, monitor.height - height)
                desk.paint(x, y, width, height, dice.choice((RED, GREEN, BLUE)))
            frame = desk.source.grab(monitor)
            if frame is not None:
                now = picture(frame)
                for each in frame.changed:
                    rows, columns = slice(each.y, each.y + each.height), slice(each.x, each.x + each.width)
                    followed[rows, columns] = now[rows, columns]
                assert (followed == now).all()

    def test_it_says_when_there_is_news(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        while desk.source.ready():  # what was still on its way
            desk.source.layout()
            desk.source.grab(monitor)
        desk.paint(3, 3, 5, 5, GREEN)
        wait_until_ready(desk.source)
        assert desk.source.grab(monitor) is not None

    def test_each_monitor_is_looked_at_by_itself(self, desk: Desk):
        (whole,) = desk.source.layout().monitors
        half = whole.width // 2
        left, right = Monitor("left", 0, 0, half, whole.height), Monitor("right", half, 0, half, whole.height)
        desk.arrange(left, right)
        assert desk.source.layout().monitors == (left, right)
        assert seen(desk.source.grab(left)).monitor == left
        assert seen(desk.source.grab(right)).monitor == right
        desk.paint(half + 10, 20, 30, 30, RED)
        assert desk.source.grab(left) is None
        frame = seen(desk.source.grab(right))
        assert is_covered(frame, 10, 20, 30, 30)
        assert (picture(frame)[20:50, 10:40] == RED).all()

    def test_a_change_across_two_monitors_is_seen_in_both(self, desk: Desk):
        (whole,) = desk.source.layout().monitors
        half = whole.width // 2
        left, right = Monitor("left", 0, 0, half, whole.height), Monitor("right", half, 0, half, whole.height)
        desk.arrange(left, right)
        for monitor in desk.source.layout().monitors:
            desk.source.grab(monitor)
        desk.paint(half - 5, 20, 10, 10, GREEN)
        assert (picture(seen(desk.source.grab(left)))[20:30, half - 5 :] == GREEN).all()
        assert (picture(seen(desk.source.grab(right)))[20:30, :5] == GREEN).all()

    def test_a_monitor_of_another_size_asks_for_the_new_layout(self, desk: Desk):
        (before,) = desk.source.layout().monitors
        desk.source.grab(before)
        smaller = Monitor(before.name, 0, 0, before.width // 2, before.height // 2)
        desk.arrange(smaller)
        with pytest.raises(UnavailableError) as refused:
            look_at_all_news(desk.source, before)
        assert refused.value.code == "capture.layout_changed"
        assert desk.source.layout().monitors == (smaller,)
        frame = seen(desk.source.grab(smaller))
        assert is_covered(frame, 0, 0, smaller.width, smaller.height)
        assert len(frame.pixels) == frame.stride * smaller.height
        desk.arrange(before)
        wait_until_ready(desk.source)
        assert desk.source.layout().monitors == (before,)
        assert is_covered(seen(desk.source.grab(before)), 0, 0, before.width, before.height)

    def test_a_display_that_went_away_can_come_back(self, desk: Desk):
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.vanish()
        with pytest.raises(UnavailableError) as refused:
            desk.source.grab(monitor)
        assert refused.value.code == "capture.no_display"
        for _ in range(2):
            with pytest.raises(UnavailableError) as refused:
                desk.source.layout()
            assert refused.value.code == "capture.no_display"
        desk.come_back()
        assert desk.source.layout().monitors == (monitor,)
        assert is_covered(seen(desk.source.grab(monitor)), 0, 0, monitor.width, monitor.height)
        desk.paint(1, 1, 2, 2, RED)
        assert is_covered(seen(desk.source.grab(monitor)), 1, 1, 2, 2)

    def test_a_display_that_goes_while_the_layout_is_asked(self, desk: Desk):
        desk.source.layout()
        desk.vanish()
        with pytest.raises(UnavailableError) as refused:
            desk.source.layout()
        assert refused.value.code == "capture.no_display"

    def test_it_can_be_closed_twice(self, desk: Desk):
        desk.source.layout()
        desk.source.close()
        desk.source.close()
