"""What is counted of policies, for Prometheus."""

from typing import Final

from prometheus_client import Counter

REQUESTS: Final = Counter("playhead_policy_requests", "Connections of those who may want a policy.", ("result",))
