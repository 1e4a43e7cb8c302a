"""What recordings are filtered and sorted by, a column each: a recording's number is its place in them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from playhead.domain.recordings import RecordingState
from playhead.store.library.names import Names

CHUNK_ROWS: Final = 1 << 18
"""Recordings whose columns lie together: few enough to be skipped, kept and copied as one; enough to be fast."""

LENGTH_MS_MAX: Final = (1 << 32) - 1
"""49 days. A recording that is longer counts as this long."""

PRESENT, GAP, BLACKOUT, HELD = 1, 2, 4, 8
STATE_SHIFT: Final = 4
STATES: Final = {RecordingState.RECORDING: 0, RecordingState.COMPLETE: 1, RecordingState.INTERRUPTED: 2}
COLUMNS: Final = {
    "started_us": np.int64,
    "length_ms": np.uint32,
    "agent": np.uint32,
    "workstation": np.uint32,
    "site": np.uint32,
    "flags": np.uint8,
}
NAMED: Final = ("agent", "workstation", "site")
"""Columns that hold numbers of `Names`."""

_OPEN_END: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Row:
    """What the library knows of one recording."""

    number: int
    started_us: int
    length_us: int
    agent: str
    """Agent key."""
    workstation: str
    site: str
    state: RecordingState
    has_gap: bool
    has_blackout: bool
    held: bool
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Of what people wrote about it."""

    @property
    def length_ms(self) -> int:
        """Its length as it is sorted by."""
        return min(max(self.length_us, 0) // 1000, LENGTH_MS_MAX)

    @property
    def flags(self) -> int:
        """Everything that is one of few."""
        flags = PRESENT | STATES[self.state] << STATE_SHIFT
        return flags | (GAP * self.has_gap) | (BLACKOUT * self.has_blackout) | (HELD * self.held)


class Labels:
    """Pairs of a row and a name, in no order: tags, or words."""

    def __init__(self, rows: NDArray[np.uint32] | None = None, codes: NDArray[np.uint32] | None = None) -> None:
        self.rows = np.empty(0, dtype=np.uint32) if rows is None else rows
        self.codes = np.empty(0, dtype=np.uint32) if codes is None else codes

    def replace(self, offsets: NDArray[np.uint32], labels: Sequence[tuple[int, int]]) -> None:
        """Have rows carry these pairs and no others."""
        kept = ~np.isin(self.rows, offsets) if len(self.rows) else np.empty(0, dtype=np.bool_)
        if not labels and kept.all():
            return
        added = np.array(labels, dtype=np.uint32).reshape(-1, 2)
        self.rows = np.concatenate([self.rows[kept], added[:, 0]])
        self.codes = np.concatenate([self.codes[kept], added[:, 1]])

    def rows_with(self, table: NDArray[np.bool_]) -> NDArray[np.uint32]:
        """The rows with at least one of the names, in no order; one may be there twice."""
        return self.rows[table[self.codes]]


class Chunk:
    """The columns of `CHUNK_ROWS` recordings, and between which bounds they lie."""

    def __init__(self, place: int) -> None:
        self.base = place * CHUNK_ROWS
        """Number of its first recording."""
        self.columns: dict[str, NDArray[Any]] = {
            name: np.zeros(CHUNK_ROWS, dtype=kind) for name, kind in COLUMNS.items()
        }
        self.size = 0
        """Rows that were ever used."""
        self.tags = Labels()
        self.words = Labels()
        # No row lies outside; they may be wider than the rows.
        self.started_us = (_OPEN_END, -_OPEN_END)
        self.length_ms = (_OPEN_END, -_OPEN_END)

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A column, as far as it is used."""
        return self.columns[column][: self.size]

    def measure(self) -> None:
        """Find the bounds."""
        present = (self["flags"] & PRESENT).astype(np.bool_)
        if present.any():
            started, length = self["started_us"][present], self["length_ms"][present]
            self.started_us = int(started.min()), int(started.max())
            self.length_ms = int(length.min()), int(length.max())

    def widen(self, row: Row) -> None:
        """Let the bounds include a row."""
        self.started_us = min(self.started_us[0], row.started_us), max(self.started_us[1], row.started_us)
        self.length_ms = min(self.length_ms[0], row.length_ms), max(self.length_ms[1], row.length_ms)


class Columns:
    """All chunks, and the names in them. Not safe to read while it changes."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.names: dict[str, Names] = {name: Names() for name in (*NAMED, "tag", "word")}
        self.changed: set[int] = set()
        """Chunks that have changed since they were last kept, by their places."""

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(chunk["flags"] & PRESENT)) for chunk in self.chunks)

    def apply(self, rows: Iterable[Row], gone: Iterable[int] = ()) -> None:
        """Take up recordings as they are now.

        Args:
            rows: those that are there.
            gone: numbers of those that are not, or no more.
        """
        by_chunk: defaultdict[int, list[Row]] = defaultdict(list)
        for row in rows:
            by_chunk[row.number // CHUNK_ROWS].append(row)
        gone_by_chunk: defaultdict[int, list[int]] = defaultdict(list)
        for number in gone:
            gone_by_chunk[number // CHUNK_ROWS].append(number % CHUNK_ROWS)
        for place in by_chunk.keys() | gone_by_chunk.keys():
            while len(self.chunks) <= place:
                self.chunks.append(Chunk(len(self.chunks)))
            self.changed.add(place)
            self._apply(self.chunks[place], by_chunk[place], gone_by_chunk[place])

    def _apply(self, chunk: Chunk, rows: list[Row], gone: list[int]) -> None:
        tags, words = self.names["tag"], self.names["word"]
        tag_pairs: list[tuple[int, int]] = []
        word_pairs: list[tuple[int, int]] = []
        values: dict[str, list[int]] = {name: [] for name in COLUMNS}
        offsets: list[int] = []
        for row in rows:
            offset = row.number % CHUNK_ROWS
            offsets.append(offset)
            values["started_us"].append(row.started_us)
            values["length_ms"].append(row.length_ms)
            values["agent"].append(self.names["agent"].code(row.agent))
            values["workstation"].append(self.names["workstation"].code(row.workstation))
            values["site"].append(self.names["site"].code(row.site))
            values["flags"].append(row.flags)
            chunk.widen(row)
            tag_pairs += [(offset, tags.code(tag)) for tag in row.tags]
            word_pairs += [(offset, words.code(word)) for word in row.words]
        for name, column in values.items():
            chunk.columns[name][offsets] = column
        chunk.columns["flags"][gone] = 0
        touched = np.array([*offsets, *gone], dtype=np.uint32)
        chunk.size = max(chunk.size, int(touched.max()) + 1)
        chunk.tags.replace(touched, tag_pairs)
        chunk.words.replace(touched, word_pairs)
