"""A Windows desktop: what windows there are is asked for; a thread with a message loop tells that they have changed.

Titles are asked for anew whenever it matters, such as before a picture is taken in, and not put together from events:
Windows gives events to a program's queue at some time after what they tell of.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Protocol

from playhead.base.errors import UnavailableError
from playhead.workstation.analytics.source import SeenWindow, View
from playhead.workstation.analytics.windows.messages import News
from playhead.workstation.session import SessionState

WINDOWS_MAX: Final = 2_048
"""With more of them nothing is known of the desktop."""


class System(Protocol):
    """What is asked of Windows. Each call raises `OSError` where it refuses, and none waits for another program."""

    def run(self, tell: Callable[[News], None]) -> None:
        """Tell what happens until `stop`. In a thread of its own."""
        ...

    def stop(self) -> None:
        """Have `run` return, or not begin. From any thread."""
        ...

    def front(self) -> int:
        """The window with the focus (GetForegroundWindow); 0 where none has it."""
        ...

    def titles(self) -> Mapping[int, str]:
        """The top-level windows that can be seen or lie under others, uppermost first, and what they are called."""
        ...

    def process(self, window: int) -> int:
        """Whose a window is; 0 where it has gone."""
        ...

    def program(self, process: int) -> str:
        """The path of what a process runs; empty where that may not be known."""
        ...

    def monitor(self, window: int) -> int:
        """On which monitor most of a window is, from 1 on; 0 where it has gone."""
        ...

    def idle_us(self) -> int:
        """Since the last input."""
        ...


class WindowsDesktop:
    """See the module.

    Args:
        system: the operating system.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._lock = threading.Lock()
        self._keys = self._clicks = 0
        self._session: SessionState = ""
        self._is_told = False
        """Whether the event loop has been told of a change since the last `view`."""
        self._seen: tuple[int, Mapping[int, str]] | None = None
        self._programs: dict[tuple[int, int], str] = {}
        """By window and process: the numbers of either may be given again."""

    @asynccontextmanager
    async def watched(self, changed: Callable[[], None]) -> AsyncGenerator[asyncio.Future[None]]:
        """As `DesktopSource.watched`."""
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()

        def tell(news: News) -> None:
            if self._take(news):
                loop.call_soon_threadsafe(changed)

        def end(error: OSError | None) -> None:
            if not gone.done():
                gone.set_exception(_unavailable(error))

        def run() -> None:
            error = None
            try:
                self._system.run(tell)
            except OSError as refused:
                error = refused
            loop.call_soon_threadsafe(end, error)

        thread = threading.Thread(target=run, name="desktop", daemon=True)
        thread.start()
        try:
            yield gone
        finally:
            gone.cancel()
            self._system.stop()
            await asyncio.to_thread(thread.join)

    def poll(self) -> bool:
        """As `DesktopSource.poll`."""
        with _errors():
            return self._ask() != self._seen

    def view(self) -> View:
        """As `DesktopSource.view`."""
        with self._lock:
            self._is_told = False  # before it is asked: what changes meanwhile is told of
            session = self._session
        with _errors():
            self._seen = front, titles = self._ask()
            if len(titles) > WINDOWS_MAX:
                raise _unavailable(None)
            owned = {window: (window, self._system.process(window)) for window in titles}
            known = self._programs
            self._programs = {key: known.get(key) or self._application(key[1]) for key in owned.values()}
            windows = {
                window: SeenWindow(window, self._programs[key], titles[window], key[1], self._monitor(window, front))
                for window, key in owned.items()
            }
            shown = tuple(one for one in windows.values() if one.title or one.id == front)
            return View(windows.get(front), shown, self._system.idle_us(), session)

    def counted(self) -> tuple[int, int]:
        """As `DesktopSource.counted`."""
        with self._lock:
            counted = self._keys, self._clicks
            self._keys = self._clicks = 0
            return counted

    def close(self) -> None:
        """As `DesktopSource.close`."""
        self._system.stop()

    def _take(self, news: News) -> bool:
        """Take in what was told; whether somebody is to look. In the thread of the messages."""
        with self._lock:
            self._keys += news.keys
            self._clicks += news.clicks
            is_new = news.windows
            if news.session is not None:
                is_new |= news.session != self._session
                self._session = news.session
            is_first = is_new and not self._is_told
            self._is_told |= is_new
            return is_first

    def _ask(self) -> tuple[int, Mapping[int, str]]:
        return self._system.front(), self._system.titles()

    def _application(self, process: int) -> str:
        """The file that is run, without its folder."""
        return self._system.program(process).rpartition("\\")[2]

    def _monitor(self, window: int, front: int) -> int:
        return self._system.monitor(window) if window == front else 0


@contextmanager
def _errors() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise _unavailable(error) from error


def _unavailable(error: OSError | None) -> UnavailableError:
    why = "" if error is None else f" ({error.strerror or type(error).__name__})"
    return UnavailableError("analytics.desktop", f"The desktop cannot be watched{why}.", hint="It is tried again.")
