"""What recordings are filtered and sorted by, a column each: a recording's number is its place in them."""

from collections.abc import Collection, Sequence
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
STATES: Final[dict[str, int]] = {str(state): number for number, state in enumerate(RecordingState)}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What the library knows of some recordings: of each a value in every column, in the same order."""

    numbers: Sequence[int] = ()
    started_us: Sequence[int] = ()
    length_us: Sequence[int] = ()
    agents: Sequence[str] = ()
    """Agent keys."""
    workstations: Sequence[str] = ()
    sites: Sequence[str] = ()
    states: Sequence[str] = ()
    """Of `RecordingState`."""
    gaps: Sequence[bool] = ()
    blackouts: Sequence[bool] = ()
    held: Sequence[bool] = ()
    tags: Sequence[tuple[int, str]] = ()
    """Pairs of a number and a tag, in any order."""
    words: Sequence[tuple[int, str]] = ()
    """Pairs of a number and a word of what people wrote about it."""


class Labels:
    """Pairs of a row and a name, in no order: tags, or words."""

    def __init__(self, rows: NDArray[np.uint32] | None = None, codes: NDArray[np.uint32] | None = None) -> None:
        self.rows = np.empty(0, dtype=np.uint32) if rows is None else rows
        self.codes = np.empty(0, dtype=np.uint32) if codes is None else codes

    def replace(self, known: NDArray[np.int64], rows: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """Take off what rows carried, and have others carry these pairs.

        Args:
            known: rows that may carry something.
            rows: the first of each pair.
            codes: the second.
        """
        if len(known) and len(self.rows):
            kept = ~np.isin(self.rows, known)
            self.rows, self.codes = self.rows[kept], self.codes[kept]
        if len(rows):
            self.rows = np.concatenate([self.rows, rows]).astype(np.uint32)
            self.codes = np.concatenate([self.codes, codes]).astype(np.uint32)

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

    def widen(self, started_us: NDArray[np.int64], length_ms: NDArray[np.int64]) -> None:
        """Let the bounds include some rows."""
        self.started_us = _around(self.started_us, started_us)
        self.length_ms = _around(self.length_ms, length_ms)


class Columns:
    """All chunks, and the names in them. Not safe to read while it changes."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.names: dict[str, Names] = {name: Names() for name in (*NAMED, "tag", "word")}
        self.changed: set[int] = set()
        """Chunks that have changed since they were last kept, by their places."""

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(chunk["flags"] & PRESENT)) for chunk in self.chunks)

    def apply(self, batch: Batch, gone: Collection[int] = ()) -> None:
        """Take up recordings as they are now.

        Args:
            batch: those that are there.
            gone: numbers of those that are not, or no more.
        """
        numbers, missing = np.array(batch.numbers, dtype=np.int64), np.array(list(gone), dtype=np.int64)
        values = self._values(batch)
        tags, words = self._pairs("tag", batch.tags), self._pairs("word", batch.words)
        places: list[int] = np.unique(np.concatenate([numbers, missing]) // CHUNK_ROWS).tolist()
        for place in places:
            while len(self.chunks) <= place:
                self.chunks.append(Chunk(len(self.chunks)))
            chunk = self.chunks[place]
            self.changed.add(place)
            here = numbers // CHUNK_ROWS == place
            offsets, holes = numbers[here] - chunk.base, missing[missing // CHUNK_ROWS == place] - chunk.base
            for name, column in values.items():
                chunk.columns[name][offsets] = column[here]
            chunk.columns["flags"][holes] = 0
            chunk.widen(values["started_us"][here], values["length_ms"][here])
            touched = np.concatenate([offsets, holes])
            known = touched[touched < chunk.size]
            chunk.size = max(chunk.size, int(touched.max()) + 1)
            for labels, (rows, codes) in ((chunk.tags, tags), (chunk.words, words)):
                labelled = rows // CHUNK_ROWS == place
                labels.replace(known, rows[labelled] - chunk.base, codes[labelled])

    def _values(self, batch: Batch) -> dict[str, NDArray[np.int64]]:
        """Every column, in the order of the batch."""
        states = np.array([STATES[state] for state in batch.states], dtype=np.int64)
        flags = PRESENT | states << STATE_SHIFT
        for bit, is_set in ((GAP, batch.gaps), (BLACKOUT, batch.blackouts), (HELD, batch.held)):
            flags |= bit * np.array(is_set, dtype=np.int64)
        length_ms = np.array(batch.length_us, dtype=np.int64) // 1000
        texts = {"agent": batch.agents, "workstation": batch.workstations, "site": batch.sites}
        return {
            "started_us": np.array(batch.started_us, dtype=np.int64),
            "length_ms": np.clip(length_ms, 0, LENGTH_MS_MAX),
            "flags": flags,
            **{name: self._codes(name, values) for name, values in texts.items()},
        }

    def _pairs(self, name: str, pairs: Sequence[tuple[int, str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return np.array([number for number, _ in pairs], dtype=np.int64), self._codes(name, [text for _, text in pairs])

    def _codes(self, name: str, texts: Sequence[str]) -> NDArray[np.int64]:
        codes = {text: self.names[name].code(text) for text in set(texts)}
        return np.array([codes[text] for text in texts], dtype=np.int64)


def _around(bounds: tuple[int, int], values: NDArray[np.int64]) -> tuple[int, int]:
    if not len(values):
        return bounds
    return min(bounds[0], int(values.min())), max(bounds[1], int(values.max()))
