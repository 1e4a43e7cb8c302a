"""Threads in virtual time: code that blocks runs in greenlets of the simulation's loop, one at a time, where it waits.

What is written for `threading` runs as it is, with `playhead.workstation.machine.Threads` as the seam. A thread goes on
until it waits; nothing else runs meanwhile, so a seed decides every interleaving. Locks are therefore never contended:
only waiting gives way.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from types import TracebackType

from greenlet import GreenletExit, getcurrent, greenlet


class SimThreads:
    """The threads of one host. Implements `playhead.workstation.machine.Threads`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._alive: dict[greenlet, None] = {}

    def thread(self, work: Callable[[], None], name: str) -> "SimThread":
        """As `threading.Thread`."""
        del name
        return SimThread(self, work)

    def condition(self) -> "SimCondition":
        """As `threading.Condition`."""
        return SimCondition(self)

    def event(self) -> "SimEvent":
        """As `threading.Event`."""
        return SimEvent(self)

    def sleep(self, seconds: float) -> None:
        """As `time.sleep`, in a thread."""
        me = _thread()
        self.loop.call_later(seconds, self.go_on, me)
        wait()

    def begin(self, work: Callable[[], None], context: Context) -> greenlet:
        """Make a thread that `go_on` starts."""

        def run() -> None:
            try:
                work()
            finally:
                self._alive.pop(me, None)

        me = greenlet(run)
        me.gr_context = context
        self._alive[me] = None
        return me

    def go_on(self, thread: greenlet) -> None:
        """Called by the loop: run the thread until it waits again, or ends."""
        if thread in self._alive:
            thread.parent = getcurrent()
            thread.switch()

    def is_alive(self, thread: greenlet) -> bool:
        """Whether it has not ended."""
        return thread in self._alive

    def kill(self) -> None:
        """The host's processes die: its threads never run again. Their last wishes must not come true."""
        for thread in list(self._alive):
            self._alive.pop(thread, None)
            thread.parent = getcurrent()
            thread.throw(GreenletExit)


def wait() -> None:
    """In a thread: sleep until it is let go on."""
    _thread().parent.switch()  # pyright: ignore[reportOptionalMemberAccess] - a thread has one


def _thread() -> greenlet:
    me = getcurrent()
    if me.parent is None:
        raise AssertionError("The event loop must never wait.")
    return me


class SimThread:
    """As `threading.Thread`."""

    def __init__(self, threads: SimThreads, work: Callable[[], None]) -> None:
        self._threads = threads
        self._work = work
        self._thread: greenlet | None = None
        self._ended = threads.event()

    def start(self) -> None:
        """Begin, a moment later."""

        def work() -> None:
            self._work()
            self._ended.set()

        self._thread = self._threads.begin(work, copy_context())
        self._threads.loop.call_soon(self._threads.go_on, self._thread)

    def is_alive(self) -> bool:
        """It has begun and not ended."""
        return self._thread is not None and self._threads.is_alive(self._thread)

    def join(self, timeout: float | None = None) -> None:
        """Sleep until it has ended."""
        self._ended.wait(timeout)


class SimCondition:
    """As `threading.Condition`."""

    def __init__(self, threads: SimThreads) -> None:
        self._threads = threads
        self._waiting: list[greenlet] = []

    def __enter__(self) -> bool:
        """Nobody else can have it."""
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nobody else wants it."""

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        """Sleep until ``predicate`` holds."""
        loop = self._threads.loop
        ends_at = None if timeout is None else loop.time() + timeout
        while not (holds := predicate()) and (ends_at is None or loop.time() < ends_at):
            me = _thread()
            timer = None if ends_at is None else loop.call_at(ends_at, self._look, me)
            self._waiting.append(me)
            wait()
            if timer is not None:
                timer.cancel()
        return holds

    def notify_all(self) -> None:
        """Have all look again."""
        for thread in self._waiting:
            self._threads.loop.call_soon(self._threads.go_on, thread)
        self._waiting.clear()

    def _look(self, thread: greenlet) -> None:
        if thread in self._waiting:
            self._waiting.remove(thread)
            self._threads.go_on(thread)


class SimEvent:
    """As `threading.Event`."""

    def __init__(self, threads: SimThreads) -> None:
        self._is_set = False
        self._changed = threads.condition()

    def set(self) -> None:
        """Let all go on that wait."""
        self._is_set = True
        self._changed.notify_all()

    def clear(self) -> None:
        """Let those wait that come."""
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep until it is set."""
        return self._changed.wait_for(lambda: self._is_set, timeout)
