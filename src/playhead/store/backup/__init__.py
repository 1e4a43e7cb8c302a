"""Backups of a premises server that runs, and coming back from them: docs/storage.md, *back up* and *restore*.

`Backup.make` makes one, `sets` finds and judges those in a folder, `Restore` brings one back into an empty place,
`put_back` a single recording into a server that is there.
"""

from playhead.store.backup.backup import Backup, Done, Source
from playhead.store.backup.manifest import Entry, Manifest
from playhead.store.backup.restore import Restore, Restored
from playhead.store.backup.sets import Found, find_backups, newest_whole

__all__ = [
    "Backup",
    "Done",
    "Entry",
    "Found",
    "Manifest",
    "Restore",
    "Restored",
    "Source",
    "find_backups",
    "newest_whole",
]
