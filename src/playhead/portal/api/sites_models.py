"""What ``/api/sites`` answers with."""

from datetime import datetime

from pydantic import Field

from playhead.base.ids import SiteId
from playhead.base.instants import utc
from playhead.portal.api.shapes import Answer
from playhead.portal.needs_sites import SiteReached


class SiteItem(Answer):
    """One site."""

    site: str
    up: bool = Field(description="Whether it can be asked now.")
    seen_at: datetime | None = Field(description="When it last could be; null for never.")


class SiteList(Answer):
    """All of them, by name."""

    items: list[SiteItem]


def site_item(site: SiteId, reached: SiteReached) -> SiteItem:
    """For an answer."""
    return SiteItem(
        site=str(site),
        up=reached.up,
        seen_at=None if reached.seen_at_us is None else utc(reached.seen_at_us),
    )
