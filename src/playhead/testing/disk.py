"""A disk that forgets: for tests that cut the power at every step.

What POSIX promises and nothing more. Bytes written are durable after `sync` of their file; until then a power cut keeps
any subset of the 512-byte sectors. A name made, renamed or removed is durable after `sync_folder` of its folder; until
then a power cut keeps or forgets each such change on its own. A failed `sync` drops what it could not write and says so
once (as Linux does): a later one succeeds, and proves nothing about those bytes.
"""

import errno
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from typing_extensions import Buffer

from playhead.store.disk import File

SECTOR_BYTES = 512
"""What a drive writes whole or not at all."""


class PowerCutError(BaseException):
    """The power went. Not an `Exception`, so that no handler of the code under test outlives it."""


@dataclass(eq=False, slots=True)
class _Content:
    """One file, whatever its names: as programs see it, and as the platter holds it."""

    seen: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    dirty: set[int] = field(default_factory=set[int])
    """Sectors written since the last sync."""
    resized: bool = False

    def settle(self) -> None:
        durable = bytearray(self.durable[: len(self.seen)].ljust(len(self.seen), b"\0"))
        for sector in self.dirty:
            start = sector * SECTOR_BYTES
            durable[start : start + SECTOR_BYTES] = self.seen[start : start + SECTOR_BYTES]
        self.durable = bytes(durable)
        self.lose_dirty()

    def lose_dirty(self) -> None:
        """A failed sync: the system takes the pages for clean, and the platter never got them."""
        self.dirty.clear()
        self.resized = False

    def after_power_cut(self, chance: random.Random) -> bytes:
        size = len(self.durable)
        if self.resized or len(self.seen) > size:
            size = chance.choice((size, len(self.seen), chance.randint(*sorted((size, len(self.seen))))))
        found = bytearray(self.durable[:size].ljust(size, b"\0"))
        for sector in sorted(self.dirty):
            start = sector * SECTOR_BYTES
            if chance.random() < 0.5 and start < size:  # noqa: PLR2004 # a fair coin
                end = min(start + SECTOR_BYTES, size)
                found[start:end] = self.seen[start:end].ljust(end - start, b"\0")
        return bytes(found)


