import asyncio
from contextlib import asynccontextmanager

from playhead.base.errors import UnavailableError
from playhead.testing.loop import run
from playhead.workstation.analytics.source import View
from playhead.workstation.analytics.watcher import LOOK_US, REST_S, Watcher

S = 1_000_000


class Desktop:
    """A desktop whose windows change when it is told to."""

    def __init__(self):
        self.changed = lambda: None
        self.gone = None
        self.has_news = self.is_broken = False
        self.closed = 0

    @asynccontextmanager
    async def watched(self, changed):
        self.changed, self.gone = changed, asyncio.get_running_loop().create_future()
        yield self.gone

    def poll(self):
        return self.has_news

    def view(self):
        if self.is_broken:
            raise UnavailableError("analytics.desktop", "It is broken.")
        self.has_news = False
        return View(None, (), 0)

    def counted(self):
        return 0, 0

    def close(self):
        self.closed += 1


class Watching:
    def __init__(self, simulation):
        self.clock = simulation.clock
        self.desktop = Desktop()
        self.looks, self.since, self.failures = [], [], []
        self.due_us = None
        self.opens = True
        self.watcher = Watcher(self.open, self.seen, self.failed, lambda: self.due_us, self.clock)
        self.task = asyncio.create_task(self.watcher.run())

    def open(self):
        if not self.opens:
            raise UnavailableError("indicator.no_display", "There is no X display.")
        return self.desktop

    def seen(self, _view, _counted, since_us):
        self.looks.append(self.clock.monotonic_us())
        self.since.append(since_us)

    def failed(self):
        self.failures.append(self.clock.monotonic_us())


def of(scenario):
    async def within(simulation):
        watching = Watching(simulation)
        try:
            await scenario(watching)
        finally:
            watching.task.cancel()

    run(within, seed=1)


def test_it_looks_each_second_and_at_once_when_something_changes():
    async def scenario(watching):
        await asyncio.sleep(5)
        quiet = len(watching.looks)
        assert 5 <= quiet <= 6
        watching.desktop.changed()
        await asyncio.sleep(0.001)
        assert len(watching.looks) == quiet + 1
        for _ in range(100):  # a title that never rests
            watching.desktop.changed()
            await asyncio.sleep(0.01)
        assert len(watching.looks) - quiet <= 2 + 1 / REST_S

    of(scenario)


def test_it_looks_when_a_rule_is_due():
    async def scenario(watching):
        await asyncio.sleep(0.5)
        watching.due_us = watching.clock.monotonic_us() + 700_000
        watching.watcher.wake()
        await asyncio.sleep(0.8)
        assert any(abs(at_us - watching.due_us) < 10_000 for at_us in watching.looks)

    of(scenario)


def test_before_a_picture_all_that_has_changed_is_taken_in():
    async def scenario(watching):
        await asyncio.sleep(0.2)
        before = len(watching.looks)
        watching.watcher.catch_up()
        known_us = watching.clock.monotonic_us()
        assert len(watching.looks) == before
        await asyncio.sleep(0.3)
        watching.desktop.has_news = True
        watching.watcher.catch_up()
        assert len(watching.looks) == before + 1
        assert watching.since[-1] == known_us  # from then on it may have been so

    of(scenario)


def test_a_desktop_that_goes_or_fails_is_said_to_and_tried_again():
    async def scenario(watching):
        await asyncio.sleep(0.2)
        watching.desktop.gone.set_exception(UnavailableError("indicator.no_display", "There is no X display."))
        watching.opens = False
        await asyncio.sleep(3)
        assert len(watching.failures) >= 3
        assert watching.watcher.problem == "There is no X display."
        assert watching.desktop.closed == 1
        assert watching.watcher.since_us is None
        watching.watcher.catch_up()  # there is nothing to take in
        watching.opens = True
        await asyncio.sleep(2)
        assert watching.watcher.problem == ""
        assert watching.watcher.since_us is not None
        assert watching.since[-1] is not None
        watching.desktop.is_broken = True
        watching.desktop.has_news = True
        failures = len(watching.failures)
        watching.watcher.catch_up()
        assert len(watching.failures) == failures + 1
        watching.desktop.is_broken = False
        await asyncio.sleep(3)
        assert watching.watcher.problem == ""
        assert watching.looks[-1] > watching.clock.monotonic_us() - 2 * LOOK_US

    of(scenario)


def test_a_mistake_of_ours_ends_nothing_for_good():
    async def scenario(watching):
        watching.desktop.view = lambda: 1 / 0
        await asyncio.sleep(2)
        assert watching.watcher.problem == "Watching failed (ZeroDivisionError)."
        assert watching.failures
        del watching.desktop.view
        await asyncio.sleep(2)
        assert watching.watcher.problem == ""

    of(scenario)
