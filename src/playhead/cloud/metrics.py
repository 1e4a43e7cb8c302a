"""What is counted in the cloud, for Prometheus."""

from typing import Final

from prometheus_client import Counter

REPLICATED: Final = Counter("playhead_cloud_documents", "Documents of sites that were applied.")
REPLICATION_REFUSED: Final = Counter(
    "playhead_cloud_documents_refused", "Documents of sites that were refused. Alarm above 0."
)
EVENTS: Final = Counter(
    "playhead_cloud_events",
    "Events of sites, by what became of them: taken, repeated, refused (alarm above 0).",
    ["became"],
)
PLAYED: Final = Counter("playhead_cloud_media", "Requests for media, by where they were answered from.", ["route"])
