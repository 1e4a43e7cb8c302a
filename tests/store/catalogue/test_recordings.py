"""Recordings and segments in the catalogue: lists, their order and their plans."""

from uuid import UUID

import pytest

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import recordings as r
from playhead.store.catalogue.segments import (
    CORRUPT,
    DELETING,
    Located,
    Progress,
    add_segments,
    delete_segment,
    find_segment,
    get_segment,
    known_segments,
    list_unfinished_segments,
    mark_segment,
    record_progress,
)
from playhead.store.catalogue.workstations import enrol_workstation

DESKS = [WorkstationId("desk-1"), WorkstationId("desk-2")]


def recording(number):
    return RecordingId(UUID(int=number))


def segment(number):
    return SegmentId(UUID(int=1000 + number))


@pytest.fixture
async def connection(tmp_path):
    catalogue = await Catalogue.open(tmp_path / "catalogue.db")
    async with catalogue.writing() as found:
        for desk in DESKS:
            await enrol_workstation(found, workstation=desk, signer=bytes(32), certificate_hash=bytes(32), now_us=1)
        yield found
    await catalogue.close()


async def add(connection, number, *, started_at_us=None, desk=0, state=RecordingState.RECORDING):
    await r.add_recording(
        connection,
        recording=recording(number),
        workstation=DESKS[desk],
        agent="alex",
        started_at_us=number if started_at_us is None else started_at_us,
    )
    if state is not RecordingState.RECORDING:
        await r.set_recording_state(connection, recording(number), state, 99)


async def add_part(connection, number, of, *, started_at_us=0):
    part = Segment(segment(number), recording(of), started_at_us, 5, 100, sealed=False, ended="")
    await add_segments(connection, [Located(part, f"2026/01/01/{number}.vid", b"resume")])
    return part


class TestRecordings:
    async def test_is_found_with_its_segments_in_time_order(self, connection):
        await add(connection, 1)
        late = await add_part(connection, 1, 1, started_at_us=20)
        early = await add_part(connection, 2, 1, started_at_us=10)
        found = await r.get_recording(connection, recording(1))
        assert found.segments == (early, late)
        assert found.durable_bytes == 200
        assert (found.workstation, found.agent, found.started_at_us, found.ended_at_us) == (DESKS[0], "alex", 1, None)
        assert found.state is RecordingState.RECORDING

    async def test_a_missing_one(self, connection):
        assert await r.find_recording(connection, recording(1)) is None
        with pytest.raises(NotFoundError) as raised:
            await r.get_recording(connection, recording(1))
        assert raised.value.code == "recording.not_found"

    async def test_changes_state(self, connection):
        await add(connection, 1)
        await r.set_recording_state(connection, recording(1), RecordingState.COMPLETE, 7)
        found = await r.get_recording(connection, recording(1))
        assert (found.state, found.ended_at_us) == (RecordingState.COMPLETE, 7)

    async def test_unfinished_ones(self, connection):
        await add(connection, 1)
        await add(connection, 2, desk=1)
        await add(connection, 3, state=RecordingState.INTERRUPTED)
        assert [found.id for found in await r.list_unfinished(connection)] == [recording(2), recording(1)]
        assert [found.id for found in await r.list_unfinished(connection, DESKS[0])] == [recording(1)]


