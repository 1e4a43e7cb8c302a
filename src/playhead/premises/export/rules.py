"""Decisions about exports: pure."""

import re
from typing import Final

from playhead.base.errors import InvalidInputError
from playhead.base.instants import utc
from playhead.domain.exports import ExportWish
from playhead.domain.recordings import Recording
from playhead.domain.timeline import duration_us

NAME_CHARS_MAX: Final = 40
"""Of a workstation's or an agent's name in that of a file."""

_PREROLL_US: Final = 300_000_000
"""A part begins up to so much before its beginning: at the key frame."""


def file_range(wish: ExportWish, length_us: int) -> tuple[int, int]:
    """From where to where a file goes, in microseconds from the recording's beginning.

    Raises:
        InvalidInputError: ``export.range``.
    """
    begin_us = wish.from_us or 0
    end_us = length_us if wish.to_us is None else min(wish.to_us, length_us)
    if begin_us < 0 or begin_us >= end_us:
        hint = "It begins before its end, and within the recording."
        raise InvalidInputError("export.range", "There is no such part of the recording.", hint=hint)
    return begin_us, end_us


def estimate_bytes(recording: Recording, begin_us: int, end_us: int) -> int:
    """About how long the file will be: its share of the recording, with what must be decoded before it."""
    length_us = max(duration_us(recording), 1)
    wanted_us = min(end_us - max(0, begin_us - _PREROLL_US), length_us)
    return recording.durable_bytes * wanted_us // length_us


def file_name(recording: Recording, wish: ExportWish) -> str:
    """A name that says what it is, in letters that every file system takes."""
    began = utc(recording.started_at_us + (wish.from_us or 0)).strftime("%Y-%m-%d-%H%M%S")
    words = [_plain(str(recording.workstation)), _plain(recording.agent.rpartition("\\")[2]), began]
    return "-".join(word for word in words if word) + ".mp4"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:NAME_CHARS_MAX]
