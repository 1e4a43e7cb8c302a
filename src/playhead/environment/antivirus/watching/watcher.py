"""Watches folders or a process for a while, and says what was seen of each file."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.environment.antivirus.sightings import Folder, Program, Sighting, Watched
from playhead.environment.antivirus.watching.fanotify import Fanotify
from playhead.environment.antivirus.watching.folders import inspect
from playhead.environment.antivirus.watching.inotify import Event, Inotify, Mask
from playhead.environment.antivirus.watching.processes import Processes, programs_of

LOOK_S: Final = 1.0
"""Between two looks."""
SECONDS_MAX: Final = 86_400
"""A day shows what an application does; longer only fills memory."""
PATHS_MAX: Final = 16
FOLDERS_MAX: Final = 4096
"""Half of what a kernel lets an account watch at the least (``fs.inotify.max_user_watches``)."""
FILES_MAX: Final = 50_000
"""Files that are remembered, those that are gone included: 20 MB. More are only counted."""


@dataclass(slots=True)
class _File:
    first: int
    """The number of the look at which it is there first."""
    created: bool
    last: int | None = None
    """The number of the look before it went."""
    size: int = 0
    held: int = 0
    changed: int = 0
    dirty: bool = False
    locked: bool = False
    programs: set[Program] = field(default_factory=set[Program])


class Watcher:
    """What has been seen so far.

    Args:
        roots: folders to watch, with all below them.
        pid: a process whose files alone count, with its children's; its folders are watched, too.
        processes: of this machine.
        fanotify: tells who writes; None where it may not be asked.

    Raises:
        InvalidInputError: ``antivirus.paths``: nothing is named, or too much.
        NotFoundError: ``antivirus.folder``, ``antivirus.process``: there is none.
        LimitError: ``antivirus.folders``, ``antivirus.watches``: there are too many folders.
        UnavailableError: ``antivirus.inotify``.
    """

    def __init__(
        self, roots: Sequence[Path], *, pid: int | None, processes: Processes, fanotify: Fanotify | None
    ) -> None:
        if not (roots or pid) or len(roots) > PATHS_MAX:
            raise InvalidInputError("antivirus.paths", f"Name 1 to {PATHS_MAX} folders, or a process with --pid.")
        for root in roots:
            if not root.is_dir():
                raise NotFoundError("antivirus.folder", f"{root} is no folder.")
        self._pid = pid
        self._processes = processes
        self._fanotify = fanotify
        self._inotify = Inotify()
        self._folders: set[Path] = set()
        self._files: dict[Path, _File] = {}
        self._gone: list[tuple[Path, _File]] = []
        self._latest: dict[Path, _File] = {}
        """By path, gone or not: what wrote to it is heard of later than that it went."""
        self._looks = 0
        self._overlooked = 0
        self._mine: frozenset[int] = frozenset()
        if pid is not None:
            self._mine = processes.with_children(pid)
            if processes.program_of(pid) is None and processes.complete:
                self.close()
                raise NotFoundError("antivirus.process", f"There is no process {pid}.")
        for root in roots:
            self._enter(root.resolve(), created=False)

    @property
    def looks(self) -> int:
        """How often everything was looked at."""
        return self._looks

    def look(self) -> None:
        """Look at everything once."""
        if self._pid is not None:
            self._mine = self._processes.with_children(self._pid)
        opened = self._processes.opened(self._mine)
        if self._pid is not None:
            for path in opened:
                self._enter_alone(path.parent, created=False)
        self.hear()
        self._looks += 1
        locks = self._processes.locked()
        for path, pids in opened.items():
            file = self._files.get(path)
            if file is not None:
                file.held += 1
                file.programs |= programs_of(pids, self._processes)
                file.locked |= _is_locked(path, locks)
        for path, file in self._files.items():
            if file.dirty:
                file.dirty = False
                file.changed += 1
                file.size = max(file.size, _size(path))

    def hear(self) -> None:
        """Take in what happened since; to be called often, as who wrote is forgotten once it has ended."""
        for event in self._inotify.read():
            self._take(event)
        if self._fanotify is None:
            return
        for path, pid in self._fanotify.read():
            file = self._latest.get(path)
            if file is not None and (self._pid is None or pid in self._mine):
                file.programs |= programs_of((pid,), self._processes)

    def result(self, seconds: float) -> Watched:
        """What was seen in that time."""
        files = [_sighting(path, file, self._looks) for path, file in [*self._gone, *self._files.items()]]
        if self._pid is not None:
            files = [file for file in files if file.programs]
        return Watched(
            tuple(files),
            tuple(_inspected(self._folders)),
            seconds,
            self._looks,
            overlooked=self._overlooked,
            complete=self._processes.complete,
        )

    def close(self) -> None:
        """Watch no more."""
        self._inotify.close()
        if self._fanotify is not None:
            self._fanotify.close()

    def _enter(self, root: Path, *, created: bool) -> None:
        waiting = [root]
        while waiting:
            waiting += self._enter_alone(waiting.pop(), created=created)

    def _enter_alone(self, folder: Path, *, created: bool) -> list[Path]:
        """Watch one folder; those in it are the answer."""
        if folder in self._folders:
            return []
        if len(self._folders) >= FOLDERS_MAX:
            hint = "Name the folders that the application writes to, not one above them."
            raise LimitError("antivirus.folders", f"At most {FOLDERS_MAX} folders can be watched.", hint=hint)
        found: list[Path] = []
        try:
            self._inotify.add(folder)
            if self._fanotify is not None:
                self._fanotify.add(folder)
            with os.scandir(folder) as entries:  # after the watch is set, so that nothing comes in between
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        found.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        self._come(Path(entry.path), created=created)
        except OSError:
            self._overlooked += 1  # it went, or is not ours to read
        self._folders.add(folder)
        return found

    def _take(self, event: Event) -> None:
        path = event.folder / event.name
        if event.mask & Mask.OVERFLOW:
            self._overlooked += 1
        elif event.mask & Mask.ISDIR:
            if event.mask & (Mask.CREATE | Mask.MOVED_TO):
                self._enter(path, created=True)
        elif event.mask & Mask.CREATE:
            self._come(path, created=True)  # unless it was there when its folder was read
        elif event.mask & Mask.MOVED_TO:
            self._go(path)
            self._come(path, created=True)
        elif event.mask & (Mask.DELETE | Mask.MOVED_FROM):
            self._go(path)
        elif event.mask & Mask.MODIFY and path in self._files:
            self._files[path].dirty = True

    def _come(self, path: Path, *, created: bool) -> None:
        if path in self._files:
            return
        if len(self._files) + len(self._gone) >= FILES_MAX:
            self._overlooked += 1
            return
        self._files[path] = self._latest[path] = _File(self._looks + 1, created, size=_size(path))

    def _go(self, path: Path) -> None:
        file = self._files.pop(path, None)
        if file is not None:
            file.last = self._looks
            self._gone.append((path, file))


async def watch(watcher: Watcher, seconds: float, *, fanotify: Fanotify | None = None) -> Watched:
    """Look every `LOOK_S` for that long.

    Raises:
        InvalidInputError: ``antivirus.seconds``.
    """
    if not LOOK_S <= seconds <= SECONDS_MAX:
        raise InvalidInputError("antivirus.seconds", f"Watch for {LOOK_S:g} to {SECONDS_MAX} seconds.")
    loop = asyncio.get_running_loop()
    began = loop.time()
    if fanotify is not None:
        loop.add_reader(fanotify.fileno(), watcher.hear)
    try:
        for at in range(1, int(seconds / LOOK_S) + 1):
            await asyncio.sleep(began + at * LOOK_S - loop.time())
            watcher.look()
    finally:
        if fanotify is not None:
            loop.remove_reader(fanotify.fileno())
    return watcher.result(loop.time() - began)


def _sighting(path: Path, file: _File, looks: int) -> Sighting:
    last = looks if file.last is None else file.last
    return Sighting(
        path,
        size=file.size,
        looks=max(0, last - file.first + 1),
        held=file.held,
        changed=file.changed,
        created=file.created,
        removed=file.last is not None,
        locked=file.locked,
        programs=frozenset(file.programs),
    )


def _inspected(folders: Iterable[Path]) -> list[Folder]:
    found: list[Folder] = []
    for folder in sorted(folders):
        try:
            found.append(inspect(folder))
        except OSError:
            found.append(Folder(folder, open_to_all=True))  # nobody knows who may write to one that cannot be read
    return found


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _is_locked(path: Path, locks: set[tuple[int, int]]) -> bool:
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_dev, status.st_ino) in locks
