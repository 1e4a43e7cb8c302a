"""What is counted of exports, for Prometheus."""

from typing import Final

from prometheus_client import Gauge, Histogram

FILES: Final = Gauge("playhead_export_files", "Exports that are being made or kept.")
SECONDS: Final = Histogram(
    "playhead_export_seconds", "Making one file.", buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800)
)
