"""What is made of Windows' answers, which a stand-in gives: there is no Windows here."""

import asyncio
import threading

import pytest

from playhead.base.errors import UnavailableError
from playhead.workstation.analytics.windows.desktop import WINDOWS_MAX, WindowsDesktop
from playhead.workstation.analytics.windows.messages import News

SHOP, MAIL, PANEL = 0x100, 0x200, 0x300


class System:
    """A Windows with three windows."""

    def __init__(self):
        self.windows = {SHOP: "Shop", MAIL: "Inbox", PANEL: ""}
        self.in_front = SHOP
        self.programs = {1: "C:\\Program Files\\Browser\\browser.exe", 2: "C:\\mail.exe"}
        self.owners = {SHOP: 1, MAIL: 2, PANEL: 3}
        self.asked = []
        self.tell = None
        self.begun, self.ended = threading.Event(), threading.Event()
        self.refusal = None

    def run(self, tell):
        self.tell = tell
        self.begun.set()
        assert self.ended.wait(20)
        if self.refusal is not None:
            raise self.refusal

    def stop(self):
        self.ended.set()

    def front(self):
        return self.in_front

    def titles(self):
        if self.refusal is not None:
            raise self.refusal
        return dict(self.windows)

    def process(self, window):
        return self.owners.get(window, 0)

    def program(self, process):
        self.asked.append(process)
        return self.programs.get(process, "")

    def monitor(self, window):
        return 2 if window == SHOP else 1

    def idle_us(self):
        return 7_000_000


def test_what_is_seen():
    system = System()
    desktop = WindowsDesktop(system)
    view = desktop.view()
    assert (view.front.application, view.front.title, view.front.process, view.front.monitor) == (
        "browser.exe",
        "Shop",
        1,
        2,
    )
    assert [(one.application, one.title) for one in view.shown] == [("browser.exe", "Shop"), ("mail.exe", "Inbox")]
    assert view.idle_us == 7_000_000
    system.in_front = PANEL
    assert desktop.view().front.application == ""  # whose program may not be known, and counts all the same
    system.in_front = 0
    assert desktop.view().front is None


def test_a_title_is_known_before_windows_has_told_of_it():
    system = System()
    desktop = WindowsDesktop(system)
    assert desktop.poll()
    desktop.view()
    assert not desktop.poll()
    system.windows[SHOP] = "Card payment"
    assert desktop.poll()
    assert desktop.view().front.title == "Card payment"
    assert not desktop.poll()
    system.in_front = MAIL
    assert desktop.poll()


def test_programs_are_asked_for_once_and_numbers_are_given_again():
    system = System()
    desktop = WindowsDesktop(system)
    del system.windows[PANEL]
    desktop.view()
    desktop.view()
    assert system.asked == [1, 2]
    system.owners[SHOP], system.programs[9] = 9, "C:\\other.exe"
    assert desktop.view().front.application == "other.exe"
    del system.windows[MAIL]
    desktop.view()
    system.windows[MAIL] = "Inbox"
    system.programs[2] = "C:\\new.exe"
    assert [one.application for one in desktop.view().shown] == ["other.exe", "new.exe"]


def test_too_many_windows_are_not_known():
    system = System()
    desktop = WindowsDesktop(system)
    system.windows = dict.fromkeys(range(1, WINDOWS_MAX + 1), "x")
    assert len(desktop.view().shown) == WINDOWS_MAX
    system.windows[WINDOWS_MAX + 1] = "x"
    with pytest.raises(UnavailableError, match="cannot be watched"):
        desktop.view()


async def test_changes_are_told_once_until_somebody_looks():
    system = System()
    desktop = WindowsDesktop(system)
    changes = asyncio.Queue()
    async with asyncio.timeout(20), desktop.watched(lambda: changes.put_nowait(None)) as gone:
        await asyncio.to_thread(system.begun.wait, 20)
        desktop.view()
        for news in (News(windows=True), News(windows=True), News(keys=1), News(keys=2, clicks=1)):
            system.tell(news)
        await changes.get()
        assert changes.empty()
        assert desktop.counted() == (3, 1)
        assert desktop.counted() == (0, 0)
        desktop.view()
        system.tell(News(session="locked"))
        await changes.get()
        assert desktop.view().session == "locked"
        system.tell(News(session="locked"))  # it is so already
        system.tell(News(windows=True))
        await changes.get()
        assert changes.empty()
        system.tell(News(session=""))
        assert desktop.view().session == ""
        assert not gone.done()
    assert system.ended.is_set()
    desktop.close()


async def test_a_desktop_that_refuses_is_gone():
    system = System()
    desktop = WindowsDesktop(system)
    async with asyncio.timeout(20), desktop.watched(lambda: None) as gone:
        system.refusal = OSError(5, "Access is denied")
        system.stop()
        with pytest.raises(UnavailableError, match="Access is denied") as refused:
            await gone
        assert refused.value.code == "analytics.desktop"
        for ask in (desktop.poll, desktop.view):
            with pytest.raises(UnavailableError):
                ask()
