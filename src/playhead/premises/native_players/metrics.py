"""What is counted of native players, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

CONNECTED: Final = Gauge("playhead_native_connections", "Connections of native players.")
SESSIONS: Final = Gauge("playhead_native_sessions", "Sessions of native players.")
ANSWERS: Final = Counter("playhead_native_answers", "Requests answered.", ("method", "status"))
FAULTS: Final = Counter("playhead_native_faults", "Connections ended because of their peer, by code.", ("code",))
REFUSALS: Final = Counter("playhead_native_refusals", "Requests refused, by code.", ("code",))
MEDIA_BYTES: Final = Counter("playhead_native_media_bytes", "Media sent, in RTP payloads.")
PIECES: Final = Counter("playhead_native_pieces", "Pieces that viewers took, by where from.", ("source",))
CACHED_BYTES: Final = Gauge("playhead_native_cached_bytes", "Decrypted media kept for viewers of the same.")
RESYNCS: Final = Counter("playhead_native_resyncs", "Live viewers that were too slow and lost pictures.")
FIRST_PICTURE_SECONDS: Final = Histogram(
    "playhead_native_first_picture_seconds",
    "From PLAY to the first picture written.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
