"""What is counted of the portal, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

SIGN_INS: Final = Counter("playhead_portal_sign_ins", "Attempts to sign in.", ("result",))

WATCHERS: Final = Gauge("playhead_portal_watchers", "Pages that follow what changes.")
