"""What desktop analytics counts."""

from typing import Final

from prometheus_client import Counter, Gauge

EVENTS: Final = Counter("playhead_analytics_events", "Desktop events that were stored.")
REFUSED: Final = Counter("playhead_analytics_refused", "Desktop events that were refused.", ["code"])
DUPLICATES: Final = Counter("playhead_analytics_duplicates", "Desktop events that were sent again though stored.")
REQUESTS: Final = Counter("playhead_analytics_requests", "Requests on the port of desktop analytics.", ["outcome"])
CONNECTED: Final = Gauge("playhead_analytics_connections", "Connections on the port of desktop analytics.")
ACTED: Final = Counter("playhead_analytics_acted", "What triggers had done at the premises.", ["action", "outcome"])
