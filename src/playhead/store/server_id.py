"""Which of a site's servers this is. Workstations that know several tell them apart by it (docs/wire/screen.md §12).

It lies in a file of its own, neither in the catalogue nor with the keys: both may be copied to another server, which
must not be taken for this one.
"""

from pathlib import Path
from typing import Final
from uuid import UUID

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError
from playhead.base.ids import RecordingId
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file

_BYTES_MAX: Final = 64


def server_id(disk: Disk, path: Path, clock: Clock) -> bytes:
    """The 16 bytes of this server, made at its first start. Blocks.

    Args:
        disk: where the file lies.
        path: of the file; its folder exists.
        clock: for a new one.

    Raises:
        CorruptError: ``server.id``: the file is not what was written.
        UnavailableError: ``file.unreadable``, ``file.unwritable``.
    """
    known = read_small_file(disk, path, bytes_max=_BYTES_MAX)
    if known is None:
        made = RecordingId.new(clock).value
        write_small_file(disk, path, f"{made}\n".encode())
        return made.bytes
    try:
        return UUID(known.decode("ascii").strip()).bytes
    except ValueError:
        hint = "Remove it: a new one is made, and workstations take this for another server than before."
        raise CorruptError("server.id", f"{path} does not hold the server's identity.", hint=hint) from None
