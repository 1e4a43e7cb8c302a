"""Who may write to a folder, and what the system would run in it: mode bits, POSIX access control lists, mount options.

Sources: acl(5); the layout of ``system.posix_acl_access`` in the kernel's include/uapi/linux/posix_acl_xattr.h.
"""

import errno
import grp
import os
import pwd
import stat
import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from playhead.environment.antivirus.dangers import EXECUTABLE_SUFFIXES
from playhead.environment.antivirus.sightings import Folder

NAMES_MAX: Final = 10_000
"""Files of one folder that are looked at. One with more is no folder of programs."""
_ACL: Final = "system.posix_acl_access"
_ACL_VERSION: Final = 2
_ENTRY: Final = struct.Struct("<HHI")


class _Tag(IntEnum):
    """Whom an entry concerns (posix_acl.h)."""

    USER_OBJ = 0x01
    USER = 0x02
    GROUP_OBJ = 0x04
    GROUP = 0x08
    MASK = 0x10
    OTHER = 0x20


@dataclass(frozen=True, slots=True)
class Writers:
    """Who may write, root aside."""

    everybody: bool
    named: frozenset[str]
    """As ``user jo`` and ``group staff``; a group with nobody in it is left out."""


def inspect(path: Path) -> Folder:
    """What may hide in a folder.

    Raises:
        OSError: it cannot be read.
    """
    above = any(_replaceable_below(parent) for parent in path.absolute().parents)
    writers = writers_of(path)
    return Folder(path, writers.everybody or above, writers.named, _executables(path))


def writers_of(path: Path) -> Writers:
    """Who may write to a file or folder.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    mode = status.st_mode
    entries = _acl(path) or [
        (_Tag.USER_OBJ, mode >> 6 & 7, 0),
        (_Tag.GROUP_OBJ, mode >> 3 & 7, 0),
        (_Tag.OTHER, mode & 7, 0),
    ]
    mask = next((bits for tag, bits, _ in entries if tag == _Tag.MASK), 7)
    everybody = any(tag == _Tag.OTHER and bits & 2 for tag, bits, _ in entries)
    named: set[str] = set()
    for tag, bits, number in entries:
        match tag:
            case _Tag.USER_OBJ if bits & 2:
                named.add(_user(status.st_uid))
            case _Tag.USER if bits & mask & 2:
                named.add(_user(number))
            case _Tag.GROUP_OBJ if bits & mask & 2:
                named |= _group(status.st_gid, owner=status.st_uid)
            case _Tag.GROUP if bits & mask & 2:
                named |= _group(number, owner=status.st_uid)
            case _:
                pass
    return Writers(everybody, frozenset(named - {_user(0)}))


def runs_nothing(path: Path) -> bool:
    """Whether its file system is mounted ``noexec``.

    Raises:
        OSError: it cannot be read.
    """
    return bool(os.statvfs(path).f_flag & os.ST_NOEXEC)


def _replaceable_below(folder: Path) -> bool:
    """Everybody may rename what lies in it: writable by all, and not sticky (chmod(2))."""
    return writers_of(folder).everybody and not folder.stat().st_mode & stat.S_ISVTX


def _executables(path: Path) -> frozenset[str]:
    if runs_nothing(path):
        return frozenset()
    found: set[str] = set()
    with os.scandir(path) as entries:
        for _, entry in zip(range(NAMES_MAX), entries, strict=False):
            try:
                if not entry.is_file(follow_symlinks=False):
                    continue
                named_so = Path(entry.name).suffix.lower() in EXECUTABLE_SUFFIXES
                if named_so or entry.stat(follow_symlinks=False).st_mode & 0o111:
                    found.add(entry.name)
            except FileNotFoundError:
                continue  # it went while it was looked at
    return frozenset(found)


def _acl(path: Path) -> list[tuple[int, int, int]]:
    """Tag, permission bits and id of each entry; empty where there is no list, and the mode says everything."""
    try:
        data = os.getxattr(path, _ACL)
    except OSError as error:
        if error.errno in {errno.ENODATA, errno.ENOTSUP}:
            return []
        raise
    (version,) = struct.unpack_from("<I", data)
    if version != _ACL_VERSION:
        raise OSError(errno.EINVAL, f"an access control list of version {version}", str(path))
    return list(_ENTRY.iter_unpack(data[4:]))


def _user(number: int) -> str:
    try:
        return f"user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"user {number}"


def _group(number: int, *, owner: int) -> set[str]:
    """A group as a writer, where somebody besides the owner is in it."""
    try:
        group = grp.getgrgid(number)
    except KeyError:
        return {f"group {number}"}
    members = {f"user {name}" for name in group.gr_mem}
    members |= {f"user {one.pw_name}" for one in pwd.getpwall() if one.pw_gid == number}
    return {f"group {group.gr_name}"} if members - {_user(owner), _user(0)} else set()
