"""From a file that was opened again to a segment that may grow."""

from pathlib import Path

from playhead.store.catalogue.segments import Located, Progress
from playhead.store.disk import Disk
from playhead.store.segments.open_segment import SEALED, OpenSegment
from playhead.store.segments.recovery import Opened, open_file


def segment_from(located: Located, opened: Opened) -> OpenSegment:
    """The segment as it is in its file."""
    return OpenSegment(
        opened.header,
        located.location,
        opened.scanner,
        opened.file,
        written=opened.scanner.offset,
        durable=located.segment.durable_bytes,
        recorded=True,
        ended=SEALED if opened.scanner.sealed else "",
        durable_end=located.segment.ended,
    )


def reopened(disk: Disk, root: Path, located: Located) -> Progress:
    """What the catalogue is to say of a segment after a look at its file. Blocks.

    Raises:
        CorruptError: as `open_file`: what was acknowledged is not there.
        OSError: the disk failed.
    """
    opened = open_file(disk, root, located)
    opened.file.close()
    return segment_from(located, opened).progress()
