"""What the segment store counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

COMMIT_SECONDS = Histogram(
    "playhead_store_commit_seconds",
    "Time one group commit took: write, sync, catalogue.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
COMMIT_SEGMENTS = Histogram(
    "playhead_store_commit_segments",
    "Segments in one group commit.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
DURABLE_BYTES = Counter("playhead_store_durable_bytes", "Bytes of segments made durable.")
FAILURES = Counter("playhead_store_failures", "Segments let go because the disk failed or is full.")
UNRECORDED = Counter("playhead_store_unrecorded_commits", "Group commits that the catalogue could not take.")
QUARANTINED = Counter("playhead_store_quarantined", "Segments found to lack bytes that were acknowledged.")
FREE_BYTES = Gauge("playhead_store_free_bytes", "Room on the disk of the recordings.")
FULL = Gauge("playhead_store_full", "1 while the disk of the recordings has no more room than the catalogue's reserve.")