class _SimulatedFile:
    """A handle. Useless once the power went, like everything in memory then."""

    def __init__(self, disk: "SimulatedDisk", path: PurePath, content: _Content) -> None:
        self._disk = disk
        self._path = path
        self.content: _Content | None = content

    def write_at(self, data: Buffer, offset: int) -> None:
        view = memoryview(data).cast("B")
        content = self._content()
        room = self._disk.step("write", self._path, len(view))
        room = min(room, len(content.seen) + self._disk.left_bytes() - offset)
        part = view[: max(room, 0)]
        end = offset + len(part)
        if part:
            content.seen += bytes(max(0, end - len(content.seen)))
            content.seen[offset:end] = part
            content.dirty.update(range(offset // SECTOR_BYTES, (end - 1) // SECTOR_BYTES + 1))
        if room < len(view):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def read_at(self, size: int, offset: int) -> bytes:
        self._disk.look("read", self._path)
        return bytes(self._content().seen[offset : offset + size])

    def size(self) -> int:
        self._disk.look("size", self._path)
        return len(self._content().seen)

    def truncate(self, size: int) -> None:
        content = self._content()
        self._disk.step("truncate", self._path)
        del content.seen[size:]
        content.seen += bytes(size - len(content.seen))
        # What is cut off is dirty too: should the file grow again, zeros are there and not what was.
        content.dirty.update(range(size // SECTOR_BYTES, len(content.durable) // SECTOR_BYTES + 1))
        content.resized = True

    def sync(self) -> None:
        content = self._content()
        try:
            self._disk.step("sync", self._path)
        except OSError:
            content.lose_dirty()
            raise
        content.settle()

    def close(self) -> None:
        self.content = None

    def _content(self) -> _Content:
        if self.content is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self.content


@dataclass(frozen=True, slots=True)
class Step:
    """One step, for a rule that chooses which fail."""

    number: int
    """From 1, in the order of this disk's life."""
    name: str
    """Of the operation: ``write``, ``sync``, ``sync_files``, ``sync_folder``, ``create``, ``truncate``, …"""
    path: PurePath


Fault = Callable[[Step], int | None]
"""The `errno` with which a step fails, or None."""


class SimulatedDisk:
    """A file system in memory; see the module. Implements `playhead.store.disk.Disk`.

    Args:
        seed: decides what unsynced things a power cut keeps.
        cut_at: the number of the step at which the power goes, before it does anything; 0 for never.
        fault: chooses the steps that fail, and how. A ``write`` that fails by ENOSPC wrote half of its bytes.
        room_bytes: what `free_bytes` says is left at first; None for plenty.
    """

    def __init__(
        self, *, seed: int = 0, cut_at: int = 0, fault: Fault | None = None, room_bytes: int | None = None
    ) -> None:
        self.steps: list[Step] = []
        self.cut_at = cut_at
        self.fault = fault
        self.room_bytes = room_bytes
        self.capacity_bytes: int | None = None
        """What all files together may take; None for plenty. A write that does not fit writes what does."""
        self.on_cut: Callable[[], None] = lambda: None
        """Told when the power goes, before anything else happens."""
        self._chance = random.Random(seed)  # noqa: S311 # a seed that can be repeated is the point
        self._dead = False
        self._names: dict[PurePath, _Content | None] = {PurePath("/"): None}
        self._durable_names = dict(self._names)
        self._renames: list[tuple[PurePath, PurePath]] = []

    def cut(self) -> None:
        """The power goes, or the process is killed: nothing can be done here until `restart` or `kill`."""
        self._dead = True
        self.on_cut()

    def files(self) -> dict[PurePath, bytes]:
        """Every file as programs see it, also without power: for those who judge."""
        return {path: bytes(content.seen) for path, content in self._names.items() if content is not None}

    def remains(self) -> Iterator[tuple[PurePath, bytes]]:
        """What somebody who takes the disk out may find: every file as it is seen, and as the platter has it."""
        for path, content in [*self._names.items(), *self._durable_names.items()]:
            if content is not None:
                seen = bytes(content.seen)
                yield path, seen
                if content.durable != seen:
                    yield path, content.durable

    def kill(self) -> None:
        """The process alone dies (at ``cut_at``, or now), and another comes: what was not synced is still in memory."""
        self._dead = False
        self.cut_at = 0
        self.fault = None

    def restart(self) -> None:
        """Cut the power (where it has not gone by itself) and come back with what the platter holds."""
        changed = [path for path in self._names.keys() | self._durable_names.keys() if self._is_unsynced(path)]
        kept = {path: self._chance.random() < 0.5 for path in sorted(changed)}  # noqa: PLR2004 # a fair coin
        for path, target in self._renames:
            if path in kept and target in kept:
                kept[target] = kept[path]
        for path, keep in kept.items():
            if keep:
                self._settle_name(path)
        self._renames.clear()
        contents: dict[_Content, _Content] = {}
        names: dict[PurePath, _Content | None] = {}
        for path, content in sorted(self._durable_names.items()):
            if path.parent not in names and path != path.parent:
                continue  # what lies in a folder that is forgotten is forgotten
            if content is not None and content not in contents:
                found = content.after_power_cut(self._chance)
                contents[content] = _Content(bytearray(found), found)
            names[path] = None if content is None else contents[content]
        self._names, self._durable_names = names, dict(names)
        self.kill()

    def step(self, name: str, path: PurePath, size: int = 0) -> int:
        """Count a step that changes something; also of what a test simulates beside the disk, such as a catalogue.

        Returns:
            How many of ``size`` bytes are written before it fails.

        Raises:
            PowerCutError: this is the step to cut at, or the power has gone already.
            OSError: the fault chosen for it.
        """
        self.look(name, path)
        step = Step(len(self.steps) + 1, name, path)
        self.steps.append(step)
        if step.number == self.cut_at:
            self.cut()
            raise PowerCutError
        number = self.fault(step) if self.fault else None
        if number is None:
            return size
        if name == "write" and number == errno.ENOSPC:
            return size // 2
        raise OSError(number, os.strerror(number), str(path))

    def look(self, name: str, path: PurePath) -> None:
        """A step that changes nothing; impossible without power."""
        del name, path
        if self._dead:
            raise PowerCutError

    def open(self, path: Path, *, create: bool = False) -> File:
        """As `Disk.open`."""
        self.look("open", path)
        if create:
            self._folder(path.parent)
            if path in self._names:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
            self.step("create", path)
            self._names[path] = _Content()
        content = self._names.get(path)
        if content is None:
            number = errno.EISDIR if path in self._names else errno.ENOENT
            raise OSError(number, os.strerror(number), str(path))
        return _SimulatedFile(self, path, content)

    def exists(self, path: Path) -> bool:
        """As `Disk.exists`."""
        self.look("exists", path)
        return path in self._names

    def make_folder(self, path: Path) -> None:
        """As `Disk.make_folder`."""
        for folder in (*reversed(path.parents), path):
            if folder not in self._names:
                self.step("make_folder", folder)
                self._names[folder] = None
            self._folder(folder)

    def list_folder(self, path: Path) -> list[str]:
        """As `Disk.list_folder`."""
        self.look("list_folder", path)
        self._folder(path)
        return sorted(name.name for name in self._names if name.parent == path and name != path)

    def rename(self, path: Path, target: Path) -> None:
        """As `Disk.rename`. A power cut keeps or forgets both of its changes (`sync_folder` may make one durable)."""
        content = self._file(path)
        self._folder(target.parent)
        self.step("rename", path)
        del self._names[path]
        self._names[target] = content
        self._renames.append((path, target))

    def link(self, path: Path, target: Path) -> None:
        """As `Disk.link`."""
        content = self._file(path)
        self._folder(target.parent)
        if target in self._names:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        self.step("link", target)
        self._names[target] = content

    def remove(self, path: Path) -> None:
        """As `Disk.remove`."""
        self._file(path)
        self.step("remove", path)
        del self._names[path]

    def sync_folder(self, path: Path) -> None:
        """As `Disk.sync_folder`."""
        self._folder(path)
        self.step("sync_folder", path)
        for name in self._names.keys() | self._durable_names.keys():
            if name.parent == path and name != path:
                self._settle_name(name)

    def sync_files(self, files: Sequence[File]) -> list[OSError | None]:
        """As `Disk.sync_files`. A fault is that of the file in the middle; the others are synced."""
        found: list[OSError | None] = []
        fault: OSError | None = None
        try:
            self.step("sync_files", PurePath())
        except OSError as error:
            fault = error
        for number, file in enumerate(files):
            content = file.content if isinstance(file, _SimulatedFile) else None
            if content is None:
                found.append(OSError(errno.EBADF, os.strerror(errno.EBADF)))
            elif fault is not None and number == len(files) // 2:
                content.lose_dirty()
                found.append(fault)
            else:
                content.settle()
                found.append(None)
        return found

    def free_bytes(self, path: Path) -> int:
        """As `Disk.free_bytes`."""
        self.look("free_bytes", path)
        left_bytes = self.left_bytes()
        return left_bytes if self.room_bytes is None else min(left_bytes, self.room_bytes)

    def left_bytes(self) -> int:
        """How much fits on it."""
        return 1 << 40 if self.capacity_bytes is None else max(0, self.capacity_bytes - self.used_bytes())

    def used_bytes(self) -> int:
        """What all files take."""
        return sum(len(content.seen) for content in self._names.values() if content is not None)

    def _is_unsynced(self, path: PurePath) -> bool:
        return self._names.get(path, ...) is not self._durable_names.get(path, ...)

    def _settle_name(self, path: PurePath) -> None:
        """Let the platter's entry be the one that is seen."""
        if path in self._names:
            self._durable_names[path] = self._names[path]
        else:
            self._durable_names.pop(path, None)

    def _folder(self, path: PurePath) -> None:
        self.look("folder", path)
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        if self._names[path] is not None:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))

    def _file(self, path: PurePath) -> _Content:
        self.look("file", path)
        content = self._names.get(path)
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return content
