"""What is counted of every HTTP service, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter("playhead_http_requests", "Requests answered.", ("service", "method", "status"))

SECONDS_TO_ANSWER: Final = Histogram(
    "playhead_http_seconds_to_answer",
    "From the end of a request's headers to the beginning of its answer.",
    ("service",),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
