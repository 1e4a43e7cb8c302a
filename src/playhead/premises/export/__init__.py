"""Export of a recording as a standard MP4, without re-encoding (docs/export.md).

``plan`` says which pieces, ``mp4`` writes them; ``service`` does so for the portal, by ``config`` and ``rules``.
"""

from playhead.premises.export.config import ExportConfig
from playhead.premises.export.mp4 import Exported, export_mp4
from playhead.premises.export.plan import Fault, OpenSegment
from playhead.premises.export.service import ExportService

__all__ = ["ExportConfig", "ExportService", "Exported", "Fault", "OpenSegment", "export_mp4"]
