"""What is counted of the link to the cloud, for Prometheus."""

from typing import Final

from prometheus_client import Gauge

UP: Final = Gauge("playhead_link_up", "Whether there is a link to the cloud.")
LINKS: Final = Gauge("playhead_link_connections", "Connections of the link to the cloud.")
ROUND_TRIP: Final = Gauge("playhead_link_round_trip_seconds", "Newest round trip of each connection.", ("slot",))
SENT: Final = Gauge("playhead_link_sent_bytes", "Bytes of streams sent since the start, by class.", ("urgency",))
RECEIVED: Final = Gauge("playhead_link_received_bytes", "Likewise received.", ("urgency",))
STREAMS: Final = Gauge("playhead_link_streams", "Open streams, by class.", ("urgency",))
BROKEN: Final = Gauge("playhead_link_broken_streams", "Streams broken off since the start, by class.", ("urgency",))
