"""The workstation's journal: what it did and why it did not record, also while nobody could be told.

```
<folder>/journal.log   one entry a line: CRC-32 of the rest in hexadecimal, a blank, the entry as JSON
<folder>/alive         two slots: when the program was alive last, in which boot, which version, and whether it ended
```

Entries are only added, and told to the premises once they are durable here; it says which of them it has. The mark in
``alive`` tells the next start how this one ended: in good order, killed, or with the machine.
"""

import asyncio
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.store.disk import Disk, File
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.screen import JournalEntry
from playhead.wire.screen.limits import MAX_DETAIL_CHARACTERS
from playhead.wire.screen.messages import StateName, Wanted
from playhead.workstation.alive import AliveMark, AliveMarks

ENTRIES_MAX: Final = 10_000
"""Entries kept; a quarter of them, the oldest, goes when there are more. A busy day has some dozens."""

AGE_US_MAX: Final = 30 * 86_400_000_000
"""Entries older than this go at the next start: ten times as long as the spool is to last."""

ENTRY_BYTES_MAX: Final = 2_048
"""A line of the file: the longest entry takes some 1,100."""

ALIVE_S: Final = 10.0
"""How often the program notes that it is alive: a crash is known to within so long."""

RETRY_S: Final = 5.0
"""How soon it is tried again to write what could not be written."""

_FILE_BYTES_MAX: Final = 2 * ENTRIES_MAX * ENTRY_BYTES_MAX

Past = Literal["off", "killed", "asleep", "update", "disk_full", "unknown"]
"""What can be found out afterwards of a stretch."""

_log = structlog.get_logger(__name__)


