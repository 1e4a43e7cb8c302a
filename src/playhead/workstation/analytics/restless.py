"""Tells titles that change all the time, such as a clock's or a progress in per cent, from those that change once."""

from dataclasses import dataclass, field
from typing import Final

CHANGES_MAX: Final = 8
"""Changes of one window's title in a row that are news; a page that loads makes up to six (two properties each)."""
CHANGE_MS: Final = 1_000
"""One more is, for each of these."""
_CLOCK_MS: Final = 1 << 32
"""X11's timestamps begin again after 49.7 days."""


@dataclass(slots=True)
class Restless:
    """See the module."""

    _left: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    """Of each window: how many changes are news yet, and as of when."""

    def is_noise(self, window: int, at_ms: int) -> bool:
        """Whether another change of a window's title can wait, for there were many.

        Args:
            window: whose.
            at_ms: when, by the X server's clock.
        """
        left, from_ms = self._left.get(window, (CHANGES_MAX, at_ms))
        gained, rest_ms = divmod((at_ms - from_ms) % _CLOCK_MS, CHANGE_MS)
        left = min(left + gained, CHANGES_MAX)
        self._left[window] = max(left - 1, 0), (at_ms - rest_ms) % _CLOCK_MS
        return left == 0

    def forget(self, window: int) -> None:
        """It is gone."""
        self._left.pop(window, None)
