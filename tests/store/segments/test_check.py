"""The comparison of disk and catalogue finds what it should, and nothing else."""

import asyncio
from uuid import UUID

import pytest
from store.segments.crashing import SEGMENTS, made
from store.segments.real import running

from playhead.base.clock import SystemClock
from playhead.base.ids import SegmentId
from playhead.store.disk import SystemDisk
from playhead.store.segments import CatalogueLedger, check
from playhead.store.segments.check import check_segments

A, B, _ = SEGMENTS.values()


@pytest.fixture
async def root(catalogue, tmp_path):
    """A is sealed, B may still grow."""
    async with running(catalogue, tmp_path) as store:
        first, second = await asyncio.gather(store.open(A.start), store.open(B.start))
        store.append(first, A.data[len(A.start) :])
        store.append(second, B.data[len(B.start) : B.ends[2]])
        await asyncio.gather(store.settled(first), store.settled(second))
    return tmp_path / "segments"


async def findings(catalogue, root, **arguments):
    return [(found.code, found.segment) async for found in check_segments(catalogue, SystemDisk(), root, **arguments)]


def file_of(root, found):
    (path,) = root.rglob(f"{found.header.segment}.vid")
    return path


async def test_nothing_where_all_is_well(catalogue, root):
    assert await findings(catalogue, root) == []
    with file_of(root, B).open("ab") as file:
        file.write(b"arriving")
    assert await findings(catalogue, root) == []


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.unlink(), "check.missing"),
        (lambda path: path.write_bytes(A.data[:-1]), "check.short"),
        (lambda path: path.write_bytes(made(2, pieces=[9000]).data), "check.header"),
        (lambda path: path.write_bytes(b"\0" * len(A.data)), "check.header"),
        (lambda path: path.write_bytes(A.data + b"x"), "check.tail"),
    ],
)
async def test_what_lengths_and_headers_tell(catalogue, root, damage, code):
    damage(file_of(root, A))
    assert await findings(catalogue, root, thorough=False) == [(code, A.header.segment)]


async def test_a_changed_byte_is_found_by_reading_all(catalogue, root):
    data = bytearray(A.data)
    data[-100] ^= 1
    file_of(root, A).write_bytes(data)
    assert await findings(catalogue, root, thorough=False) == []
    assert await findings(catalogue, root) == [("check.damaged", A.header.segment)]


async def test_files_and_rows_without_each_other(catalogue, root, monkeypatch):
    monkeypatch.setattr(check, "PAGE_ITEMS", 1)
    orphan = SegmentId(UUID(int=77))
    file_of(root, A).with_name(f"{orphan}.vid").write_bytes(b"")
    ledger = CatalogueLedger(catalogue, SystemClock())
    await ledger.mark(B.header.segment, "corrupt")
    assert await findings(catalogue, root) == [("check.quarantine", B.header.segment), ("check.orphan", orphan)]
    await ledger.mark(B.header.segment, "deleting")
    assert await findings(catalogue, root) == [("check.orphan", orphan)]


async def test_of_what_another_server_has_nothing_is_missed(catalogue, tmp_path):
    async with running(catalogue, tmp_path) as store:
        segment = await store.open(A.start)
        store.append(segment, A.data[len(A.start) : A.ends[2] + 5])
        await store.settled(segment)
        store.release(segment)
        await store.supersede(A.header.segment)
        path = tmp_path / "segments" / segment.location
    assert [found async for found in check_segments(catalogue, SystemDisk(), tmp_path / "segments")] == []
    path.unlink()
    assert [found async for found in check_segments(catalogue, SystemDisk(), tmp_path / "segments")] == []
