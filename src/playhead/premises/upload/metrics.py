"""What is counted of uploads, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

SENT: Final = Counter("playhead_upload_bytes", "Bytes sent to the object store.")
FAILED: Final = Counter("playhead_upload_failures", "Steps of uploads that failed, by code.", ["code"])
RELEASED: Final = Counter("playhead_upload_released_bytes", "Bytes of files that went after their object was proven.")
SEGMENTS: Final = Gauge("playhead_upload_segments", "Segments that are not proven, by how far they are.", ["state"])
BEHIND: Final = Gauge(
    "playhead_upload_behind_seconds",
    "Since when the oldest segment that has ended waits to be proven. Alarm above 3600.",
)
GIVEN_UP: Final = Gauge("playhead_upload_given_up", "Segments whose upload is left to a person. Alarm above 0.")
