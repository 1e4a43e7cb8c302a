"""Export of a recording as a standard MP4, without re-encoding (docs/export.md)."""

from playhead.premises.export.mp4 import Exported, export_mp4
from playhead.premises.export.plan import Fault, OpenSegment

__all__ = ["Exported", "Fault", "OpenSegment", "export_mp4"]
