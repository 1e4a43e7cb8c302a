import asyncio
import contextlib
from uuid import UUID

import pytest

from playhead.base.errors import ConflictError, NotFoundError
from playhead.base.ids import GroupId, RecordingId, UserId, WorkstationId
from playhead.base.quantities import Duration
from playhead.domain.recordings import RecordingState
from playhead.domain.retention import DAY_US, Policy, Rule
from playhead.premises.keeping.config import KeepingConfig
from playhead.store.catalogue import groups, tags
from playhead.store.catalogue.erasures import BY_POLICY, REMOVED, SHREDDED, find_erasure, list_erasures
from playhead.store.catalogue.holds import Hold, add_hold, release_hold
from playhead.store.catalogue.recordings import add_recording, find_recording, set_recording_state
from playhead.store.catalogue.retention import last_run, load_confirmation, load_policy, save_policy
from playhead.store.catalogue.schema import recordings as recording_rows
from playhead.store.erasure import Order
from playhead.testing.site import SITE, opened_site
from playhead.testing.vid import make_vid

HOUR_US = 3_600_000_000
DESK = WorkstationId("pc-1")


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        await opened.add_workstation("pc-1")
        yield opened


def identifier(number):
    return RecordingId(UUID(int=number))


async def put(site, count, *, first=1, age_days=40, agent="jane", state=RecordingState.COMPLETE, heard_us=None):
    """Recordings of an hour without bytes, which ended so many days ago."""
    ended_us = site.clock.wall_us() - age_days * DAY_US
    async with site.catalogue.writing() as connection:
        for number in range(first, first + count):
            await add_recording(
                connection,
                recording=identifier(number),
                workstation=DESK,
                agent=agent,
                started_at_us=ended_us - HOUR_US,
                site=str(SITE),
                heard_at_us=ended_us - HOUR_US if heard_us is None else heard_us,
            )
            await set_recording_state(
                connection, identifier(number), state, None if state is RecordingState.RECORDING else ended_us
            )
        await connection.execute(recording_rows.update().values(length_us=HOUR_US))


async def keep(site, *rules, default=30):
    async with site.catalogue.writing() as connection:
        await save_policy(connection, Policy(tuple(rules), default))


async def left(site):
    found = set()
    async with site.catalogue.reading() as connection:
        for number in range(1, 200):
            if await find_recording(connection, identifier(number)) is not None:
                found.add(number)
    return found


