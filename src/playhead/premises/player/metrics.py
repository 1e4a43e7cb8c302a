"""What is counted of the player's media, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

INDEX_SECONDS: Final = Histogram(
    "playhead_player_index_seconds",
    "Looking at what is new in one segment.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
SPRITE_SECONDS: Final = Histogram(
    "playhead_player_sprite_seconds",
    "Making one picture of up to 25 thumbnails, with waiting for a thread.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1),
)
INDEXED: Final = Gauge("playhead_player_indexed", "Pieces and the like in the indexes that are kept.")
MEDIA_BYTES: Final = Counter("playhead_player_media_bytes", "Media sent, decrypted.", ("kind",))
VIEWERS: Final = Gauge("playhead_player_viewers", "Live views under way.")
RESYNCS: Final = Counter("playhead_player_resyncs", "Live viewers that were too slow and lost pieces.")
REFUSALS: Final = Counter("playhead_player_refusals", "Media refused.", ("code",))
