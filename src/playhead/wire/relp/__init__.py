"""RELP, the Reliable Event Logging Protocol (as librelp speaks it): syslog whose every message is acknowledged.

Sans IO: ``frames`` cuts the stream, ``server`` and ``client`` are the two ends.
"""

from playhead.wire.relp.client import Answer, RelpClient
from playhead.wire.relp.frames import Frame, Frames, is_relp
from playhead.wire.relp.server import RelpServer, Submitted

__all__ = ["Answer", "Frame", "Frames", "RelpClient", "RelpServer", "Submitted", "is_relp"]
