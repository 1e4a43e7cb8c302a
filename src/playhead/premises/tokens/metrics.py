"""What is counted of tokens, for Prometheus."""

from typing import Final

from prometheus_client import Counter

TOKENS: Final = Counter("playhead_tokens", "Requests for a token.", ("result",))