class TestPages:
    async def test_are_newest_first_and_give_each_once(self, connection):
        """Five at the same instant, so that the id decides within it."""
        for number in range(1, 13):
            await add(connection, number, started_at_us=number // 5)
        seen, before = [], None
        while True:
            page = await r.list_recordings(connection, before=before, limit=5)
            seen += [found.id.value.int for found in page.items]
            before = page.next
            if before is None:
                break
            assert len(page.items) == 5
        assert seen == list(range(12, 0, -1))

    async def test_a_full_last_page_has_no_next(self, connection):
        for number in range(4):
            await add(connection, number)
        assert (await r.list_recordings(connection, limit=4)).next is None
        assert (await r.list_recordings(connection, limit=3)).next == r.RecordingCursor(1, recording(1))

    async def test_filters(self, connection):
        await add(connection, 1)
        await add(connection, 2, desk=1)
        await add(connection, 3, desk=1, state=RecordingState.COMPLETE)

        async def ids(**filters):
            page = await r.list_recordings(connection, **filters)
            return [found.id.value.int for found in page.items]

        assert await ids(workstation=DESKS[1]) == [3, 2]
        assert await ids(state=RecordingState.RECORDING) == [2, 1]
        assert await ids(workstation=DESKS[1], state=RecordingState.COMPLETE) == [3]
        assert await ids(workstation=WorkstationId("none")) == []

    @pytest.mark.parametrize("limit", [0, -1, r.PAGE_ITEMS_MAX + 1])
    async def test_limits(self, connection, limit):
        with pytest.raises(LimitError) as raised:
            await r.list_recordings(connection, limit=limit)
        assert raised.value.code == "list.limit"
        await r.list_recordings(connection, limit=r.PAGE_ITEMS_MAX)

    @pytest.mark.parametrize("workstation", [None, DESKS[0]])
    @pytest.mark.parametrize("state", [None, RecordingState.COMPLETE])
    @pytest.mark.parametrize("before", [None, r.RecordingCursor(5, recording(5))])
    async def test_an_index_serves_every_filter_without_scan_or_sort(self, connection, workstation, state, before):
        query = r.recordings_query(before=before, workstation=workstation, state=state).limit(51)
        sql = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = " ".join(row[3] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
        assert plan.startswith("SEARCH recordings USING INDEX")
        assert "(started_at_us,id)<(?,?)" in plan
        assert ("workstation_id=?" in plan) == (workstation is not None)
        assert ("state=?" in plan) == (state is not None)
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan


class TestCursor:
    @pytest.mark.parametrize("at_us", [0, 1, (1 << 63) - 1])
    def test_survives_a_url(self, at_us):
        cursor = r.RecordingCursor(at_us, recording(at_us))
        assert r.RecordingCursor.decode(cursor.encode()) == cursor
        assert set(cursor.encode()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    @pytest.mark.parametrize("text", ["", "x", "AAAA", "€", "A" * 31, "A" * 33, "_" * 32, "A" * 31 + "="])
    def test_other_text_is_refused(self, text):
        with pytest.raises(InvalidInputError) as raised:
            r.RecordingCursor.decode(text)
        assert raised.value.code == "list.cursor"


class TestSegments:
    async def test_progress(self, connection):
        await add(connection, 1)
        for number in (1, 2):
            await add_part(connection, number, 1)
        await record_progress(
            connection,
            [
                Progress(segment(1), 500, 50, b"r1"),
                Progress(segment(2), 600, 60, b"r2", ended="sealed", sealed=True),
                Progress(segment(3), 1, 1, b""),
            ],
        )
        await record_progress(connection, [])
        one, two = await get_segment(connection, segment(1)), await get_segment(connection, segment(2))
        assert (one.segment.durable_bytes, one.segment.covered_us, one.resume) == (500, 50, b"r1")
        assert (one.segment.sealed, one.segment.ended) == (False, "")
        assert (two.segment.sealed, two.segment.ended) == (True, "sealed")
        assert two.location == "2026/01/01/2.vid"

    async def test_unfinished_ones_may_grow_or_are_being_deleted(self, connection):
        await add(connection, 1)
        for number in range(4):
            await add_part(connection, number, 1)
        await mark_segment(connection, segment(1), "killed")
        await mark_segment(connection, segment(2), DELETING)
        await mark_segment(connection, segment(3), CORRUPT)
        found = {located.segment.id for located in await list_unfinished_segments(connection)}
        assert found == {segment(0), segment(2)}

    async def test_deleting(self, connection):
        await add(connection, 1)
        await add_part(connection, 1, 1)
        await delete_segment(connection, segment(1))
        await delete_segment(connection, segment(1))
        assert await find_segment(connection, segment(1)) is None
        with pytest.raises(NotFoundError) as raised:
            await get_segment(connection, segment(1))
        assert raised.value.code == "segment.not_found"

    async def test_known_ones(self, connection):
        await add(connection, 1)
        await add_part(connection, 1, 1)
        assert await known_segments(connection, [segment(1), segment(2)]) == {segment(1)}
        assert await known_segments(connection, []) == set()
