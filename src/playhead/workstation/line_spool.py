"""Numbered lines on the workstation's disk: what is to be sent, and stays for whoever looks there.

Every line has a number that is never used again, by which the premises stores it once. What is sent is on this disk
before: else a power cut could take a line, and another get its number. Bounded in bytes; the oldest lines go first,
sent or not, and those that were not are counted.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from playhead.store.disk import Disk, File
from playhead.store.small_files import read_small_file, write_small_file

FILE_BYTES: Final = 1 << 20
"""Of a file; then another is begun."""
RECENT_BYTES: Final = 256 << 10
"""How much of the newest file is looked at for how much was written lately."""
_SENT_FILE: Final = "sent.json"
_SENT_BYTES_MAX: Final = 4096


class Numbered(Protocol):
    """A line, as msgspec writes it."""

    @property
    def sequence(self) -> int:
        """Its number."""
        ...


L = TypeVar("L", bound=Numbered)


class _Sent(msgspec.Struct, frozen=True):
    spool: str
    sequence: int


_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Place:
    """Between two lines: the first number of a file, and bytes into it."""

    file: int
    offset: int


class LineSpool(Generic[L]):
    """See the module. Its calls block shortly; any thread may `append`.

    Args:
        disk: where.
        folder: for nothing else.
        kind: of the lines.
        suffix: of the files.
        bytes_max: of all files together.
        new_name: makes a name for a spool that has none yet.
    """

    def __init__(
        self, disk: Disk, folder: Path, kind: type[L], *, suffix: str, bytes_max: int, new_name: Callable[[], str]
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._decode = msgspec.json.Decoder(kind).decode
        self._suffix = suffix
        self._bytes_max = bytes_max
        self._new_name = new_name
        self._lock = threading.Lock()
        self._sizes: dict[int, int] = {}
        """Of each file, by the number of its first line, oldest first."""
        self._file: File | None = None
        self._next = 1
        self._synced = 0
        self._place = _Place(1, 0)
        self.name = ""
        """Tells this spool from every other of the workstation."""
        self.sent = 0
        """Every line up to this number is durable at the premises."""
        self.lost = 0
        """Lines that went before they were sent, since the opening."""

    @property
    def used_bytes(self) -> int:
        """Of all files."""
        return sum(self._sizes.values())

    @property
    def waiting(self) -> int:
        """Lines that are not durable at the premises yet."""
        return max(self._next - 1 - self.sent, 0)

    def open(self) -> list[L]:
        """Find out where it goes on; the newest lines that it has.

        Raises:
            OSError: the folder cannot be used.
            UnavailableError: ``file.unreadable``, ``file.unwritable``.
        """
        with self._lock:
            self._disk.make_folder(self._folder)
            self._disk.sync_folder(self._folder.parent)
            self._load_sent()
            names = [name for name in self._disk.list_folder(self._folder) if name.endswith(self._suffix)]
            numbers = sorted(
                int(name.removesuffix(self._suffix)) for name in names if name[: -len(self._suffix)].isdigit()
            )
            self._sizes = {number: self._size_of(number) for number in numbers}
            recent = self._mend(numbers[-1]) if numbers else []
            self._next = max(self.sent + 1, *numbers[-1:], *(line.sequence + 1 for line in recent[-1:]), 1)
            self._synced = self._next - 1
            self.rewind()
            return recent

    def append(self, make: Callable[[int], L]) -> bool:
        """Append the line that ``make`` makes of its number; whether it was."""
        with self._lock:
            line = make(self._next)
            try:
                self._append(_encode(line) + b"\n")
            except OSError:
                self.lost += 1
                return False
            self._next += 1
            return True

    def sync(self) -> None:
        """Have everything that was written on the disk.

        Raises:
            OSError: that cannot be.
        """
        with self._lock:
            file, last = self._file, self._next - 1
        if file is not None and last > self._synced:
            file.sync()
            self._synced = last

    def read(self, lines_max: int) -> list[L]:
        """The next lines to be sent, of those that are on the disk for sure.

        Raises:
            OSError: they cannot be read.
        """
        found: list[L] = []
        while len(found) < lines_max:
            with self._lock:
                file = self._place.file
                later = [number for number in self._sizes if number > file]
            raw = self._read_at(self._place) if file in self._sizes else b""
            whole = raw[: raw.rfind(b"\n") + 1]
            if not whole:
                if not later:
                    break
                self._place = _Place(later[0], 0)
                continue
            for octets in whole.splitlines(keepends=True):
                line = self._line(octets)
                if line is not None and line.sequence > self._synced:
                    return found
                if len(found) >= lines_max:
                    return found
                self._place = _Place(file, self._place.offset + len(octets))
                if line is not None and line.sequence > self.sent:
                    found.append(line)
        return found

    def rewind(self) -> None:
        """Read again from the first line that is not durable at the premises."""
        first = [number for number in self._sizes if number <= self.sent + 1]
        start = first[-1] if first else min(self._sizes, default=self._next)
        self._place = _Place(start, 0)

    def acknowledge(self, sequence: int) -> None:
        """Everything up to here is durable at the premises."""
        self.sent = max(self.sent, sequence)

    def save(self) -> None:
        """Keep how far it was sent. After a crash what was sent since is sent again, and stored once.

        Raises:
            UnavailableError: ``file.unwritable``.
        """
        write_small_file(self._disk, self._folder / _SENT_FILE, msgspec.json.encode(_Sent(self.name, self.sent)))

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _load_sent(self) -> None:
        data = read_small_file(self._disk, self._folder / _SENT_FILE, bytes_max=_SENT_BYTES_MAX)
        try:
            saved = None if data is None else msgspec.json.decode(data, type=_Sent)
        except msgspec.MsgspecError:
            saved = None  # a new name: what is there is sent again, rather than never
        if saved is None:
            self.name = self._new_name()
            self.save()
        else:
            self.name, self.sent = saved.spool, saved.sequence

    def _append(self, data: bytes) -> None:
        newest = next(reversed(self._sizes), None)
        if self._file is None or newest is None or self._sizes[newest] + len(data) > FILE_BYTES:
            if self._file is not None:
                self._file.sync()
                self._file.close()
                self._file = None
            self._file = self._disk.open(self._path(self._next), create=True)
            newest = self._next
            self._sizes[newest] = 0
            self._disk.sync_folder(self._folder)
        self._file.write_at(data, self._sizes[newest])
        self._sizes[newest] += len(data)
        while self.used_bytes > self._bytes_max and len(self._sizes) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest, following = list(self._sizes)[:2]
        self._disk.remove(self._path(oldest))
        del self._sizes[oldest]
        self.lost += max(0, following - 1 - max(self.sent, oldest - 1))
        self.sent = max(self.sent, following - 1)  # nothing of it will ever be

    def _mend(self, number: int) -> list[L]:
        """Cut off what is not whole of the newest file; its newest lines."""
        file = self._disk.open(self._path(number))
        try:
            raw = file.read_at(file.size(), 0)
            good = 0
            while (end := raw.find(b"\n", good)) >= 0 and self._line(raw[good:end]) is not None:
                good = end + 1
            file.truncate(good)
            file.sync()
        finally:
            file.close()
        if good == 0:
            self._disk.remove(self._path(number))
            del self._sizes[number]
            return []
        self._sizes[number] = good
        if good < FILE_BYTES:
            self._file = self._disk.open(self._path(number))
        start = max(0, good - RECENT_BYTES)
        return [line for line in map(self._line, raw[start:good].splitlines()) if line is not None]

    def _read_at(self, place: _Place) -> bytes:
        file = self._disk.open(self._path(place.file))
        try:
            return file.read_at(RECENT_BYTES, place.offset)
        finally:
            file.close()

    def _size_of(self, number: int) -> int:
        file = self._disk.open(self._path(number))
        try:
            return file.size()
        finally:
            file.close()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}{self._suffix}"

    def _line(self, octets: bytes) -> L | None:
        try:
            return self._decode(octets)
        except msgspec.MsgspecError:
            return None


def newest(disk: Disk, folder: Path, kind: type[L], *, suffix: str, lines_max: int) -> tuple[list[L], int]:
    """The newest lines of a spool that another program may write to, oldest first, and the number up to which it sent.

    Raises:
        OSError: they cannot be read.
        UnavailableError: ``file.unreadable``.
    """
    decode = msgspec.json.Decoder(kind).decode
    data = read_small_file(disk, folder / _SENT_FILE, bytes_max=_SENT_BYTES_MAX)
    sent = 0 if data is None else msgspec.json.decode(data, type=_Sent).sequence
    found: list[L] = []
    for name in sorted((one for one in disk.list_folder(folder) if one.endswith(suffix)), reverse=True):
        file = disk.open(folder / name)
        try:
            raw = file.read_at(file.size(), 0)
        finally:
            file.close()
        whole = raw[: raw.rfind(b"\n") + 1].splitlines()
        found = [*map(decode, whole[-(lines_max - len(found)) :]), *found]
        if len(found) >= lines_max:
            break
    return found, sent
