"""Screen recording at the premises (TCP 5633): takes segments from workstations, tells workstations what to do.

``config`` is what an operator may set, ``rules`` the decisions, ``service`` what acts on them, ``live`` what it tells
the rest of the premises. `docs/services/screen.md` is its page.
"""

from playhead.domain.live import (
    Event,
    LiveWorkstation,
    RecordingChanged,
    Resync,
    SegmentGrew,
    WorkstationChanged,
)
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.live import Subscription
from playhead.premises.screen.service import ScreenService

__all__ = [
    "Event",
    "LiveWorkstation",
    "RecordingChanged",
    "Resync",
    "ScreenConfig",
    "ScreenService",
    "SegmentGrew",
    "Subscription",
    "WorkstationChanged",
]
