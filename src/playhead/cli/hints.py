"""What to do about errors that say no more than that something is not there, for who asked from the command line."""

from collections.abc import Mapping
from typing import Final

HINTS: Final[Mapping[str, str]] = {
    "backup.not_found": "Name the folder in which `playhead backup` makes them.",
    "erasure.not_found": "`playhead erasure list` has the newest.",
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
