"""Segment files: appended to, made durable in groups, recovered after a crash (docs/storage.md has the procedures).

`SegmentStore` is what others use. Its parts: ``open_segment`` is one segment that is growing, ``committer`` makes
groups, ``commit`` is what one group commit does to the disk, ``recovery`` what opening a file after a crash does,
``ledger`` what is told to the catalogue, ``room`` and ``ballast`` watch over a full disk, ``troubles`` and ``aside``
over what is not whole, ``check`` is the comparison of disk and catalogue.
"""

from playhead.store.segments.ballast import BALLAST_SHARE, Ballast
from playhead.store.segments.ledger import CatalogueLedger, Ledger
from playhead.store.segments.open_segment import Observer, OpenSegment
from playhead.store.segments.recovery import Recovery
from playhead.store.segments.store import SegmentStore

__all__ = [
    "BALLAST_SHARE",
    "Ballast",
    "CatalogueLedger",
    "Ledger",
    "Observer",
    "OpenSegment",
    "Recovery",
    "SegmentStore",
]
