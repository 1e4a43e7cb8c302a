"""Playhead: an open recorder of what contact-centre agents see and do, replayable seconds later."""

__version__ = "0.1.0"
