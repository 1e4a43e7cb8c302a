"""What happened in a run, for whoever reads a failure."""

from collections.abc import Callable
from typing import Final

LINES_MAX: Final = 400
"""Of a long run the end is what tells."""


class History:
    """Events with the virtual time at which they came.

    Args:
        seconds: the time since the run began.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._lines: list[str] = []

    def note(self, host: str, what: str) -> None:
        """Something happened."""
        self._lines.append(f"{self._seconds():9.3f} s  {host:<9} {what}")

    def text(self) -> str:
        """All of it, or the end."""
        left = len(self._lines) - LINES_MAX
        head = [f"(… {left} events before)"] if left > 0 else []
        return "\n".join([*head, *self._lines[-LINES_MAX:]])
