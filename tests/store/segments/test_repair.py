"""What the check finds is mended as far as files and catalogue tell how, and the check then finds nothing of it."""

import asyncio
from uuid import UUID

import pytest
from store.segments.crashing import RECORDING, SEGMENTS, SIGNER
from store.segments.real import running

from playhead.base.clock import SystemClock
from playhead.base.ids import SegmentId
from playhead.domain.recordings import RecordingState
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.segments import find_segment
from playhead.store.catalogue.workstations import find_workstation, list_signers
from playhead.store.disk import SystemDisk
from playhead.store.segments import CatalogueLedger
from playhead.store.segments.check import check_segments
from playhead.store.segments.repair import repair

A, B, _ = SEGMENTS.values()
DISK = SystemDisk()


@pytest.fixture
async def root(catalogue, tmp_path):
    """A is sealed, B may still grow."""
    async with running(catalogue, tmp_path) as store:
        first, second = await asyncio.gather(store.open(A.start), store.open(B.start))
        store.append(first, A.data[len(A.start) :])
        store.append(second, B.data[len(B.start) : B.ends[2]])
        await asyncio.gather(store.settled(first), store.settled(second))
    return tmp_path / "segments"


async def mended(catalogue, root):
    """What was found and done."""
    found = [finding async for finding in check_segments(catalogue, DISK, root)]
    return {finding.code: await repair(catalogue, DISK, root, finding, SystemClock()) for finding in found}


async def left(catalogue, root):
    return [finding.code async for finding in check_segments(catalogue, DISK, root)]


def file_of(root, made):
    (path,) = root.rglob(f"{made.header.segment}.vid")
    return path


async def located(catalogue, segment):
    async with catalogue.reading() as connection:
        return await find_segment(connection, segment)


async def test_a_lost_catalogue_comes_back_from_the_files_alone(catalogue, root, tmp_path):
    torn = file_of(root, B)
    torn.write_bytes(B.data[: B.ends[2] + 7])
    before = {segment: await located(catalogue, segment) for segment in (A.header.segment, B.header.segment)}
    fresh = await Catalogue.open(tmp_path / "fresh.db")
    try:
        done = await mended(fresh, root)
        assert set(done) == {"check.orphan"}
        assert await left(fresh, root) == []
        for segment, known in before.items():
            assert await located(fresh, segment) == known
        async with fresh.reading() as connection:
            recording = await find_recording(connection, RECORDING)
            assert (recording.workstation, recording.agent) == (A.header.workstation, A.header.agent)
            assert (recording.started_at_us, recording.site) == (A.header.started_at_us, str(A.header.site))
            desk = await find_workstation(connection, A.header.workstation)
            assert desk.revoked_at_us is not None, "it must be enrolled anew"
            (signer,) = await list_signers(connection, desk.id)
            assert signer.key == SIGNER.public_key().public_bytes_raw()
        async with running(fresh, tmp_path) as store:  # and what may still grow does
            assert (await store.open(B.start)).whole == B.ends[2]
    finally:
        await fresh.close()


async def test_an_orphan_of_a_known_recording_joins_it(catalogue, root):
    known = await located(catalogue, A.header.segment)
    await CatalogueLedger(catalogue, SystemClock()).forget(A.header.segment)
    assert list(await mended(catalogue, root)) == ["check.orphan"]
    assert await located(catalogue, A.header.segment) == known
    async with catalogue.reading() as connection:
        assert (await find_recording(connection, RECORDING)).state is RecordingState.RECORDING


@pytest.mark.parametrize("content", [b"", b"\0" * 100, A.data[:-9] + b"xxxxxxxxx"])
async def test_an_orphan_that_is_not_whole_is_moved_aside_and_kept(catalogue, root, content):
    orphan = SegmentId(UUID(int=77))
    path = file_of(root, A).with_name(f"{orphan}.vid")
    path.write_bytes(content)
    done = await mended(catalogue, root)
    assert "not whole" in done["check.orphan"]
    assert (root / "quarantine" / path.name).read_bytes() == content
    assert await left(catalogue, root) == []


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.unlink(), "check.missing"),
        (lambda path: path.write_bytes(A.data[:-1]), "check.short"),
        (lambda path: path.write_bytes(b"\0" * len(A.data)), "check.header"),
        (lambda path: path.write_bytes(A.data[:500] + b"\0" + A.data[501:]), "check.damaged"),
    ],
)
async def test_what_is_gone_is_set_apart_and_taken_anew_when_it_is_offered(catalogue, root, tmp_path, damage, code):
    damage(file_of(root, A))
    assert "taken anew" in (await mended(catalogue, root))[code]
    assert await left(catalogue, root) == ["check.quarantine"]
    assert await mended(catalogue, root) == {"check.quarantine": ""}
    async with running(catalogue, tmp_path) as store:
        again = await store.open(A.start)
        store.append(again, A.data[len(A.start) :])
        await store.settled(again)
    assert await left(catalogue, root) == []


async def test_what_was_never_acknowledged_is_cut_off(catalogue, root):
    file_of(root, A).write_bytes(A.data + b"more")
    assert list(await mended(catalogue, root)) == ["check.tail"]
    assert file_of(root, A).read_bytes() == A.data
    assert await left(catalogue, root) == []


async def test_a_seal_that_the_catalogue_does_not_know_is_noted(catalogue, root):
    known = await located(catalogue, A.header.segment)
    async with catalogue.writing() as connection:
        await connection.exec_driver_sql("UPDATE segments SET sealed = false, ended = '' WHERE sealed")
    assert list(await mended(catalogue, root)) == ["check.seal"]
    assert await located(catalogue, A.header.segment) == known


async def test_a_seal_that_the_file_does_not_hold_is_not_made_up(catalogue, root):
    async with catalogue.writing() as connection:
        await connection.exec_driver_sql("UPDATE segments SET sealed = true, ended = 'sealed'")
    assert "Set apart" in (await mended(catalogue, root))["check.seal"]
    assert (await located(catalogue, B.header.segment)).segment.ended == "corrupt"
