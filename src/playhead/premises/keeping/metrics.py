"""What is counted of keeping and destroying, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

ERASED: Final = Counter("playhead_erasures", "Recordings whose keys were destroyed.", ["by"])
REMOVED: Final = Counter("playhead_erasures_removed", "Erased recordings whose files were removed.")
FAILED: Final = Counter("playhead_retention_failures", "Recordings that a run found due and could not erase.")
WAITING: Final = Gauge(
    "playhead_retention_waiting", "Recordings that are due and wait for somebody's confirmation. Alarm above 0."
)
UNSTEADY: Final = Gauge("playhead_retention_clock_unsteady", "1 while no run is made because the clock was set.")
UNFINISHED: Final = Gauge("playhead_erasures_unfinished", "Erasures that were begun and whose keys are still there.")
