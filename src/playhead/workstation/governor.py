"""The governor: lowers the frame rate before the agent notices us, and raises it again slowly.

Pure: it is given samples of how the machine is doing and answers with the frame rate to use. Falling is quick (every
sample may take a step, a strained machine two), rising is slow (one step after each `CALM_US` without strain), and
between the limits for falling and for rising lies room, so that it does not swing.
"""

from dataclasses import dataclass

STEPS = (15.0, 12.0, 10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)
"""Frame rates the governor chooses from, below the configured one."""
PRESSURE_HIGH = 0.60
"""Share of time in which some task waited for a processor; above it we step down. A busy desktop shows 0.1–0.3."""
PRESSURE_LOW = 0.30
"""Below it the machine counts as calm."""
OWN_HIGH = 0.30
"""Share of one core that we may take ourselves, over one sample, before we step down."""
OWN_LOW = 0.20
LATE_HIGH_US = 150_000
"""We sleep this much too long: we run at low priority, so the machine has no time to spare."""
LATE_LOW_US = 50_000
STRAINED = 1.5
"""This many times over a limit, two steps are taken at once."""
CALM_US = 10_000_000
"""A step up needs this long without strain."""
SAMPLE_US = 1_000_000
"""How often the pipeline samples. The limits are meant for spans of about this length."""


@dataclass(frozen=True, slots=True)
class Load:
    """How the machine did over the last span of about `SAMPLE_US`.

    Args:
        at_us: end of the span, monotonic.
        own: our processor time in it as a share of one core.
        pressure: share of it in which some task waited for a processor, 0 to 1 (``/proc/pressure/cpu``, "some").
        late_us: how much longer than asked the machine let us sleep, at most.
    """

    at_us: int
    own: float
    pressure: float
    late_us: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The frame rate was changed: lowered for ``pressure``, ``own`` or ``late``, or raised because of ``calm``."""

    fps: float
    from_fps: float
    reason: str


class Governor:
    """Keeps the frame rate between the lowest step and ``fps_max``."""

    def __init__(self, fps_max: float) -> None:
        self._steps = (fps_max, *(step for step in STEPS if step < fps_max))
        self._step = 0
        self._calm_since_us: int | None = None

    @property
    def fps(self) -> float:
        """The frame rate to use now."""
        return self._steps[self._step]

    def sample(self, load: Load) -> Rate | None:
        """Take in a sample; returns the change where the frame rate is another from now on."""
        strain, reason = max(
            (load.pressure / PRESSURE_HIGH, "pressure"),
            (load.own / OWN_HIGH, "own"),
            (load.late_us / LATE_HIGH_US, "late"),
        )
        if strain > 1:
            self._calm_since_us = None
            return self._move(2 if strain >= STRAINED else 1, reason)
        calm = load.pressure < PRESSURE_LOW and load.own < OWN_LOW and load.late_us < LATE_LOW_US
        if not calm or self._calm_since_us is None:
            self._calm_since_us = load.at_us if calm else None
            return None
        if load.at_us - self._calm_since_us >= CALM_US:
            self._calm_since_us = load.at_us
            return self._move(-1, "calm")
        return None

    def _move(self, steps: int, reason: str) -> Rate | None:
        step = min(max(self._step + steps, 0), len(self._steps) - 1)
        if step == self._step:
            return None
        rate = Rate(self._steps[step], self.fps, reason)
        self._step = step
        return rate
