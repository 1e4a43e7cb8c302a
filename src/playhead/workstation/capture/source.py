"""The contract every capture source keeps; ``tests/workstation/capture/contract.py`` is its suite."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Monitor:
    """One display in the desktop's coordinates, in pixels."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The monitors of a desktop, in a stable order. A different layout is a new epoch of every track it changes."""

    monitors: tuple[Monitor, ...]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Part of a monitor, in its own pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture of one monitor.

    ``pixels`` is BGRX, 4 bytes a pixel, ``stride`` bytes a row; valid only until the next call on its source.
    ``changed`` bounds what differs from the frame grabbed before of this monitor.
    """

    monitor: Monitor
    stride: int
    pixels: memoryview
    changed: tuple[Rectangle, ...]
    all_masked: bool = False
    """All of it is black, because what should be masked could not be found out."""


class Source(Protocol):
    """A desktop that can be looked at. Used from one thread; not safe for several."""

    def layout(self) -> Layout:
        """The layout as it is now. Frames are of this layout until a different one is returned.

        Where the display had gone, this tries to reach it again.

        Raises:
            UnavailableError: ``capture.no_display`` where the display is not to be reached;
                ``capture.denied`` where it is there and does not let us in;
                ``capture.unsupported`` where it can never be captured (its pixel format, say).
        """
        ...

    def grab(self, monitor: Monitor, *, force: bool = False) -> Frame | None:
        """The monitor's picture, or None where nothing changed since the last grab of it (unless ``force``).

        Raises:
            UnavailableError: ``capture.layout_changed`` where the monitor is gone or has another size (ask
                ``layout`` again); ``capture.no_display`` where the display itself is gone (ask ``layout``, later).
        """
        ...

    def ready(self) -> bool:
        """Whether `layout` or `grab` may have news. Never blocks; takes in what has already arrived.

        After it has said no, the next news makes `fileno` readable, so a caller that asks and then waits for the
        descriptor misses nothing. The pointer alone may move without news: look at least now and then.
        """
        ...

    def fileno(self) -> int:
        """A descriptor that becomes readable when there is news, or -1 where there is none to wait for."""
        ...

    def close(self) -> None:
        """Let go of the display. Safe to call twice."""
        ...
