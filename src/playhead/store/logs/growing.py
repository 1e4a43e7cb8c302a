"""A file that is still appended to, or not packed yet: its times, block by block, as far as it has grown."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.base.instants import from_rfc3339
from playhead.domain.logs import LogQuery
from playhead.store.disk import Disk
from playhead.store.logs.lines import AT
from playhead.store.logs.packing import BLOCK_BYTES

_FAR_US: Final = from_rfc3339("9999-12-31T00:00:00Z")


@dataclass(frozen=True, slots=True)
class GrowingBlock:
    """Some whole lines."""

    offset: int
    size: int
    first_us: int
    last_us: int


class Growing:
    """See the module.

    Args:
        disk: where.
        path: the file.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path
        self.blocks: list[GrowingBlock] = []

    @property
    def last_us(self) -> int:
        """Time of the latest line."""
        return max(block.last_us for block in self.blocks)

    def refresh(self) -> None:
        """Look at what has come since.

        Raises:
            OSError: it cannot be read.
        """
        if self.blocks and self.blocks[-1].size < BLOCK_BYTES:
            self.blocks.pop()  # it may have grown
        file = self._disk.open(self._path)
        try:
            size = file.size()
            offset = self.blocks[-1].offset + self.blocks[-1].size if self.blocks else 0
            while offset < size:
                raw = file.read_at(2 * BLOCK_BYTES, offset)
                end = raw.find(b"\n", BLOCK_BYTES) if len(raw) > BLOCK_BYTES else -1
                end = raw.rfind(b"\n") + 1 if end < 0 else end + 1
                if end == 0:
                    break  # the last line is being written
                self.blocks.append(GrowingBlock(offset, end, *_times(raw[: end - 1])))
                offset += end
        finally:
            file.close()

    def candidates(self, query: LogQuery, before_us: int) -> list[int]:
        """Blocks in whose time something may be that is looked for."""
        since_us = from_rfc3339(query.since) if query.since else None
        until_us = from_rfc3339(query.until) if query.until else None
        return [
            place
            for place, block in enumerate(self.blocks)
            if block.first_us <= before_us
            and (since_us is None or block.last_us >= since_us)
            and (until_us is None or block.first_us < until_us)
        ]

    def read(self, block: int) -> bytes:
        """The lines of a block."""
        file = self._disk.open(self._path)
        try:
            return file.read_at(self.blocks[block].size, self.blocks[block].offset)
        finally:
            file.close()


def _times(raw: bytes) -> tuple[int, int]:
    """Of the earliest and the latest line; of all time where they are damaged."""
    times = [line[AT] for line in raw.split(b"\n")]
    try:
        return from_rfc3339(min(times).decode()), from_rfc3339(max(times).decode())
    except ValueError:
        return 0, _FAR_US
