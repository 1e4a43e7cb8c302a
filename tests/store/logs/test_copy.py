"""What is copied of a store beside the server that writes it is a store, which another server goes on with."""

import asyncio
import shutil
from pathlib import Path

from store.logs.loglines import some_lines

from playhead.domain.logs import LogQuery
from playhead.store.disk import SystemDisk
from playhead.store.logs import LogSearch, LogWriter, list_files
from playhead.store.logs.journal import Journal
from playhead.store.logs.packing import pack
from playhead.testing.clock import SimClock


def journal(root: Path) -> Journal:
    return Journal(SystemDisk(), root, SimClock(), file_bytes=5_000, file_age_us=1 << 60, free_bytes_min=0)


async def write(root: Path, first: int, count: int) -> None:
    writer = LogWriter(journal(root))
    await writer.open()
    running = asyncio.create_task(writer.run())
    lines = some_lines(first + count)[first:]
    for place in range(0, count, 50):
        await writer.append(lines[place : place + 50])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_copy_is_a_store(tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "logs", tmp_path / "there" / "logs"
    await write(here, 0, 300)
    disk = SystemDisk()
    for file in list_files(disk, here)[:2]:
        pack(disk, file)
    shutil.copytree(here, there)
    growing = list_files(disk, there)[-1].plain
    growing.write_bytes(growing.read_bytes()[:-7])  # it was being written
    await write(there, 300, 100)
    page = LogSearch(disk, there, SimClock()).find(LogQuery(), limit=1000)
    texts = [line.text for line in page.lines]
    assert len(texts) == 399  # the line that was cut off was not acknowledged to whoever copied it
    assert len({line.n for line in page.lines}) == 399
    assert {line.text for line in some_lines(400)[300:]} <= set(texts)
