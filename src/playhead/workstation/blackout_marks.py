"""Remembers which requests for blackouts began and ended lately: a recording may begin before its command."""

from collections import deque
from typing import Final

from playhead.workstation.pieces import Details, Mark

REACH_US: Final = 90_000_000
"""How far back it is known: longer than any pre-buffer, and than a key frame takes."""

MARKS_MAX: Final = 256
"""Begins and ends in that time; of more, the oldest count as from before."""


class BlackoutMarks:
    """The markers of the last while, and what was in force before them."""

    def __init__(self) -> None:
        self.in_force: tuple[Details, ...] = ()
        """Now, oldest first, as their markers tell of them. It is black while there is any."""
        self._before: tuple[Details, ...] = ()
        self._marks: deque[tuple[Mark, tuple[Details, ...]]] = deque()

    def note(self, mark: Mark, in_force: tuple[Details, ...]) -> None:
        """A request began or ended, and these are in force after it."""
        self.in_force = in_force
        self._marks.append((mark, in_force))
        while self._marks[0][0].at_us < mark.at_us - REACH_US or len(self._marks) > MARKS_MAX:
            self._before = self._marks.popleft()[1]

    def since(self, first_us: int) -> list[Mark]:
        """What a segment that begins at ``first_us`` has to tell: what was in force then, and every change since."""
        in_force = self._before
        later: list[Mark] = []
        for mark, after in self._marks:
            if mark.at_us <= first_us:
                in_force = after
            else:
                later.append(mark)
        marks = [
            Mark(first_us, "blackout.on", {**details, "in_force": number}) for number, details in enumerate(in_force, 1)
        ]
        return marks + later
