"""Windows of a real X server, with a window manager and without one."""

import asyncio
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress

import pytest
from workstation.capture.windows_desk import Program
from workstation.capture.x11_desk import Xvfb

from playhead.base.errors import UnavailableError
from playhead.cli.desktop.x11 import X11
from playhead.testing.clock import SimClock
from playhead.workstation.analytics.restless import CHANGES_MAX
from playhead.workstation.analytics.x11 import IDLE_US, X11Desktop


@contextmanager
def server_with(manager, folder):
    server, managing = Xvfb(), None
    try:
        if manager:
            environment = {"DISPLAY": server.display, "HOME": str(folder), "PATH": "/usr/bin:/bin"}
            program = shutil.which(manager)
            assert program
            managing = subprocess.Popen([program], env=environment, stderr=subprocess.DEVNULL)
            wait_until(lambda: manages(server.display))
        yield server
    finally:
        if managing is not None:
            managing.terminate()
            managing.wait()
        server.stop()


def manages(display):
    """Whether the window manager takes windows: one that comes while it starts may never get a frame."""
    user = X11(display)
    try:
        with Program(display) as program:
            program.window((0, 0, 10, 10), name="probe", title="Probe")
            ends = time.monotonic() + 0.3
            while time.monotonic() < ends and not user.windows():
                time.sleep(0.01)
            return bool(user.windows())
    finally:
        user.close()


def wait_until(holds, seconds=20.0):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def titles(desktop):
    desktop.poll()
    return sorted(one.title for one in desktop.view().shown if one.application)


def front_of(desktop):
    desktop.poll()
    front = desktop.view().front
    return None if front is None else (front.application, front.title, front.monitor)


@pytest.mark.parametrize("manager", ["openbox", ""])
def test_windows_come_are_renamed_and_go(manager, tmp_path):
    with server_with(manager, tmp_path) as server, Program(server.display) as program:
        desktop, user = X11Desktop(server.display, SimClock()), X11(server.display)
        try:
            crm = program.window((0, 0, 100, 80), name="crm", title="Customer 1")
            program.window((10, 10, 100, 80), name="mail", title="Inbox")
            wait_until(lambda: titles(desktop) == ["Customer 1", "Inbox"])
            assert {one.application for one in desktop.view().shown} >= {"Crm", "Mail"}
            program.entitle(crm, "Customer 2")
            wait_until(lambda: titles(desktop) == ["Customer 2", "Inbox"])
            if manager:
                user.activate(crm)
                wait_until(lambda: front_of(desktop) == ("Crm", "Customer 2", 1))
            program.close(crm)
            wait_until(lambda: titles(desktop) == ["Inbox"])
        finally:
            user.close()
            desktop.close()


async def test_titles_that_never_rest_wake_nobody_and_a_new_window_does(tmp_path):
    with server_with("openbox", tmp_path) as server, Program(server.display) as program:
        desktop, news, woken = X11Desktop(server.display, SimClock()), asyncio.Event(), asyncio.Event()
        calls = []

        async def look_on():
            while True:
                await news.wait()
                news.clear()
                calls.append(titles(desktop))
                woken.set()

        async def until_shown(title):
            async with asyncio.timeout(20):
                while not calls or title not in calls[-1]:
                    woken.clear()
                    await woken.wait()

        looking = asyncio.create_task(look_on())  # not where the news come in: a look itself may bring more of it
        try:
            async with desktop.watched(news.set):
                clock = program.window((0, 0, 100, 80), name="clock", title="0")
                await until_shown("0")
                before, began = len(calls), time.monotonic()
                for number in range(200):
                    program.entitle(clock, str(number))
                    await asyncio.sleep(0)
                assert len(calls) - before <= CHANGES_MAX + 2 + time.monotonic() - began
                program.entitle(clock, "last")
                assert titles(desktop) == ["last"]  # a picture, and the look of each second, have it
                program.window((10, 10, 100, 80), name="shop", title="Card payment")
                await until_shown("Card payment")
                async with asyncio.timeout(20):  # once it has come to rest it is listened to again
                    number = 0
                    while not any(one.startswith("rested") for one in calls[-1]):
                        titles(desktop)
                        titles(desktop)
                        number += 1
                        woken.clear()
                        program.entitle(clock, f"rested {number}")
                        with suppress(TimeoutError):
                            await asyncio.wait_for(woken.wait(), 0.5)
        finally:
            looking.cancel()
            desktop.close()


def test_keys_and_clicks_are_counted_and_wheels_are_not(tmp_path):
    with server_with("", tmp_path) as server:
        clock = SimClock()
        desktop, user = X11Desktop(server.display, clock), X11(server.display)
        counted = [0, 0]

        def is_counted():
            desktop.poll()
            keys, clicks = desktop.counted()
            counted[0] += keys
            counted[1] += clicks
            return counted == [2, 1]

        try:
            user.press([38])
            user.press([39])
            user.click()
            user.wheel(down=True)
            user.flush()
            wait_until(is_counted)
            assert desktop.counted() == (0, 0)
            clock.advance(IDLE_US)
            assert desktop.view().idle_us < 60_000_000
        finally:
            user.close()
            desktop.close()


def test_a_manager_may_come_later(tmp_path):
    with server_with("", tmp_path) as server, Program(server.display) as program:
        desktop = X11Desktop(server.display, SimClock())
        program.window((0, 0, 100, 80), name="crm", title="Customer 1")
        wait_until(lambda: titles(desktop) == ["Customer 1"])
        environment = {"DISPLAY": server.display, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        managing = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: titles(desktop) == ["Customer 1"] and desktop._tree is None)
        finally:
            managing.terminate()
            managing.wait()
            desktop.close()


async def test_a_server_that_goes_is_said_to(tmp_path):
    with server_with("", tmp_path) as server:
        desktop = X11Desktop(server.display, SimClock())
        async with desktop.watched(lambda: None) as gone:
            server.stop()
            with pytest.raises(UnavailableError):
                await asyncio.wait_for(gone, 20)
        with pytest.raises(UnavailableError, match=r"went away|cannot be watched"):
            desktop.view()
        desktop.close()
    with pytest.raises(UnavailableError):
        X11Desktop(server.display, SimClock())
