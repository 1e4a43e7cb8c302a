"""Desktop events on the workstation's disk: what may be told, and nothing else ever comes here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from playhead.base.errors import UnavailableError
from playhead.domain.analytics.events import DesktopEvent
from playhead.store.disk import Disk, SystemDisk
from playhead.workstation.line_spool import LineSpool, newest

FOLDER: Final = "analytics"
"""In the workstation's data folder."""
_SUFFIX: Final = ".events"


class EventSpool(LineSpool[DesktopEvent]):
    """See the module; arguments as of `LineSpool`."""

    def __init__(self, disk: Disk, folder: Path, *, bytes_max: int, new_name: Callable[[], str]) -> None:
        super().__init__(disk, folder, DesktopEvent, suffix=_SUFFIX, bytes_max=bytes_max, new_name=new_name)

    def tell(self, event: DesktopEvent) -> bool:
        """Number an event and append it; whether that could be done."""
        return self.append(lambda number: msgspec.structs.replace(event, sequence=number))


def told(folder: Path, events_max: int) -> tuple[Sequence[DesktopEvent], int]:
    """The newest events that are kept, oldest first, and up to which number they were sent. Changes nothing.

    Args:
        folder: the workstation's data folder.
        events_max: how many.

    Raises:
        UnavailableError: ``file.unreadable``, ``analytics.unreadable``.
    """
    try:
        return newest(SystemDisk(), folder / FOLDER, DesktopEvent, suffix=_SUFFIX, lines_max=events_max)
    except FileNotFoundError:
        return (), 0
    except (OSError, msgspec.MsgspecError) as error:
        message = f"What was told cannot be read ({type(error).__name__})."
        raise UnavailableError(
            "analytics.unreadable", message, hint="Ask as the user whom the recorder runs as."
        ) from error
