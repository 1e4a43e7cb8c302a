"""What ``/api/wall`` says."""

from datetime import datetime

from pydantic import Field

from playhead.portal.api.models import WorkstationItem
from playhead.portal.api.shapes import Answer


class WallItem(WorkstationItem):
    """A workstation that is being recorded."""

    recording_started_at: datetime | None
    thumbnail_at: datetime | None = Field(
        description="When its newest picture was taken; null where there is none yet. A new time is a new picture."
    )


class WallList(Answer):
    """What is being recorded at this moment, by name."""

    items: list[WallItem]
