"""The hotkey and the indicator on a real X server: keys and clicks by XTEST, and what is seen by its pixels."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import msgspec
import numpy as np
import pytest
import xcffib
import xcffib.xproto as x
from workstation.capture.x11_desk import Xvfb
from workstation.indicator.test_face import CARD, JANE, RECORDING
from workstation.indicator.tray import Tray

from playhead.base.errors import ConflictError, UnavailableError
from playhead.workstation.control import Question, control_socket
from playhead.workstation.indicator.face import Tone
from playhead.workstation.indicator.hotkey import Hotkey
from playhead.workstation.indicator.keys import Keys
from playhead.workstation.indicator.service import Indicator
from playhead.workstation.indicator.window import COLOURS, GROUND
from playhead.workstation.status import LocalStatus

KEYS = Keys.parse("ctrl+alt+b")


@pytest.fixture
def server() -> Iterator[Xvfb]:
    server = Xvfb()
    yield server
    server.stop()


def xdotool(server: Xvfb, *arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], env={"DISPLAY": server.display}, check=True)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what other programs do tells us nothing by itself
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(work: asyncio.Task[None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


class Presses:
    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


async def test_the_hotkey_counts_whoever_has_the_focus_and_whatever_is_locked(server: Xvfb) -> None:
    presses = Presses()
    hotkey = Hotkey(server.display, KEYS, presses)
    async with running(asyncio.create_task(hotkey.run())):
        await hotkey.grabbed.wait()
        await asyncio.to_thread(xdotool, server, "key", "b", "ctrl+b", "alt+b", "ctrl+alt+c")
        await asyncio.to_thread(xdotool, server, "key", "ctrl+alt+b")
        await until(lambda: presses.count == 1)
        for lock in ("Caps_Lock", "Num_Lock"):
            await asyncio.to_thread(xdotool, server, "key", lock, "sleep", "0.6", "key", "ctrl+alt+b")
        await until(lambda: presses.count == 3)
        # Held, it repeats; pressed again and again it counts once, until it rests.
        await asyncio.to_thread(xdotool, server, "sleep", "0.6", *["key", "ctrl+alt+b"] * 5)
        await until(lambda: presses.count == 4)


async def test_not_even_the_first_press_is_missed_though_it_changes_the_keyboard(server: Xvfb) -> None:
    presses = Presses()
    hotkey = Hotkey(server.display, KEYS, presses)
    async with running(asyncio.create_task(hotkey.run())):
        await hotkey.grabbed.wait()
        # The server makes XTEST's keyboard the master's, and says so by MappingNotify, with the first key it gets.
        await asyncio.to_thread(xdotool, server, "key", "ctrl+alt+b")
        await until(lambda: presses.count == 1)


async def test_a_key_that_lies_elsewhere_in_another_layout_is_followed(server: Xvfb) -> None:
    presses = Presses()
    hotkey = Hotkey(server.display, KEYS, presses)
    async with running(asyncio.create_task(hotkey.run())):
        await hotkey.grabbed.wait()
        before = hotkey._code
        swap = ["-e", "keycode 56 = x", "-e", "keycode 53 = b"]
        await asyncio.to_thread(subprocess.run, ["xmodmap", *swap], env={"DISPLAY": server.display}, check=True)
        await until(lambda: hotkey._code != before)
        await asyncio.to_thread(xdotool, server, "key", "ctrl+alt+b")
        await until(lambda: presses.count == 1)
        await asyncio.to_thread(
            xdotool, server, "sleep", "0.6", "key", "ctrl+alt+x", "sleep", "0.6", "key", "ctrl+alt+b"
        )
        await until(lambda: presses.count == 2)


async def test_a_hotkey_that_another_program_has_is_got_once_that_is_gone(
    server: Xvfb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playhead.workstation.indicator.hotkey.RETRY_S", 0.05)
    first, second = Hotkey(server.display, KEYS, Presses()), Presses()
    mine = Hotkey(server.display, KEYS, second)
    async with running(asyncio.create_task(first.run())):
        await first.grabbed.wait()
        with pytest.raises(ConflictError) as caught:
            await mine._listen()
        assert caught.value.code == "hotkey.taken"
        task = asyncio.create_task(mine.run())
    async with running(task):
        await mine.grabbed.wait()
        await asyncio.to_thread(xdotool, server, "key", "ctrl+alt+b")
        await until(lambda: second.count == 1)


async def test_a_hotkey_outlives_its_display(server: Xvfb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playhead.workstation.indicator.hotkey.RETRY_S", 0.05)
    presses = Presses()
    hotkey = Hotkey(server.display, KEYS, presses)
    async with running(asyncio.create_task(hotkey.run())):
        await hotkey.grabbed.wait()
        server.stop()
        await until(lambda: not hotkey.grabbed.is_set())
        again = Xvfb(display=server.display)
        try:
            await hotkey.grabbed.wait()
            await asyncio.to_thread(xdotool, again, "key", "ctrl+alt+b")
            await until(lambda: presses.count == 1)
        finally:
            again.stop()


class Station:
    """A workstation as its control socket shows it."""

    def __init__(self) -> None:
        self.status: LocalStatus = RECORDING
        self.toggles = 0

    async def answer(self, question: Question) -> dict[str, object]:
        if question.command == "blackout_toggle":
            self.toggles += 1
            asked = () if self.status.blackouts else (JANE,)
            self.status = msgspec.structs.replace(self.status, blackouts=asked)
        return {"status": msgspec.to_builtins(self.status)}


class Screen:
    """What is seen."""

    def __init__(self, display: str) -> None:
        self._connection = xcffib.connect(display=display)
        self._root = self._connection.get_setup().roots[0].root

    def pixels(self, left: int, top: int, width: int, height: int) -> np.ndarray:
        image = self._connection.core.GetImage(2, self._root, left, top, width, height, 0xFFFFFFFF).reply()
        return np.frombuffer(bytes(image.data.buf()), np.uint32).reshape(height, width) & 0xFFFFFF

    def place(self, window: int) -> tuple[int, int, int, int]:
        core = self._connection.core
        try:
            geometry = core.GetGeometry(window).reply()
            at = core.TranslateCoordinates(window, self._root, 0, 0).reply()
        except x.DrawableError:
            return (0, 0, 1, 1)
        return at.dst_x, at.dst_y, geometry.width, geometry.height

    def close(self) -> None:
        self._connection.disconnect()


@pytest.fixture
def screen(server: Xvfb) -> Iterator[Screen]:
    screen = Screen(server.display)
    yield screen
    screen.close()


@asynccontextmanager
async def indicating(server: Xvfb, folder: Path) -> AsyncGenerator[Indicator]:
    indicator = Indicator(folder, server.display, UTC)
    async with running(asyncio.create_task(indicator.run())):
        await until(lambda: indicator.face)
        yield indicator


def colour_of_the_sign(screen: Screen, indicator: Indicator) -> int:
    """In the sign's upper half: the middle of what is drawn as a ring is as light as the ground."""
    left, top, _, height = screen.place(indicator.window.window)
    return int(screen.pixels(left + height // 2, top + height // 5, 1, 1)[0, 0])


async def test_it_shows_what_is_going_on_and_a_click_begins_and_ends_a_blackout(
    server: Xvfb, screen: Screen, tmp_path: Path
) -> None:
    station = Station()
    async with indicating(server, tmp_path) as indicator:
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.ALARM])  # nobody answers yet
        async with control_socket(tmp_path, station.answer):
            await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
            left, top, width, height = screen.place(indicator.window.window)
            assert (screen.pixels(left, top, width, height) == GROUND).mean() > 0.5
            await asyncio.to_thread(xdotool, server, "mousemove", str(left + 20), str(top + 20), "click", "1")
            await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.BLACK])
            assert station.toggles == 1
            written = screen.pixels(left + height, top, width - height, height)
            await asyncio.to_thread(xdotool, server, "click", "3")  # not the button for it
            await asyncio.to_thread(xdotool, server, "click", "1")
            await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
            assert station.toggles == 2
            assert (screen.pixels(left + height, top, width - height, height) != written).any()  # other words
            station.status = msgspec.structs.replace(RECORDING, durable=False)
            await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.UNSAVED])
            station.status = msgspec.structs.replace(RECORDING, blackouts=(CARD,))
            await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.BLACK])
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.ALARM])


