"""At most once: what a workstation remembers of the commands it was given."""

from collections import OrderedDict
from dataclasses import dataclass

from playhead.wire.screen.messages import Command, Result

MAX_RESULTS = 256
"""Results remembered. A premises repeats only what it still waits for: at most ``MAX_COMMANDS``."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What to do about a command: carry it out (``run``), send ``result``, or, with neither, wait for its end."""

    run: bool
    result: Result | None = None


class CommandLog:
    """Decides which commands are new, across connections and restarts.

    Args:
        highest: the highest id taken so far; -1 for none. Keep `highest` durably **before** carrying out a command,
            and give it back after a restart: then a crash may lose a command, but never repeats one.
    """

    def __init__(self, highest: int = -1) -> None:
        self.highest = highest
        self._results: OrderedDict[int, Result | None] = OrderedDict()

    def admit(self, command: Command) -> Admission:
        """Judge ``command``. Where it is to be run, `answer` must follow."""
        if command.id > self.highest:
            self.highest = command.id
            self._results[command.id] = None
            while len(self._results) > MAX_RESULTS:
                self._results.popitem(last=False)
            return Admission(run=True)
        if command.id in self._results:
            return Admission(run=False, result=self._results[command.id])
        text = "This command came before; how it ended is no longer known."
        return Admission(run=False, result=Result(command.id, ok=False, code="command.repeated", message=text))

    def answer(self, result: Result) -> None:
        """Remember how a command ended."""
        if result.id in self._results:
            self._results[result.id] = result
