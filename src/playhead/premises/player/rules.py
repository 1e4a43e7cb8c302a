"""Decisions about media: pure."""

from collections.abc import Sequence
from typing import Final

from playhead.base.errors import InvalidInputError, LimitError
from playhead.base.ids import SegmentId

RANGE_BYTES_MAX: Final = 16 << 20
"""Media in one answer, beyond its first piece. A player buffers some ten seconds, which is 1 to 2 MB."""

RANGE_PIECES_MAX: Final = 2_000
"""Pieces in one answer."""

BATCH_BYTES: Final = 1 << 20
"""Media decrypted at a time: one trip to a thread, and about what an answer holds in memory."""

BACKLOG_BYTES_MAX: Final = 4 << 20
"""Durable media that a live viewer may be behind by before pieces are left out."""

BACKLOG_PIECES_MAX: Final = 100
"""The same in pieces: at one picture a piece, 7 to 20 seconds."""


def check_range(sizes: Sequence[int]) -> None:
    """Refuse a range of pieces that is too much for one answer.

    Args:
        sizes: of the pieces, in bytes.

    Raises:
        LimitError: ``media.range``.
    """
    if len(sizes) > RANGE_PIECES_MAX or (len(sizes) > 1 and sum(sizes) > RANGE_BYTES_MAX):
        message = f"One answer holds at most {RANGE_PIECES_MAX} pieces and {RANGE_BYTES_MAX >> 20} MiB."
        raise LimitError("media.range", message, hint="Ask for less; the index tells the size of each piece.")


def batches(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges of pieces, each about `BATCH_BYTES` long and at least one piece."""
    found: list[tuple[int, int]] = []
    first, held = 0, 0
    for number, size in enumerate(sizes):
        if held and held + size > BATCH_BYTES:
            found.append((first, number))
            first, held = number, 0
        held += size
    if first < len(sizes):
        found.append((first, len(sizes)))
    return found


def piece_end_us(next_at_us: int | None, covered_us: int, *, growing: bool) -> int | None:
    """Where the last picture of a piece ends (docs/wire/vid.md §6); None where that is not known yet.

    Args:
        next_at_us: media time of the next piece of the same track.
        covered_us: up to where the segment covers.
        growing: whether more may come.
    """
    if next_at_us is not None:
        return next_at_us
    return None if growing else covered_us


def too_far_behind(pieces: int, size: int) -> bool:
    """Whether a live viewer with so much ahead of it should be brought to the newest key frame."""
    return pieces > BACKLOG_PIECES_MAX or size > BACKLOG_BYTES_MAX


def parse_after(text: str) -> tuple[SegmentId, int]:
    """The place ``{segment}:{record}`` that a live viewer has reached.

    Raises:
        InvalidInputError: ``media.after``, ``id.malformed``.
    """
    segment, _, record = text.partition(":")
    return SegmentId.parse(segment), parse_number(record, "after")


def parse_number(text: str | None, name: str) -> int:
    """A sequence, track or epoch number from a query.

    Raises:
        InvalidInputError: ``media.number``.
    """
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 10:  # noqa: PLR2004 - digits of 2³²
        raise InvalidInputError("media.number", f"{name} takes a number.")
    return int(text)
