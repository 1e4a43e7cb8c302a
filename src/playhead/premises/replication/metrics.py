"""What is counted of telling the cloud, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

SENT: Final = Counter("playhead_replication_documents", "Documents that the cloud has applied.")
BYTES: Final = Counter("playhead_replication_bytes", "Bytes of batches that the cloud has applied.")
FAILED: Final = Counter("playhead_replication_failures", "Batches that did not get through, or were refused.", ["code"])
LEFT_OUT: Final = Counter("playhead_replication_left_out", "Documents that no batch takes. Alarm above 0.")
BEHIND: Final = Gauge("playhead_replication_behind", "Changes that the cloud does not know of.")
EVENTS_SENT: Final = Counter("playhead_replication_events", "Events that the cloud has taken.")
EVENTS_WAITING: Final = Gauge("playhead_replication_events_waiting", "Events that the cloud does not have.")
EVENTS_LEFT_OUT: Final = Counter(
    "playhead_replication_events_left_out", "Events that the cloud does not take. Alarm above 0."
)
EVENTS_GIVEN_UP: Final = Counter(
    "playhead_replication_events_given_up",
    "Events that waited for the cloud for too long, or were too many. Alarm above 0.",
)
