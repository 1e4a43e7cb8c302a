"""Packing a finished file: the same lines in a tenth of the bytes, in blocks sorted by workstation.

Lines arrive mixed from all workstations, and are asked for by workstation. Sorted by it, a block holds those of one or
few, and a question for one workstation looks at one block in five hundred.

Procedure: write ``.log.zst``, sync it, sync the folder; write the index beside it, whole or not at all; remove
``.log``, sync the folder. The index is what makes the packed file count, so a crash at any step loses nothing and says
nothing twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import structlog
import zstandard

from playhead.base.errors import UnavailableError
from playhead.base.instants import from_rfc3339
from playhead.domain.logs import Level, LogLine
from playhead.store.disk import Disk
from playhead.store.logs.files import LogFile
from playhead.store.logs.index import Head, encode, service_at
from playhead.store.logs.lines import decode_line
from playhead.store.logs.signature import Positions, matrix, name_positions, text_positions
from playhead.store.small_files import write_small_file

BLOCK_BYTES: Final = 128 << 10
"""Lines in a block, before packing."""
_BLOCK_BYTES_MIN: Final = 32 << 10
"""From here on another workstation begins another block."""
_ZSTD_LEVEL: Final = 6

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Block:
    raw: bytes
    lines: tuple[LogLine, ...]


def pack(disk: Disk, file: LogFile) -> LogFile:
    """Pack a file to which nothing is appended any more. Blocks, and takes its time.

    Raises:
        UnavailableError: ``logs.unpacked``; the file is as it was.
    """
    try:
        raw = _read(disk, file)
        if disk.exists(file.packed):
            disk.remove(file.packed)  # left by a crash before its index was there
        packed = disk.open(file.packed, create=True)
        try:
            index = _write(packed.write_at, raw)
            packed.sync()
        finally:
            packed.close()
        disk.sync_folder(file.folder)
        write_small_file(disk, file.index, index)
        disk.remove(file.plain)
        disk.sync_folder(file.folder)
    except OSError as error:
        message = f"Cannot pack {file.plain}: {error.strerror}."
        raise UnavailableError("logs.unpacked", message) from error
    return LogFile(file.folder, file.number, is_packed=True)


def finish(disk: Disk, file: LogFile) -> None:
    """Remove what a crash in the middle of packing left beside a packed file.

    Raises:
        OSError: it cannot be removed.
    """
    if disk.exists(file.plain):
        disk.remove(file.plain)
        disk.sync_folder(file.folder)


def unpack(data: bytes) -> bytes:
    """The lines of a block.

    Raises:
        zstandard.ZstdError: it is damaged.
    """
    return zstandard.ZstdDecompressor().decompress(data)


def _read(disk: Disk, file: LogFile) -> bytes:
    plain = disk.open(file.plain)
    try:
        return plain.read_at(plain.size(), 0)
    finally:
        plain.close()


def _write(write_at: Callable[[bytes, int], None], raw: bytes) -> bytes:
    """Write the blocks; the index."""
    compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
    lines = _lines(raw)
    names = sorted({line.workstation for line, _ in lines})
    places = {name: place for place, name in enumerate(names)}
    offset, offsets, sizes = 0, list[int](), list[int]()
    blocks, bits = list[tuple[LogLine, ...]](), list[list[Positions]]()
    for block in _blocks(lines):
        data = compressor.compress(block.raw)
        write_at(data, offset)
        offsets.append(offset)
        sizes.append(len(data))
        offset += len(data)
        blocks.append(block.lines)
        bits.append(_bits(block.lines))
    instants = [[from_rfc3339(edge(line.at for line in block)) for block in blocks] for edge in (min, max)]
    head = Head(
        lines=len(lines),
        size=len(raw),
        n_last=max((line.n for line, _ in lines), default=0),
        workstations=tuple(names),
        offsets=np.array(offsets, "<i8").tobytes(),
        sizes=np.array(sizes, "<i8").tobytes(),
        first_us=np.array(instants[0], "<i8").tobytes(),
        last_us=np.array(instants[1], "<i8").tobytes(),
        first_workstation=np.array([places[block[0].workstation] for block in blocks], "<i4").tobytes(),
        last_workstation=np.array([places[block[-1].workstation] for block in blocks], "<i4").tobytes(),
        levels=np.array([_levels(block) for block in blocks], "u1").tobytes(),
    )
    return encode(head, matrix(bits))


def _lines(raw: bytes) -> list[tuple[LogLine, bytes]]:
    """Each line, read and as it stands, by workstation and true order."""
    found: list[tuple[LogLine, bytes]] = []
    damaged = 0
    for octets in raw.split(b"\n"):
        if not octets:
            continue
        try:
            found.append((decode_line(octets), octets))
        except msgspec.MsgspecError:
            damaged += 1
    if damaged:
        _log.error("lines of the log are damaged", count=damaged)
    found.sort(key=lambda each: (each[0].workstation, each[0].at, each[0].n))
    return found


def _blocks(lines: list[tuple[LogLine, bytes]]) -> Iterator[_Block]:
    start, size = 0, 0
    for place, (line, octets) in enumerate(lines):
        is_other = place > start and line.workstation != lines[place - 1][0].workstation
        if size >= BLOCK_BYTES or (is_other and size >= _BLOCK_BYTES_MIN):
            yield _block(lines[start:place])
            start, size = place, 0
        size += len(octets) + 1
    if start < len(lines):
        yield _block(lines[start:])


def _block(lines: list[tuple[LogLine, bytes]]) -> _Block:
    return _Block(b"".join(octets + b"\n" for _, octets in lines), tuple(line for line, _ in lines))


def _bits(lines: tuple[LogLine, ...]) -> list[Positions]:
    found = [text_positions("\n".join(line.haystack for line in lines).casefold())]
    services = {service_at(line.service, Level.named(line.level)) for line in lines}
    found += [name_positions("service", name) for name in services]
    found += [name_positions("interaction", name) for name in {line.interaction for line in lines} - {""}]
    return found


def _levels(lines: tuple[LogLine, ...]) -> int:
    bits = 0
    for name in {line.level for line in lines}:
        bits |= 1 << Level.named(name)
    return bits
