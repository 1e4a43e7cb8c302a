"""The index of a packed file: what stands where, and what is in it.

``"PHL1"``, the length of the head (4 bytes, little-endian), the head (MessagePack), the matrix of `signature`.
"""

import bisect
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from playhead.base.errors import CorruptError
from playhead.base.instants import from_rfc3339
from playhead.domain.logs import Level, LogQuery
from playhead.store.disk import Disk
from playhead.store.logs.signature import BITS, asked, name_positions, text_positions

_MAGIC: Final = b"PHL1"
_HEAD_BYTES_MAX: Final = 64 << 20
_FAR_US: Final = (1 << 63) - 1


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a packed file without looking into it. Columns are little-endian, a value a block."""

    lines: int
    size: int
    """Bytes of the lines before packing."""
    n_last: int
    """Largest number of a line."""
    workstations: tuple[str, ...]
    """That have lines in it, sorted; blocks name them by place."""
    offsets: bytes
    """int64: where each block begins in the packed file."""
    sizes: bytes
    """int64: its bytes there."""
    first_us: bytes
    """int64: of its earliest line."""
    last_us: bytes
    """int64: of its latest line."""
    first_workstation: bytes
    """int32: of its first line; lines are sorted by workstation."""
    last_workstation: bytes
    """int32: of its last line."""
    levels: bytes
    """uint8: bit n is set where it has a line of `Level` n."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that was read; its matrix stays on the disk."""

    path: Path
    head: Head
    matrix_at: int
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int64]
    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    first_workstation: NDArray[np.int32]
    last_workstation: NDArray[np.int32]
    levels: NDArray[np.uint8]

    @property
    def blocks(self) -> int:
        """How many there are."""
        return len(self.offsets)

    @classmethod
    def read(cls, disk: Disk, path: Path) -> Self:
        """Read all but the matrix.

        Raises:
            CorruptError: ``logs.index``.
            OSError: it cannot be read.
        """
        file = disk.open(path)
        try:
            start = file.read_at(8, 0)
            size = int.from_bytes(start[4:], "little")
            if start[:4] != _MAGIC or size > _HEAD_BYTES_MAX:
                raise CorruptError("logs.index", f"{path} is no index of a log.", hint=_MEND)
            head = msgspec.msgpack.decode(file.read_at(size, 8), type=Head)
            index = cls(
                path,
                head,
                8 + size,
                np.frombuffer(head.offsets, "<i8"),
                np.frombuffer(head.sizes, "<i8"),
                np.frombuffer(head.first_us, "<i8"),
                np.frombuffer(head.last_us, "<i8"),
                np.frombuffer(head.first_workstation, "<i4"),
                np.frombuffer(head.last_workstation, "<i4"),
                np.frombuffer(head.levels, "u1"),
            )
            if file.size() != index.matrix_at + BITS * index.row_bytes:
                raise CorruptError("logs.index", f"{path} is cut off.", hint=_MEND)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CorruptError("logs.index", f"{path} is damaged.", hint=_MEND) from error
        finally:
            file.close()
        return index

    @property
    def row_bytes(self) -> int:
        """Of a row of the matrix."""
        return -(-self.blocks // 8)

    def candidates(self, disk: Disk, query: LogQuery, before_us: int) -> NDArray[np.int64]:
        """The blocks in which something may be that is looked for, and lies at or before ``before_us``."""
        fits = self.first_us <= before_us
        if query.since:
            fits &= self.last_us >= from_rfc3339(query.since)
        if query.until:
            fits &= self.first_us < from_rfc3339(query.until)
        if query.level is not Level.DEBUG:
            fits &= (self.levels & ((2 << query.level) - 1)) != 0
        names = self.head.workstations
        if query.workstation is not None:
            place = bisect.bisect_left(names, query.workstation)
            if place == len(names) or names[place] != query.workstation:
                return np.empty(0, np.int64)
            fits &= (self.first_workstation <= place) & (self.last_workstation >= place)
        for rows in asked_of(query):
            if fits.any():
                fits &= self._having_any(disk, rows)
        return np.flatnonzero(fits)

    def is_sorted(self, block: int) -> bool:
        """Whether the lines of a block are in true order: those of one workstation are."""
        return bool(self.first_workstation[block] == self.last_workstation[block])

    def _having_any(self, disk: Disk, choices: list[list[int]]) -> NDArray[np.bool_]:
        """The blocks that have all bits of one of the choices."""
        file = disk.open(self.path)
        try:
            size = self.row_bytes
            found = np.zeros(size, np.uint8)
            for rows in choices:
                bits = np.full(size, 255, np.uint8)
                for row in rows:
                    bits &= np.frombuffer(file.read_at(size, self.matrix_at + row * size), np.uint8)
                found |= bits
        finally:
            file.close()
        return np.unpackbits(found, count=self.blocks).astype(np.bool_)


def encode(head: Head, bits: NDArray[np.uint8]) -> bytes:
    """The whole file."""
    data = msgspec.msgpack.encode(head)
    return b"".join((_MAGIC, len(data).to_bytes(4, "little"), data, bits.tobytes()))


def service_at(service: str, level: int) -> str:
    """What a line of a service at a level is found by: of a service that speaks everywhere, its errors are rare."""
    return f"{level} {service}"


def asked_of(query: LogQuery) -> list[list[list[int]]]:
    """The rows of bits that a block must have: of each part of the question, all of one choice."""
    found: list[list[list[int]]] = []
    if query.folded:
        found.append([asked(text_positions(query.folded))])
    if query.service is not None:
        levels = range(query.level + 1)
        found.append([asked(name_positions("service", service_at(query.service, level))) for level in levels])
    if query.interaction:
        found.append([asked(name_positions("interaction", query.interaction))])
    return found


_MEND: Final = "It is made anew at the next start from what was packed."
