"""The sites' links on port 2010, seen from the cloud (docs/services/cloud.md).

`Links` asks a site's HTTP services, wherever its links have landed; `origin_of` tells an application which site asks.
"""

from playhead.cloud.links.config import LinksConfig
from playhead.cloud.links.interface import Links, Presence, origin_of
from playhead.cloud.links.service import LinksService

__all__ = ["Links", "LinksConfig", "LinksService", "Presence", "origin_of"]
