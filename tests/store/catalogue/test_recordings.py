"""Recordings and segments in the catalogue: lists, their order and their plans."""

from uuid import UUID

import pytest
from databases import SQLITE_ONLY
from sqlalchemy import select
from store.catalogue.annotated import plan_of

from playhead.base.errors import InvalidInputError, LimitError, NotFoundError
from playhead.base.ids import RecordingId, SegmentId, WorkstationId
from playhead.domain.recordings import RecordingState, Segment
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue import recordings as r
from playhead.store.catalogue.schema import recordings
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
    list_unexamined,
    list_unfinished_segments,
    mark_segment,
    note_examined,
    record_progress,
)
from playhead.store.catalogue.workstations import enrol_workstation

SECOND_US = 1_000_000
DESKS = [WorkstationId("desk-1"), WorkstationId("desk-2")]


def recording(number):
    return RecordingId(UUID(int=number))


def segment(number):
    return SegmentId(UUID(int=1000 + number))


@pytest.fixture
async def connection(location):
    catalogue = await Catalogue.open(location)
    async with catalogue.writing() as found:
        for desk in DESKS:
            await enrol_workstation(found, workstation=desk, signer=bytes(32), certificate_hash=bytes(32), now_us=1)
        yield found
    await catalogue.close()


async def facts(connection, number):
    columns = recordings.c.length_us, recordings.c.has_gap, recordings.c.has_blackout
    return tuple((await connection.execute(select(*columns).where(recordings.c.id == recording(number)))).one())


async def add(connection, number, *, started_at_us=None, desk=0, state=RecordingState.RECORDING, agent="alex"):
    await r.add_recording(
        connection,
        recording=recording(number),
        workstation=DESKS[desk],
        agent=agent,
        started_at_us=number if started_at_us is None else started_at_us,
    )
    if state is not RecordingState.RECORDING:
        await r.set_recording_state(connection, recording(number), state, 99)


async def add_part(connection, number, of, *, started_at_us=0, covered_us=5):
    part = Segment(segment(number), recording(of), started_at_us, covered_us, 100, sealed=False, ended="")
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
            page = await r.list_recordings_of(connection, "alex", before=before, limit=5)
            seen += [found.id.value.int for found in page.items]
            before = page.next
            if before is None:
                break
            assert len(page.items) == 5
        assert seen == list(range(12, 0, -1))

    async def test_a_full_last_page_has_no_next(self, connection):
        for number in range(4):
            await add(connection, number)
        assert (await r.list_recordings_of(connection, "alex", limit=4)).next is None
        assert (await r.list_recordings_of(connection, "alex", limit=3)).next == r.RecordingCursor(1, recording(1))

    async def test_are_of_one_agent(self, connection):
        await add(connection, 1)
        await add(connection, 2, agent="CORP\\Sam")
        for key, numbers in (("alex", [1]), ("sam", [2]), ("", [])):
            page = await r.list_recordings_of(connection, key)
            assert [found.id.value.int for found in page.items] == numbers

    @pytest.mark.parametrize("limit", [0, -1, r.PAGE_ITEMS_MAX + 1])
    async def test_limits(self, connection, limit):
        with pytest.raises(LimitError) as raised:
            await r.list_recordings_of(connection, "alex", limit=limit)
        assert raised.value.code == "list.limit"
        await r.list_recordings_of(connection, "alex", limit=r.PAGE_ITEMS_MAX)

    @pytest.mark.parametrize("before", [None, r.RecordingCursor(5, recording(5))])
    @SQLITE_ONLY
    async def test_an_index_serves_an_agents_own_without_scan_or_sort(self, connection, before):
        plan = await plan_of(connection, r.query_of_agent("alex", before).limit(51))
        assert plan.startswith("SEARCH recordings USING INDEX")
        assert "agent_key=? AND (started_at_us,id)<(?,?)" in plan

    @pytest.mark.parametrize("workstation", [None, DESKS[0]])
    @SQLITE_ONLY
    async def test_an_index_serves_those_under_way_without_scan_or_sort(self, connection, workstation):
        plan = await plan_of(connection, r.query_unfinished(workstation))
        assert plan.startswith("SEARCH recordings USING INDEX")
        assert "state=? AND (started_at_us,id)<(?,?)" in plan
        assert ("workstation_id=?" in plan) == (workstation is not None)


class TestFacts:
    async def test_a_recording_is_told_by_its_segments(self, connection):
        await add(connection, 1, started_at_us=SECOND_US)
        assert await facts(connection, 1) == (0, False, False)
        await add_part(connection, 1, 1, started_at_us=SECOND_US, covered_us=SECOND_US)
        assert await self.updated(connection, 1) == (True, (SECOND_US, False, False))
        await add_part(connection, 2, 1, started_at_us=3 * SECOND_US, covered_us=SECOND_US)
        assert await self.updated(connection, 1) == (True, (3 * SECOND_US, True, False))
        assert await self.updated(connection, 1) == (False, (3 * SECOND_US, True, False))
        await note_examined(connection, segment(2), has_blackout=True)
        assert await self.updated(connection, 1) == (True, (3 * SECOND_US, True, True))

    async def test_a_blackout_that_is_known_of_stays_known(self, connection):
        await add(connection, 1)
        assert await r.note_blackout(connection, recording(1))
        assert not await r.note_blackout(connection, recording(1))
        assert await self.updated(connection, 1) == (False, (0, False, True))

    async def test_recordings_are_counted_from_zero(self, connection):
        for number in (5, 3, 9):
            await add(connection, number)
        found = await r.recordings_by_number(connection, [2, 0, 7])
        assert [one.id for one in found] == [recording(9), recording(5)]
        assert await r.recordings_by_number(connection, []) == ()

    async def test_segments_that_have_ended_are_examined_once(self, connection):
        await add(connection, 1)
        for number in range(4):
            await add_part(connection, number, 1)
        await mark_segment(connection, segment(1), "killed")
        await mark_segment(connection, segment(2), DELETING)
        await mark_segment(connection, segment(3), CORRUPT)
        found = {located.segment.id for located in await list_unexamined(connection, limit=9)}
        assert found == {segment(1), segment(3)}
        assert len(await list_unexamined(connection, limit=1)) == 1
        await note_examined(connection, segment(1), has_blackout=False)
        assert [located.segment.id for located in await list_unexamined(connection, limit=9)] == [segment(3)]

    async def updated(self, connection, number):
        found = await r.get_recording(connection, recording(number))
        return await r.update_facts(connection, found), await facts(connection, number)


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
