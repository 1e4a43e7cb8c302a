"""What is counted of coverage, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

WORKSTATIONS: Final = Gauge(
    "playhead_coverage_workstations",
    "Workstations of which something is due now: covered, or by why they are not.",
    ("state",),
)
ALARMS: Final = Gauge("playhead_coverage_alarms", "Workstations that are not covered without excuse.")
MISSING_SECONDS: Final = Counter(
    "playhead_coverage_missing_seconds",
    "Seconds during which a workstation was not covered, by why. Those that come later count, too.",
    ("code",),
)
