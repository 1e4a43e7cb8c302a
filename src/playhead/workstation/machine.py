"""What the workstation takes of the operating system beside disk and network: threads, a lock, a control socket.

Real code uses `SystemMachine`; a simulation brings one whose threads run in virtual time.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Protocol

from playhead.store.folder_lock import FolderLock
from playhead.workstation.control import Answer, control_socket


class Condition(Protocol):
    """As `threading.Condition`."""

    def __enter__(self) -> bool:
        """Take its lock."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give it back."""
        ...

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        """Sleep until ``predicate`` holds or so many seconds have passed; returns whether it holds."""
        ...

    def notify_all(self) -> None:
        """Have all that sleep look again."""
        ...


class Thread(Protocol):
    """As `threading.Thread`."""

    def start(self) -> None:
        """Begin."""
        ...

    def is_alive(self) -> bool:
        """It has begun and not ended."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Sleep until it has ended, or so many seconds have passed."""
        ...


class Threads(Protocol):
    """Makes threads and what they wait for."""

    def thread(self, work: Callable[[], None], name: str) -> Thread:
        """A thread that does not keep the process from ending."""
        ...

    def condition(self) -> Condition:
        """A condition with a lock of its own, which its owner may take again."""
        ...


class Machine(Protocol):
    """See the module."""

    @property
    def threads(self) -> Threads:
        """Where the capture runs."""
        ...

    def lock(self, folder: Path) -> AbstractContextManager[object]:
        """One workstation uses a folder: see `playhead.store.folder_lock.FolderLock`."""
        ...

    def control(self, folder: Path, answer: Answer) -> AbstractAsyncContextManager[None]:
        """Take questions from this machine: see `playhead.workstation.control.control_socket`."""
        ...


class SystemThreads:
    """Those of the operating system."""

    def thread(self, work: Callable[[], None], name: str) -> threading.Thread:
        """As `Threads.thread`."""
        return threading.Thread(target=work, name=name, daemon=True)

    def condition(self) -> threading.Condition:
        """As `Threads.condition`."""
        return threading.Condition()


class SystemMachine:
    """The machine that this runs on."""

    threads: Threads = SystemThreads()

    def lock(self, folder: Path) -> AbstractContextManager[object]:
        """As `Machine.lock`."""
        return FolderLock(folder, "workstation")

    def control(self, folder: Path, answer: Answer) -> AbstractAsyncContextManager[None]:
        """As `Machine.control`."""
        return control_socket(folder, answer)