class TestPurging:
    async def test_takes_what_is_due_and_nothing_else(self, site):
        await put(site, 2, first=1, age_days=31)
        await put(site, 2, first=11, age_days=29)
        await put(site, 1, first=21, age_days=500, state=RecordingState.RECORDING)
        await put(site, 1, first=31, age_days=31, state=RecordingState.INTERRUPTED)
        await keep(site)
        run = await site.keeping().purge()
        assert (run.deleted, run.held, run.failed, run.waiting) == (3, 0, 0, 0)
        assert await left(site) == {11, 12, 21}
        async with site.catalogue.reading() as connection:
            erasure = await find_erasure(connection, identifier(1))
            assert await last_run(connection) == run
        assert (erasure.by, erasure.reason, erasure.phase) == (BY_POLICY, "Kept for 30 days by “default”.", SHREDDED)
        (entry,) = await site.audited("retention.purged")
        assert entry.details == {"deleted": 3, "bytes": 0, "held": 0, "failed": 0}

    async def test_at_first_nothing_is_ever_due(self, site):
        await put(site, 1, age_days=10_000)
        assert (await site.keeping().purge()).deleted == 0
        assert await left(site) == {1}

    async def test_exactly_at_the_end_of_its_last_day(self, site):
        await put(site, 1, age_days=30)
        await keep(site)
        site.clock.jump(-1)
        assert (await site.keeping().purge()).deleted == 0
        site.clock.jump(1)
        assert (await site.keeping().purge()).deleted == 1

    async def test_rules_by_agent_group_tag_and_state(self, site):
        await put(site, 1, first=1, agent="CORP\\Jane")
        await put(site, 1, first=2, agent="joe")
        await put(site, 1, first=3, agent="kim")
        await put(site, 1, first=4, agent="lea", state=RecordingState.INTERRUPTED)
        await put(site, 1, first=5, agent="mia")
        async with site.catalogue.writing() as connection:
            await groups.add_group(connection, groups.Group(GroupId("sales"), "Sales", ("joe",)))
            await tags.add_tag(connection, identifier(3), "outcome:sale", by_user=UserId("sue"), now_us=1)
        await keep(
            site,
            Rule("1", "jane", 365, agents=frozenset({"jane"})),
            Rule("2", "sales", None, groups=frozenset({"sales"})),
            Rule("3", "sold", 90, tags=frozenset({"outcome:sale"})),
            Rule("4", "broken off", 41, states=frozenset({"interrupted"})),
        )
        assert (await site.keeping().purge()).deleted == 1
        assert await left(site) == {1, 2, 3, 4}

    async def test_a_changed_policy_is_about_what_exists(self, site):
        await put(site, 1)
        await keep(site, default=365)
        keeping = site.keeping()
        assert (await keeping.purge()).deleted == 0
        await keep(site, default=7)
        assert (await keeping.purge()).deleted == 1

    async def test_what_is_held_stays_until_it_is_released(self, site):
        await put(site, 2)
        async with site.catalogue.writing() as connection:
            await add_hold(connection, Hold(identifier(1), "case", UserId("sue"), 1))
        await keep(site)
        keeping = site.keeping()
        run = await keeping.purge()
        assert (run.deleted, run.held) == (1, 1)
        async with site.catalogue.writing() as connection:
            await release_hold(connection, identifier(1))
        assert (await keeping.purge()).deleted == 1

    async def test_a_workstation_whose_clock_was_far_behind_loses_nothing(self, site):
        await put(site, 1, age_days=20_000, heard_us=site.clock.wall_us() - 2 * DAY_US)
        await keep(site)
        assert (await site.keeping().purge()).deleted == 0

    async def test_many_pages_are_taken_to_the_last(self, site, monkeypatch):
        monkeypatch.setattr("playhead.store.catalogue.retention.PAGE_ITEMS", 3)
        await put(site, 10)
        await keep(site)
        assert (await site.keeping().pending()).recordings == 10
        assert (await site.keeping().purge()).deleted == 10
        assert await left(site) == set()


class TestGuarding:
    CONFIG = KeepingConfig(recordings_min=2, share_max=0.5, rate=1_000)

    async def test_too_much_stops_everything_and_says_so(self, site):
        await put(site, 3)
        await keep(site)
        keeping = site.keeping(self.CONFIG)
        pending = await keeping.pending()
        assert (pending.recordings, pending.share, pending.needs_confirmation) == (3, 1.0, True)
        run = await keeping.purge()
        assert (run.deleted, run.waiting) == (0, 3)
        assert await left(site) == {1, 2, 3}
        (entry,) = await site.audited("retention.stopped")
        assert entry.details == {"recordings": 3, "total": 3, "limit": 2}

    async def test_the_share_and_the_floor_may_always_be_taken(self, site):
        await put(site, 3)
        await put(site, 3, first=11, age_days=1)
        await keep(site)
        assert not (await site.keeping(self.CONFIG).pending()).needs_confirmation
        assert (await site.keeping(self.CONFIG).purge()).deleted == 3

    async def test_only_the_very_number_confirms(self, site):
        await put(site, 3)
        await keep(site)
        keeping = site.keeping(self.CONFIG)
        for wrong in (0, 2, 4):
            with pytest.raises(ConflictError) as caught:
                await keeping.confirm(wrong, "root", "")
            assert caught.value.code == "retention.number"
        await keeping.confirm(3, "root", "192.0.2.1")
        assert not (await keeping.pending()).needs_confirmation
        (entry,) = await site.audited("retention.confirmed")
        assert (entry.actor, entry.address, entry.details) == ("root", "192.0.2.1", {"recordings": 3})
        assert (await keeping.purge()).deleted == 3

    async def test_what_was_confirmed_is_good_for_one_run_and_so_many(self, site):
        await put(site, 3)
        await keep(site)
        keeping = site.keeping(self.CONFIG)
        await keeping.confirm(3, "root", "")
        await put(site, 3, first=11)
        assert (await keeping.purge()).deleted == 3
        async with site.catalogue.reading() as connection:
            assert await load_confirmation(connection) is None
        assert (await keeping.purge()).waiting == 3

    async def test_another_policy_forgets_what_was_confirmed(self, site):
        await put(site, 3)
        await keep(site)
        keeping = site.keeping(self.CONFIG)
        await keeping.confirm(3, "root", "")
        await keep(site, default=29)
        assert (await keeping.pending()).needs_confirmation

    async def test_a_preview_takes_nothing_and_changes_nothing(self, site):
        await put(site, 3)
        async with site.catalogue.writing() as connection:
            await add_hold(connection, Hold(identifier(1), "case", UserId("sue"), 1))
        pending = await site.keeping(self.CONFIG).pending(Policy((), 30))
        assert (pending.recordings, pending.held, pending.total) == (2, 1, 3)
        assert await left(site) == {1, 2, 3}
        async with site.catalogue.reading() as connection:
            assert await load_policy(connection) == Policy()

    async def test_a_clock_that_was_set_is_not_trusted(self, site):
        await put(site, 1)
        await keep(site)
        keeping = site.keeping()
        site.clock.jump(400 * DAY_US)
        with pytest.raises(ConflictError) as caught:
            await keeping.purge()
        assert caught.value.code == "retention.clock"
        site.clock.advance(DAY_US)
        assert (await keeping.purge()).deleted == 1