class Journal:
    """See the module. All methods but `open` are for the event loop's thread.

    Args:
        disk: where.
        folder: the journal's own; made where missing.
        clock: for the time of entries.
        boot: tells one run of the machine from another; empty where that is not known.
        version: of this program.
    """

    def __init__(self, disk: Disk, folder: Path, clock: Clock, *, boot: str = "", version: str = "") -> None:
        self._disk = disk
        self._folder = folder
        self._path = folder / "journal.log"
        self._alive = AliveMarks(disk, folder / "alive")
        self._clock = clock
        self._boot = boot
        self._version = version
        self._entries: list[JournalEntry] = []
        self._unsaved: list[JournalEntry] = []
        self._last_seq = 0
        self._newest: JournalEntry | None = None
        self._must_rewrite = False
        self._is_running = False
        self._file: File | None = None
        self._file_bytes = 0
        self._trouble: str = ""
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()

    def open(self) -> None:
        """Read what earlier runs left. Call once, first. Blocks.

        What cannot be read is left out, with a word in the log: a journal must not keep the workstation from recording.
        """
        try:
            self._disk.make_folder(self._folder)
            self._disk.sync_folder(self._folder.parent)
            self._read_all(read_small_file(self._disk, self._path, bytes_max=_FILE_BYTES_MAX) or b"")
            self._alive.open()
        except (OSError, UnavailableError) as error:
            _log.error("journal not readable", reason=str(error))
            self._must_rewrite = True

    def _read_all(self, data: bytes) -> None:
        lines = data.split(b"\n")
        found = [entry for entry in map(_read, lines) if entry is not None]
        self._file_bytes = len(data)
        if len(found) != len(lines) - 1 or lines[-1]:
            self._must_rewrite = True
            _log.warning("journal mended", damaged=len(lines) - len(found) - (not lines[-1]))
        self._entries = sorted(found, key=lambda entry: entry.seq)
        self._last_seq = self._entries[-1].seq if self._entries else 0
        self._newest = next((entry for entry in reversed(self._entries) if not entry.until_us), None)
        self._drop_old()

    def begin(self, state: StateName, *, wanted: Wanted, recording: bytes = b"", detail: str = "") -> None:
        """The program does its work from now on. Says what became of the run before."""
        now_us, mark = self._clock.wall_us(), self._alive.newest
        if mark is not None:
            past = how_ended(mark, boot=self._boot, version=self._version)
            if past is not None:
                said_us = self._newest.at_us if mark.has_ended and self._newest is not None else mark.at_us
                self.note_past(past[0], min(said_us, mark.at_us), now_us, detail=past[1])
        self._is_running = True
        self._newest = None  # the state is new, even where it is the one of before
        self.note(state, wanted=wanted, recording=recording, detail=detail)

    def note(
        self,
        state: StateName,
        *,
        wanted: Wanted,
        recording: bytes = b"",
        detail: str = "",
        at_us: int | None = None,
    ) -> None:
        """What the workstation does from now on. Nothing is noted where it did the same before.

        Args:
            state: the new one.
            wanted: whether a recording is to be made.
            recording: which.
            detail: why, in words.
            at_us: wall time since when, where that was noticed late: not before the last change.
        """
        newest = self._newest
        if newest is not None:
            if (newest.state, newest.wanted, newest.recording) == (state, wanted, recording):
                return
            if at_us is not None:
                at_us = max(at_us, newest.at_us)
        now_us = self._clock.wall_us()
        at_us = now_us if at_us is None else min(at_us, now_us)
        self._newest = self._add(
            JournalEntry(self._next_seq(), at_us, state, 0, wanted, recording, detail[:MAX_DETAIL_CHARACTERS])
        )

    def note_past(self, state: Past, from_us: int, to_us: int, *, detail: str = "") -> None:
        """What was so from one wall time to another, as was found out now. Nothing where that is no time at all."""
        if to_us <= from_us:
            return
        wanted: Wanted = self._newest.wanted if self._newest is not None else ""
        recording = self._newest.recording if self._newest is not None else b""
        text = detail[:MAX_DETAIL_CHARACTERS]
        self._add(JournalEntry(self._next_seq(), from_us, state, to_us, wanted, recording, text))

    @property
    def newest(self) -> JournalEntry | None:
        """The state as it was noted last."""
        return self._newest

    def after(self, seq: int, *, limit: int) -> tuple[JournalEntry, ...]:
        """Up to ``limit`` durable entries whose numbers are higher than ``seq``, oldest first."""
        found = [entry for entry in reversed(self._entries) if entry.seq > seq]
        return tuple(found[::-1][:limit]) if found else ()

    @property
    def durable_seq(self) -> int:
        """Number of the newest durable entry; 0 where there is none."""
        return self._entries[-1].seq if self._entries else 0

    async def run(self) -> None:
        """Make entries durable and note that the program is alive, until cancelled."""
        marked_us: int | None = None
        while True:
            now_us = self._clock.monotonic_us()
            if self._is_running and (marked_us is None or now_us - marked_us >= ALIVE_S * 1e6):
                await self._mark(has_ended=False)
                marked_us = now_us
            is_saved = await self.save()
            pause_s = ALIVE_S if is_saved else RETRY_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def save(self) -> bool:
        """Make what was noted durable; False where the disk does not take it now.

        A cancellation waits for it to be over: what a thread has written must not be written again.
        """
        saving = asyncio.ensure_future(self._save())
        try:
            return await asyncio.shield(saving)
        except asyncio.CancelledError:
            await saving
            raise

    async def _save(self) -> bool:
        async with self._writing:
            self._news.clear()
            fresh = list(self._unsaved)
            kept = _within_limit([*self._entries, *fresh])
            is_whole = self._must_rewrite or len(kept) < len(self._entries) + len(fresh)
            try:
                if is_whole:
                    await asyncio.to_thread(self._rewrite, kept)
                elif fresh:
                    await asyncio.to_thread(self._append, fresh)
            except (UnavailableError, OSError) as error:
                reason = str(error)
                if reason != self._trouble:
                    _log.error("journal not kept", reason=reason)
                self._trouble, self._must_rewrite = reason, True  # nothing is known of the file's end any more
                self._close_file()
                return False
            self._trouble, self._must_rewrite = "", False
            if fresh:
                self._unsaved = [entry for entry in self._unsaved if entry.seq > fresh[-1].seq]
            self._entries = kept
            return True

    async def close(self, state: Literal["off", "logged_out", "update"], *, at_us: int = 0) -> None:
        """The program ends in good order: note that, and make it durable.

        Args:
            state: how it is from now on.
            at_us: wall time since when, where that is a moment ago; 0 for now.
        """
        newest, now_us = self._newest, self._clock.wall_us()
        wanted: Wanted = newest.wanted if newest is not None else ""
        recording = newest.recording if newest is not None else b""
        at_us = min(max(at_us, newest.at_us if newest is not None else 0), now_us) if at_us else now_us
        self._newest = self._add(JournalEntry(self._next_seq(), at_us, state, 0, wanted, recording, last=True))
        await self.save()
        await self._mark(has_ended=True)
        self._close_file()
        self._alive.close()

    def _next_seq(self) -> int:
        """Grows for ever, also past the loss of the file: so it takes the time, where that is ahead."""
        self._last_seq = max(self._last_seq + 1, self._clock.wall_us())
        return self._last_seq

    def _add(self, entry: JournalEntry) -> JournalEntry:
        self._unsaved.append(entry)
        # While nothing can be written, the oldest of what waits goes: the file keeps to its own limit.
        self._unsaved = _within_limit(self._unsaved)
        self._news.set()
        return entry

    async def _mark(self, *, has_ended: bool) -> None:
        mark = AliveMark(self._clock.wall_us(), self._boot, self._version, has_ended)
        try:
            await asyncio.to_thread(self._alive.write, mark)
        except OSError as error:
            _log.error("sign of life not kept", reason=error.strerror)

    def _drop_old(self) -> None:
        oldest_us = self._clock.wall_us() - AGE_US_MAX
        young = [entry for entry in self._entries if max(entry.at_us, entry.until_us) >= oldest_us]
        if self._newest is not None and self._newest not in young:
            young = sorted([self._newest, *young], key=lambda entry: entry.seq)  # it may hold to this day
        if len(young) < len(self._entries):
            _log.info("journal shortened", dropped=len(self._entries) - len(young), because="age")
            self._entries, self._must_rewrite = young, True

    def _rewrite(self, entries: Sequence[JournalEntry]) -> None:
        self._close_file()
        data = b"".join(map(_line, entries))
        write_small_file(self._disk, self._path, data)
        self._file_bytes = len(data)

    def _append(self, entries: Sequence[JournalEntry]) -> None:
        if self._file is None:
            is_new = not self._disk.exists(self._path)
            self._file = self._disk.open(self._path, create=is_new)
            if is_new:
                self._disk.sync_folder(self._folder)
        data = b"".join(map(_line, entries))
        self._file.write_at(data, self._file_bytes)
        self._file.sync()
        self._file_bytes += len(data)

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None


