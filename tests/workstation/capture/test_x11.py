"""The X11 source on real X servers: the contract with every extension, and with what takes an extension's place."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from workstation.capture.contract import BLUE, RED, SourceContract, is_covered, picture, seen, wait_until_ready
from workstation.capture.x11_desk import HEIGHT, WIDTH, X11Desk, Xvfb

from playhead.base.errors import UnavailableError
from playhead.workstation.capture.source import Monitor
from playhead.workstation.capture.x11 import Extensions, X11Source
from playhead.workstation.capture.x11.refusal import is_there


@pytest.fixture
def desk() -> Iterator[X11Desk]:
    """With the pointer: it is in the middle of the screen at the start."""
    desk = X11Desk(Xvfb())
    yield desk
    desk.close()


class TestX11Source(SourceContract):
    @pytest.fixture
    def desk(self) -> Iterator[X11Desk]:
        desk = X11Desk(Xvfb(), Extensions(pointer=False))
        yield desk
        desk.close()


class TestWithoutSharedMemory(SourceContract):
    @pytest.fixture
    def desk(self) -> Iterator[X11Desk]:
        desk = X11Desk(Xvfb(), Extensions(shm=False, pointer=False))
        yield desk
        desk.close()


class TestWithoutDamage(SourceContract):
    @pytest.fixture
    def desk(self) -> Iterator[X11Desk]:
        desk = X11Desk(Xvfb(), Extensions(damage=False, pointer=False))
        yield desk
        desk.close()

    def test_it_says_when_there_is_news(self, desk: X11Desk):
        """Only looking tells."""
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.paint(3, 3, 5, 5, BLUE)
        assert not desk.source.ready()
        assert is_covered(seen(desk.source.grab(monitor)), 3, 3, 5, 5)


def test_without_monitors_the_root_window_is_one_and_follows_its_size():
    desk = X11Desk(Xvfb(), Extensions(monitors=False))
    try:
        (whole,) = desk.source.layout().monitors
        assert whole == Monitor("screen", 0, 0, WIDTH, HEIGHT)
        desk.server.arrange(Monitor("left", 0, 0, 100, HEIGHT), Monitor("right", 100, 0, 100, HEIGHT))
        assert desk.source.layout().monitors == (whole,)
        desk.server.resize(200, 100)
        assert desk.source.layout().monitors == (Monitor("screen", 0, 0, 200, 100),)
    finally:
        desk.close()


def test_a_monitor_is_cut_at_the_edge_of_the_screen(desk: X11Desk):
    desk.server.arrange(Monitor("left", 0, 0, 160, HEIGHT), Monitor("right", 160, 0, 500, 500))
    left, right = desk.source.layout().monitors
    assert right == Monitor("right", 160, 0, WIDTH - 160, HEIGHT)
    assert desk.source.grab(left) is not None
    assert desk.source.grab(right) is not None


def test_the_pointer_is_in_the_picture_and_moves(desk: X11Desk):
    (monitor,) = desk.source.layout().monitors
    desk.point(50, 60)
    with_pointer = picture(seen(desk.source.grab(monitor))).copy()
    desk.point(200, 120)
    frame = seen(desk.source.grab(monitor))
    moved = picture(frame).copy()
    differs = moved != with_pointer
    assert differs[40:90, 30:80].any()
    assert differs[100:150, 180:230].any()
    assert is_covered(frame, 50, 60, 1, 1)
    assert is_covered(frame, 200, 120, 1, 1)
    assert desk.source.grab(monitor) is None


def test_the_pointer_leaves_no_trace(desk: X11Desk):
    (monitor,) = desk.source.layout().monitors
    desk.paint(0, 0, WIDTH, HEIGHT, RED)
    for place in ((0, 0), (5, 5), (WIDTH - 1, HEIGHT - 1), (160, 120), (161, 121)):
        desk.point(*place)
        desk.source.grab(monitor)
    desk.paint(155, 115, 40, 40, BLUE)  # beneath the pointer
    desk.point(20, 20)
    last = picture(seen(desk.source.grab(monitor))).copy()
    last[0:60, 0:60] = RED
    expected = np.full((HEIGHT, WIDTH), RED)
    expected[115:155, 155:195] = BLUE
    assert (last == expected).all()


def test_the_pointer_can_be_left_out():
    desk = X11Desk(Xvfb(), Extensions(pointer=False))
    try:
        (monitor,) = desk.source.layout().monitors
        desk.source.grab(monitor)
        desk.point(50, 60)
        assert desk.source.grab(monitor) is None
    finally:
        desk.close()


def test_a_window_repainted_the_same_is_no_change(desk: X11Desk):
    (monitor,) = desk.source.layout().monitors
    desk.paint(10, 10, 50, 50, BLUE)
    desk.source.grab(monitor)
    desk.paint(10, 10, 50, 50, BLUE)
    wait_until_ready(desk.source)
    assert desk.source.grab(monitor) is None


def test_many_small_changes_are_taken_together(desk: X11Desk):
    (monitor,) = desk.source.layout().monitors
    desk.source.grab(monitor)
    places = [(x, y) for x in range(8, WIDTH, 16) for y in range(8, HEIGHT, 16)]  # 300: over display.RECTANGLES_MAX
    canvas = desk.painter.canvas((0, 0, WIDTH, HEIGHT))
    canvas.fill((255, 0, 0), [(x, y, 2, 2) for x, y in places])
    canvas.show()
    desk.painter.size()
    assert is_covered(seen(desk.source.grab(monitor)), 8, 8, 2, 2)
    for x, y in places:
        canvas = desk.painter.canvas((x, y, 2, 2))
        canvas.fill((0, 0, 255), [(0, 0, 2, 2)])
        canvas.show()
    desk.painter.size()
    frame = seen(desk.source.grab(monitor))
    assert all((picture(frame)[y : y + 2, x : x + 2] == BLUE).all() for x, y in places)
    assert all(is_covered(frame, x, y, 2, 2) for x, y in places)


def test_no_display_is_told_by_layout_with_a_hint():
    source = X11Source(":65000")
    assert source.fileno() == -1
    assert not source.ready()
    with pytest.raises(UnavailableError) as refused:
        source.layout()
    assert refused.value.code == "capture.no_display"
    assert "DISPLAY" in refused.value.hint


def test_a_display_that_does_not_let_us_in_is_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cookies = tmp_path / "cookies"
    subprocess.run(["xauth", "-f", cookies, "add", ":0", ".", "00" * 16], check=True, capture_output=True)
    server = Xvfb(cookies=cookies)
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    try:
        source = X11Source(server.display)
        with pytest.raises(UnavailableError) as refused:
            source.layout()
        source.close()
    finally:
        server.stop()
    assert refused.value.code == "capture.denied"
    assert "XAUTHORITY" in refused.value.hint
    assert not is_there(server.display), "once it is gone"


def test_a_display_of_too_few_colours_is_refused_for_good():
    server = Xvfb(depth=16)
    try:
        with pytest.raises(UnavailableError) as refused:
            X11Source(server.display).layout()
        assert refused.value.code == "capture.unsupported"
    finally:
        server.stop()


def test_memory_shared_with_the_server_does_not_outlive_it(desk: X11Desk):
    (monitor,) = desk.source.layout().monitors
    desk.source.grab(monitor)
    with open("/proc/sysvipc/shm") as table:  # noqa: PTH123 - not a file of ours
        rows = [line.split() for line in table.readlines()[1:]]
    ours = [row for row in rows if int(row[3]) == WIDTH * HEIGHT * 4]
    assert all(int(row[2], 8) & 0o1000 for row in ours)  # SHM_DEST: gone with its last user
