"""What to do about errors that say no more than that something is not there, for who asked from the command line."""

import errno
from collections.abc import Mapping
from typing import Final

HINTS: Final[Mapping[str, str]] = {
    "backup.not_found": "Name the folder in which `playhead backup` makes them.",
    "catalogue.unavailable": "See that this user may write the data folder, and that its disk has room and is whole.",
    "erasure.not_found": "`playhead erasure list` has the newest.",
    "file.unreadable": "Run it as the user whose file it is, give this user the right to it, or see the disk's health.",
    "file.unwritable": "See that this user may write there, and that the disk has room and is whole.",
    "folder.unusable": "Run it as the user whose folder it is, give this user the right to it, or name another.",
    "group.not_found": "`playhead groups list` names them.",
    "hold.none": "`playhead recordings list --held` has those that are.",
    "keyring.missing": "Name the data folder of the premises with --data.",
    "recording.erased": "`playhead erasure list` says by whom and why.",
    "recording.not_found": "`playhead recordings list` has the newest.",
    "role.not_found": "`playhead roles list` names them.",
    "statement.malformed": "A certificate of erasure is verified by `playhead erasure verify`.",
    "totp.off": "`playhead users list` says who has one.",
    "user.not_found": "`playhead users list` names them.",
    "workstation.not_found": "`playhead premises workstations` names them.",
}
"""By code; where the error has a hint of its own that one counts."""

_RIGHTS: Final = "Run it as the user whose folder it is, or give this user the right to it."
_ROOM: Final = "The disk is full: make room on it, or name a data folder elsewhere with --data."

OF_THE_SYSTEM: Final[Mapping[int | None, str]] = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "That file system is mounted read-only: mount it for writing, or name a folder elsewhere with --data.",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EIO: "The disk fails: see what the system's log says of it.",
    errno.EMFILE: "Allow this program more open files (ulimit -n, LimitNOFILE).",
    errno.ENOTDIR: "A file is where a folder should be: name another place with --data.",
    errno.EEXIST: "Something of that name is there already: move it away, or name another place.",
}
"""By what the system said (errno)."""
