"""The protocol of port 2010 (docs/wire/pool.md) as a pure core: many streams over a few links between two ends.

`Pool` is one end, `Link` one of its connections: ``link.receive_data(bytes, now_us) -> list[Event]``,
``link.data_to_send(now_us) -> list[bytes]``. Who goes first is decided when a link can take bytes, not when they are
written.
"""

from playhead.wire.pool.classes import Role, Urgency
from playhead.wire.pool.events import Broken, Data, Draining, Ended, Event, Joined, LinkEnded, Opened
from playhead.wire.pool.governor import Governor
from playhead.wire.pool.link import Link
from playhead.wire.pool.messages import Hello, Welcome
from playhead.wire.pool.metrics import Figures, LinkFigures, Traffic
from playhead.wire.pool.pool import Pool
from playhead.wire.pool.sources import Outgoing, Source
from playhead.wire.pool.spreading import Packets, Spreading
from playhead.wire.pool.stream import Stream

__all__ = [
    "Broken",
    "Data",
    "Draining",
    "Ended",
    "Event",
    "Figures",
    "Governor",
    "Hello",
    "Joined",
    "Link",
    "LinkEnded",
    "LinkFigures",
    "Opened",
    "Outgoing",
    "Packets",
    "Pool",
    "Role",
    "Source",
    "Spreading",
    "Stream",
    "Traffic",
    "Urgency",
    "Welcome",
]
