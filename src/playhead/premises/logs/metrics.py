"""What is counted of the logs, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

LINES: Final = Counter("playhead_logs_lines", "Lines received, by protocol.", ("protocol",))
DUPLICATES: Final = Counter("playhead_logs_duplicates", "Lines that came again though they were stored.")
CONNECTED: Final = Gauge("playhead_logs_connections", "Senders that are connected.")
FAULTS: Final = Counter("playhead_logs_faults", "Connections ended because of their sender, by code.", ("code",))
FAILED: Final = Counter("playhead_logs_failed", "Attempts to store lines that failed, by code.", ("code",))
BYTES: Final = Gauge("playhead_logs_bytes", "What the logs take on the disk.")
