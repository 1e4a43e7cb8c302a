"""What an operator may set about exports from the portal."""

from typing import Annotated

from msgspec import Meta

from playhead.base.config import Section
from playhead.base.quantities import Duration, Size


class ExportConfig(Section, frozen=True):
    """``[export]``: recordings as MP4 files to take away."""

    files_max: Annotated[
        int,
        Meta(ge=1, le=1_000, description="Files that are being made or kept at a time; more are asked to come back."),
    ] = 16
    files_max_each: Annotated[int, Meta(ge=1, le=1_000, description="The same of one user.")] = 4
    size_max: Annotated[
        Size, Meta(description="A recording, or part of one, that would take about more than this is refused.")
    ] = Size(4 << 30)
    reserve: Annotated[Size, Meta(description="Room that is left free on the disk.")] = Size(1 << 30)
    keep: Annotated[Duration, Meta(description="A file is deleted this long after it was asked for.")] = Duration(
        3_600_000_000
    )
