"""Finding lines in all files, newest first.

Blocks are looked into from the latest on, and only as far as something newer than what was found may come. What a
question costs is bounded: past its budget it says how far it came, and the next page goes on there.
"""

import heapq
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog
import zstandard

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, UnavailableError
from playhead.base.instants import from_rfc3339, rfc3339
from playhead.domain.logs import Cursor, LogLine, LogPage, LogQuery
from playhead.store.disk import Disk
from playhead.store.logs.files import LogFile, list_files
from playhead.store.logs.growing import Growing
from playhead.store.logs.index import Index
from playhead.store.logs.packing import unpack
from playhead.store.logs.scanning import Sieve

BUDGET_US: Final = 2_000_000
"""How long a question may take before it answers with what it has."""
LINES_MAX: Final = 1000
"""Of a page."""
_FAR_US: Final = (1 << 63) - 1
_N_MAX: Final = (1 << 63) - 1
_TRIES: Final = 3
"""A file may be packed or removed while it is read; then all is listed anew."""

_log = structlog.get_logger(__name__)

_Candidate = tuple[int, int, int]
"""Time of the block's latest line, negated; number of its file; number of the block, -1 for a file not looked at."""


class LogSearch:
    """Reads a store; any number may, beside the one that writes. Its calls block.

    Args:
        disk: where.
        root: the store's folder.
        clock: for the budget.
    """

    def __init__(self, disk: Disk, root: Path, clock: Clock) -> None:
        self._disk = disk
        self._root = root
        self._clock = clock
        self._files: dict[int, LogFile] = {}
        self._indexes: dict[int, Index] = {}
        self._growing: dict[int, Growing] = {}
        self._lock = threading.Lock()

    def find(
        self, query: LogQuery, *, before: Cursor | None = None, limit: int = 100, budget_us: int | None = BUDGET_US
    ) -> LogPage:
        """A page of what is looked for, newest first.

        Args:
            query: what.
            before: where the page begins; None for the newest.
            limit: how many lines at most, up to `LINES_MAX`.
            budget_us: how long it may take; None for as long as it takes.

        Raises:
            UnavailableError: ``logs.unreadable``.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                with self._lock:
                    self._refresh()
                    return self._find(query, before, limit, budget_us)
            except FileNotFoundError as error:
                if attempt == _TRIES:
                    raise UnavailableError("logs.unreadable", f"{error.filename} is gone.") from error
            except OSError as error:
                raise UnavailableError("logs.unreadable", f"The logs cannot be read: {error.strerror}.") from error
        raise AssertionError("unreachable")

    def span(self) -> tuple[int, int] | None:
        """Wall times of the earliest and the latest line; None where there is none.

        Raises:
            UnavailableError: ``logs.unreadable``.
        """
        try:
            with self._lock:
                self._refresh()
        except OSError as error:
            raise UnavailableError("logs.unreadable", f"The logs cannot be read: {error.strerror}.") from error
        packed = [index for index in self._indexes.values() if index.blocks]
        firsts = [int(index.first_us.min()) for index in packed]
        firsts += [block.first_us for growing in self._growing.values() for block in growing.blocks]
        latest = self._latest()
        return (min(firsts), max(-each[0] for each in latest)) if firsts else None

    def _refresh(self) -> None:
        self._files = {file.number: file for file in list_files(self._disk, self._root)}
        for known in (self._indexes, self._growing):
            for number in [number for number in known if number not in self._files]:
                del known[number]
        for number, file in self._files.items():
            if file.is_packed:
                self._growing.pop(number, None)
                if number not in self._indexes:
                    self._read_index(file)
            else:
                self._growing.setdefault(number, Growing(self._disk, file.plain)).refresh()

    def _read_index(self, file: LogFile) -> None:
        try:
            self._indexes[file.number] = Index.read(self._disk, file.index)
        except CorruptError as error:
            _log.error("a log cannot be searched", file=str(file.packed), code=error.code, error=error.message)

    def _find(self, query: LogQuery, before: Cursor | None, limit: int, budget_us: int | None) -> LogPage:
        sieve = Sieve.of(query)
        before_us = _FAR_US if before is None else from_rfc3339(before.at)
        started_us = self._clock.monotonic_us()
        found: list[LogLine] = []
        heap = self._latest()
        heapq.heapify(heap)
        while heap:
            minus_us, number, block = heapq.heappop(heap)
            floor = found[limit].key if len(found) > limit else None  # one more than wanted: to know that there is
            if floor is not None and -minus_us < from_rfc3339(floor[0]):
                break
            if block < 0:
                for each in self._candidates(number, query, before_us):
                    heapq.heappush(heap, each)
                continue
            # Those that reach beyond where the page begins are needed whatever they cost: else there is no progress.
            is_beyond = -minus_us >= before_us
            if budget_us is not None and not is_beyond and self._clock.monotonic_us() - started_us > budget_us:
                return _unfinished(found, rfc3339(-minus_us), limit)
            raw, is_sorted = self._block(number, block)
            fresh = sieve.scan(raw, is_sorted=is_sorted, before=before, floor=floor, want=limit + 1)
            if fresh:
                found = heapq.nlargest(limit + 1, found + fresh, key=lambda line: line.key)
        following = Cursor(*found[limit - 1].key) if len(found) > limit else None
        return LogPage(tuple(found[:limit]), following)

    def _latest(self) -> list[_Candidate]:
        found = [(-int(index.last_us.max()), number, -1) for number, index in self._indexes.items() if index.blocks]
        found += [(-growing.last_us, number, -1) for number, growing in self._growing.items() if growing.blocks]
        return found

    def _candidates(self, number: int, query: LogQuery, before_us: int) -> Iterator[_Candidate]:
        growing = self._growing.get(number)
        if growing is not None:
            for block in growing.candidates(query, before_us):
                yield -growing.blocks[block].last_us, number, block
            return
        index = self._indexes[number]
        for block in index.candidates(self._disk, query, before_us):
            yield -int(index.last_us[block]), number, int(block)

    def _block(self, number: int, block: int) -> tuple[bytes, bool]:
        growing = self._growing.get(number)
        if growing is not None:
            return growing.read(block), False
        index = self._indexes[number]
        path = self._files[number].packed
        file = self._disk.open(path)
        try:
            data = file.read_at(int(index.sizes[block]), int(index.offsets[block]))
        finally:
            file.close()
        try:
            return unpack(data), index.is_sorted(block)
        except zstandard.ZstdError as error:
            _log.error("a block of the log is damaged", file=str(path), block=block, error=str(error))
            return b"", False


def _unfinished(found: list[LogLine], reached: str, limit: int) -> LogPage:
    """What is certain: no block that was not looked into has anything after ``reached``."""
    certain = [line for line in found[:limit] if line.at > reached]
    return LogPage(tuple(certain), Cursor(reached, _N_MAX), reached)