async def test_it_stays_above_other_windows(server: Xvfb, screen: Screen, tmp_path: Path) -> None:
    async with indicating(server, tmp_path) as indicator, control_socket(tmp_path, Station().answer):
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
        other = xcffib.connect(display=server.display)
        root = other.get_setup().roots[0]
        window = other.generate_id()
        other.core.CreateWindow(
            24,
            window,
            root.root,
            0,
            0,
            320,
            240,
            0,
            x.WindowClass.InputOutput,
            root.root_visual,
            x.CW.BackPixel,
            [0xFF],
        )
        other.core.MapWindow(window)
        other.flush()
        await until(lambda: screen.pixels(0, 200, 1, 1)[0, 0] == 0xFF)
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
        other.disconnect()


async def test_in_a_tray_and_out_of_it_again(server: Xvfb, screen: Screen, tmp_path: Path) -> None:
    station = Station()
    async with indicating(server, tmp_path) as indicator, control_socket(tmp_path, station.answer):
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
        tray = Tray(server.display)  # comes later than the indicator

        def is_taken() -> bool:
            tray.take()
            return tray.item == indicator.window.window and screen.place(tray.item) == (5, 100, 24, 24)

        await until(is_taken)
        assert indicator.window.is_docked
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.RECORDING])
        await asyncio.to_thread(xdotool, server, "mousemove", "15", "110", "click", "1")
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.BLACK])
        tray.close()
        await until(lambda: not indicator.window.is_docked)
        await until(lambda: colour_of_the_sign(screen, indicator) == COLOURS[Tone.BLACK])
        assert screen.place(indicator.window.window)[2] > 24


async def test_without_a_display_it_ends(server: Xvfb, tmp_path: Path) -> None:
    indicator = Indicator(tmp_path, server.display, UTC)
    task = asyncio.create_task(indicator.run())
    await until(lambda: indicator.face)
    server.stop()
    with pytest.raises(UnavailableError) as caught:
        await task
    assert caught.value.code == "indicator.no_display"
