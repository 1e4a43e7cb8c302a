"""What is counted of the environment, for Prometheus."""

from typing import Final

from prometheus_client import Gauge

FINDINGS: Final = Gauge(
    "playhead_environment_findings",
    "What the doctor finds, in the newest report of each machine: of the server itself, or of all workstations.",
    ("of", "severity"),
)
REPORTS: Final = Gauge("playhead_environment_reports", "Workstations that have sent a report.")
