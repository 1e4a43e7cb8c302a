"""What ``/api/mine`` says."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from playhead.base.instants import utc
from playhead.portal.api.models import RecordingItem
from playhead.portal.api.shapes import Answer
from playhead.store.catalogue.watched import Watched


class WatchedItem(Answer):
    """Somebody saw it."""

    by: str = Field(description="The user.")
    at: datetime
    how: Literal["played", "live", "exported"]
    from_ms: int | None = Field(description="Where they began, from its beginning; null where that is not known.")
    to_ms: int | None = Field(description="How far they came.")


class MineItem(RecordingItem):
    """A recording about you."""

    why: str = Field(description="`continuous`, or `ordered by` a user.")
    watched: list[WatchedItem] = Field(description="Who saw it, newest first; at most the last 50 times.")


class MineList(Answer):
    """Recordings about you, newest first."""

    items: list[MineItem]
    next: str | None = Field(description="`before` of the next page; null at the end.")


def watched_item(seen: Watched) -> WatchedItem:
    """That somebody saw it, for the wire."""
    return WatchedItem(by=seen.by, at=utc(seen.at_us), how=seen.how, from_ms=seen.from_ms, to_ms=seen.to_ms)
