"""How the machine is doing, for the governor; and our own modest place on it."""

import contextlib
import os
import time
from pathlib import Path
from typing import Protocol

from playhead.workstation.governor import Load

_PRESSURE = Path("/proc/pressure/cpu")
_THREADS = Path("/proc/self/task")
NICENESS = 10


class LoadMeter(Protocol):
    """Measures from one call to the next."""

    def sample(self, now_us: int, late_us: int) -> Load:
        """The load since the call before; ``late_us`` is passed through."""
        ...


class SystemLoadMeter:
    """The machine's own figures: pressure stall information where the kernel has it, else the load average.

    Args:
        pressure: the kernel's file; a line ``some avg10=… total=MICROSECONDS`` is looked for.
    """

    def __init__(self, pressure: Path = _PRESSURE) -> None:
        self._pressure = pressure
        self._at_us: int | None = None
        self._own_us = 0
        self._stalled_us = 0

    def sample(self, now_us: int, late_us: int) -> Load:
        """See `LoadMeter.sample`. The first call knows no span yet, and reports no load."""
        own_us = time.process_time_ns() // 1000
        stalled_us = self._read_stalled_us()
        before_us, self._at_us = self._at_us, now_us
        own_us, self._own_us = own_us - self._own_us, own_us
        stalled, self._stalled_us = (stalled_us or 0) - self._stalled_us, stalled_us or 0
        if before_us is None or now_us <= before_us:
            return Load(now_us, 0.0, 0.0, 0)
        span_us = now_us - before_us
        pressure = stalled / span_us if stalled_us is not None else _pressure_of_load_average()
        return Load(now_us, own_us / span_us, min(max(pressure, 0.0), 1.0), late_us)

    def _read_stalled_us(self) -> int | None:
        try:
            text = self._pressure.read_text("ascii")
        except OSError:  # not in this kernel, or switched off
            return None
        some = text.partition("\n")[0]
        total = some.rpartition("total=")[2]
        return int(total) if some.startswith("some ") and total.isdigit() else None


def _pressure_of_load_average() -> float:
    """Runnable tasks beyond the processors, as if each kept one waiting all the time."""
    processors = os.cpu_count() or 1
    return min(max(os.getloadavg()[0] / processors - 1.0, 0.0), 1.0)


def lower_priority() -> None:
    """Let the agent's programs go first: niceness 10, and on Linux the batch class, which never preempts others.

    Not the idle class: it may be starved for minutes, and a recorder must not. A system that forbids it is left as is.
    On Linux a priority is a thread's, which those that it starts inherit.
    """
    lowered: set[int] = set()
    while fresh := _threads() - lowered:
        for thread in fresh:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
            with contextlib.suppress(OSError, AttributeError):
                os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))
        lowered |= fresh


def _threads() -> set[int]:
    """Of this process; 0, which is the one that asks, where the system has no such list."""
    try:
        return {int(entry.name) for entry in _THREADS.iterdir()}
    except OSError:
        return {0}