@contextlib.asynccontextmanager
async def running(keeping):
    task = asyncio.create_task(keeping.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition):
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 # the catalogue's threads are real
            await asyncio.sleep(0.01)


class TestRunning:
    async def test_runs_by_itself_and_removes_files(self, site):
        fixture = make_vid(seconds=1.0)
        segment = await site.add_fixture(fixture)
        recording = fixture.header.recording
        site.store.release(segment)
        await site.set_state(recording, RecordingState.COMPLETE, fixture.header.started_at_us + fixture.covered_us)
        path = site.folder / "segments" / segment.location
        assert path.exists()
        await keep(site, default=1)
        gone = []

        async def removed():
            async with site.catalogue.reading() as connection:
                erasure = await find_erasure(connection, recording)
            return erasure is not None and erasure.phase == REMOVED

        async with running(site.keeping(on_gone=gone.append)):
            await until(removed)
        assert not path.exists()
        assert [one.segments for one in gone] == [(segment.id,)]

    async def test_finishes_what_another_began(self, site):
        await put(site, 1)
        order = Order(identifier(1), "sue", "why")
        await site.keeping(KeepingConfig(rate=1_000, remove_after=Duration(DAY_US))).erase(order)
        async with site.catalogue.reading() as connection:
            (erasure,) = await list_erasures(connection, before=None, limit=10)
        assert erasure.phase == SHREDDED
        await site.keeping(KeepingConfig(rate=1_000, remove_after=Duration(DAY_US))).finish()
        async with site.catalogue.reading() as connection:
            assert (await find_erasure(connection, identifier(1))).phase == SHREDDED
        site.clock.advance(DAY_US)
        await site.keeping(KeepingConfig(rate=1_000, remove_after=Duration(DAY_US))).finish()
        async with site.catalogue.reading() as connection:
            assert (await find_erasure(connection, identifier(1))).phase == REMOVED

    async def test_a_confirmed_run_begins_at_once(self, site):
        keeping = site.keeping(TestGuarding.CONFIG)
        await put(site, 3)
        await keep(site)

        async def stopped():
            return bool(await site.audited("retention.stopped"))

        async def purged():
            return bool(await site.audited("retention.purged"))

        async with running(keeping):
            await until(stopped)
            await keeping.confirm(3, "root", "")
            await until(purged)
        assert await left(site) == set()


class TestErasing:
    async def test_one_by_hand(self, site):
        await put(site, 1, age_days=0)
        erasure = await site.keeping().erase(Order(identifier(1), "sue", " wrong person "))
        assert (erasure.by, erasure.reason, erasure.phase) == ("sue", "wrong person", SHREDDED)
        assert erasure.certificate
        with pytest.raises(NotFoundError) as caught:
            await site.keeping().erase(Order(identifier(1), "sue", "again"))
        assert caught.value.code == "recording.erased"