def how_ended(mark: AliveMark, *, boot: str, version: str) -> tuple[Past, str] | None:
    """What the time from the last sign of life of a run to the next was, and in words; None where the run said it."""
    is_same_boot = mark.boot == boot and boot != ""
    if mark.has_ended:
        if is_same_boot and mark.version != version:
            return "update", f"{mark.version} was replaced by {version}."
        return None
    if is_same_boot:
        return "killed", "The program ended without a word."
    return "off", "The machine went off without a word."


def _within_limit(entries: list[JournalEntry]) -> list[JournalEntry]:
    """The same, or without the oldest quarter, in whose place an entry says that nothing is known of that time.

    It has the number of the last one that went: a premises that has that one already keeps what it has.
    """
    if len(entries) <= ENTRIES_MAX:
        return entries
    going = entries[: ENTRIES_MAX // 4]
    rest = entries[len(going) :]
    _log.warning("journal shortened", dropped=len(going), because="number")
    last = going[-1]
    from_us = min(entry.at_us for entry in going)
    to_us = max(from_us + 1, rest[0].at_us)
    text = "Older entries of the journal were dropped."
    return [JournalEntry(last.seq, from_us, "unknown", to_us, last.wanted, last.recording, text), *rest]


def _line(entry: JournalEntry) -> bytes:
    body = msgspec.json.encode(entry)
    return b"%08x %b\n" % (zlib.crc32(body), body)


def _read(line: bytes) -> JournalEntry | None:
    """The entry in a line; None where it is damaged, or empty."""
    head, _, body = line.partition(b" ")
    if not body or len(line) > ENTRY_BYTES_MAX or head != b"%08x" % zlib.crc32(body):
        return None
    try:
        return msgspec.json.decode(body, type=JournalEntry)
    except msgspec.MsgspecError:
        return None
