"""Capture of an X11 desktop.

MIT-SHM brings the pixels, DAMAGE what changed, RANDR the monitors, XFIXES the pointer.
Each extension may be missing; `source` says what takes its place.
"""

from playhead.workstation.capture.x11.masking import Masking
from playhead.workstation.capture.x11.source import Extensions, X11Source

__all__ = ["Extensions", "Masking", "X11Source"]
