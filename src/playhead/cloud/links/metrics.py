"""What is counted of the sites' links, for Prometheus."""

from typing import Final

from prometheus_client import Counter, Gauge

SITES: Final = Gauge("playhead_cloud_sites_connected", "Sites that have links to this process.")
ENROLMENTS: Final = Counter("playhead_cloud_enrolments", "Enrolments and renewals of sites, by outcome.", ("outcome",))
REVOKED: Final = Counter("playhead_cloud_links_revoked", "Sites whose links were cut for they may no longer connect.")
RELAYED: Final = Counter(
    "playhead_cloud_requests_relayed", "Requests to sites that went by another process, by outcome.", ("outcome",)
)
