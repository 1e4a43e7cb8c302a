"""What changes at a site is told to the cloud: once, whole, whatever happens on the way."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.replication.sites import Cloud, Site, make_empty, recording_id, told

from playhead.base.errors import ConflictError, NotFoundError
from playhead.domain.replication import Place, read_batch
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.erasures import find_erasure
from playhead.store.catalogue.recordings import find_recording, get_recording
from playhead.store.catalogue.schema import replication_changes
from playhead.store.catalogue.segments import locate_segments
from playhead.store.catalogue.workstations import list_workstations
from playhead.store.replication import apply_batch, begin_stream

OPERATIONS = ("add_segment", "grow", "upload", "end", "tag", "untag", "hold", "release", "erase")
STEPS = st.one_of(
    st.tuples(st.sampled_from(("enrol", "see", "revoke", "cover")), st.integers(0, 1)),
    st.tuples(st.just("record"), st.integers(0, 3)),
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 3)),
    st.tuples(st.sampled_from(("send", "lose the answer", "crash", "an old one again")), st.just(0)),
)


EVERYTHING = [
    ("enrol", 0), ("enrol", 1), ("record", 0), ("add_segment", 0), ("grow", 0), ("send", 0), ("tag", 0), ("hold", 0),
    ("upload", 0), ("record", 1), ("lose the answer", 0), ("add_segment", 1), ("cover", 0), ("crash", 0), ("untag", 0),
    ("release", 0), ("see", 1), ("revoke", 1), ("send", 0), ("erase", 1), ("an old one again", 0), ("end", 0),
]  # fmt: skip


@pytest.fixture
async def empty(tmp_path):
    return await make_empty(tmp_path)


@pytest.fixture
async def pair(tmp_path, empty):
    site, cloud = await Site.open("vienna", tmp_path, empty), await Cloud.open(tmp_path, empty)
    yield site, cloud
    await site.catalogue.close()
    await cloud.catalogue.close()


class _CrashError(Exception):
    """The process ends before the transaction does."""


class _Run:
    """Steps of a site, as far as they make sense; and a way to the cloud on which anything may happen."""

    def __init__(self, site, cloud):
        self.site, self.cloud = site, cloud
        self.parts: dict[int, list[int]] = {}
        self.uploaded = set()
        self.held = set()
        self.erased = set()
        self.sent = []

    async def do(self, what, which):
        if what in {"enrol", "see", "revoke", "cover"}:
            await getattr(self.site, what)(which)
        elif what == "record":
            if which not in self.parts and which not in self.erased:
                self.parts[which] = []
                await self.site.record(which)
        elif what in OPERATIONS:
            if which in self.parts:
                await self._change(what, which)
        else:
            await self._send(what)

    async def _change(self, what, which):
        parts = self.parts[which]
        if what == "add_segment":
            parts.append(len(parts))
            await self.site.add_segment(which, parts[-1])
        elif what == "grow":
            if parts:
                await self.site.grow(which, parts[-1])
        elif what == "upload":
            if parts and (which, parts[-1]) not in self.uploaded:
                self.uploaded.add((which, parts[-1]))
                await self.site.upload(which, parts[-1])
        elif what == "erase":
            if which not in self.held:
                await self.site.end(which)
                await self.site.erase(which)
                del self.parts[which]
                self.erased.add(which)
        else:
            if what == "hold":
                self.held.add(which)
            elif what == "release":
                self.held.discard(which)
            await getattr(self.site, what)(which)

    async def _send(self, how):
        if how == "an old one again":
            for body in self.sent[:-1][-3:]:
                await self.cloud.take(self.site, body)
            return
        body = await self.site.batch(await self.cloud.place(self.site))
        if body is None:
            return
        self.sent.append(body)
        if how == "crash":
            with pytest.raises(_CrashError):
                await self._crash(body)
            return
        await self.cloud.take(self.site, body)
        if how == "lose the answer":
            await self.cloud.take(self.site, body)

    async def _crash(self, body):
        async with self.cloud.catalogue.writing() as connection:
            await apply_batch(connection, self.site.name, read_batch(body), 1)
            raise _CrashError


class TestAnyOrder:
    @settings(max_examples=15, deadline=None, database=None)
    @given(steps=st.lists(STEPS, max_size=40))
    def test_both_say_the_same_in_the_end(self, template, steps):
        async def run():
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                site, cloud = await Site.open("vienna", folder, template), await Cloud.open(folder, template)
                try:
                    run = _Run(site, cloud)
                    await run.do("enrol", 0)
                    await run.do("enrol", 1)
                    for step in steps:
                        await run.do(*step)
                    await cloud.catch_up(site)
                    assert await told(cloud.catalogue) == await told(site.catalogue, site.name)
                    assert await cloud.catch_up(site) == 0
                finally:
                    await site.catalogue.close()
                    await cloud.catalogue.close()

        asyncio.run(run())

    @pytest.fixture(scope="class")
    @staticmethod
    def template(tmp_path_factory):
        return asyncio.run(make_empty(tmp_path_factory.mktemp("template")))


class TestInPostgres:
    def test_both_say_the_same_there(self, postgres):
        async def run():
            site = await Site.at("vienna", await postgres.make(like="catalogue"))
            cloud = Cloud(await Catalogue.open(await postgres.make(like="catalogue")))
            try:
                run = _Run(site, cloud)
                for what, which in EVERYTHING:
                    await run.do(what, which)
                await cloud.catch_up(site)
                assert await told(cloud.catalogue) == await told(site.catalogue, site.name)
                assert await cloud.catch_up(site) == 0
            finally:
                await site.catalogue.close()
                await cloud.catalogue.close()

        asyncio.run(run())


class TestCoalescing:
    async def test_what_changed_a_thousand_times_is_sent_once(self, pair):
        site, cloud = pair
        await site.enrol()
        await site.record(0)
        await site.add_segment(0, 0)
        for _ in range(1000):
            await site.grow(0, 0)
        assert await cloud.catch_up(site) == 2

    async def test_a_week_away(self, pair):
        site, cloud = pair
        await site.enrol()
        for number in range(700):
            await site.record(number)
        assert await cloud.catch_up(site) == 701
        async with site.catalogue.reading() as connection:
            rows = (await connection.execute(replication_changes.select())).all()
        assert len(rows) == 701

    async def test_nothing_new_is_no_batch(self, pair):
        site, cloud = pair
        assert await site.batch(await cloud.place(site)) is None


class TestPlaces:
    async def test_a_gap_is_refused(self, pair):
        site, cloud = pair
        await site.enrol()
        await cloud.catch_up(site)
        await site.see()
        place = await cloud.place(site)
        await site.enrol(1)
        body = await site.batch(Place(place.stream, place.position + 1))
        with pytest.raises(ConflictError) as caught:
            await cloud.take(site, body)
        assert caught.value.code == "replication.gap"

    async def test_a_batch_of_an_older_stream_does_nothing(self, pair):
        site, cloud = pair
        await site.enrol()
        old = await site.batch(await cloud.place(site))
        await site.see()
        async with site.catalogue.writing() as connection:
            await begin_stream(connection, site.tick())
        await cloud.catch_up(site)
        before = await told(cloud.catalogue)
        await cloud.take(site, old)
        assert await told(cloud.catalogue) == before

    async def test_a_site_that_was_put_back_sends_everything_again(self, tmp_path, pair, empty):
        site, cloud = pair
        await site.enrol()
        await site.record(0)
        await cloud.catch_up(site)
        again = await Site.open("again", tmp_path, empty)
        again.name = site.name
        try:
            await again.enrol(5)
            await again.record(1, 5)
            async with again.catalogue.writing() as connection:
                await begin_stream(connection, site.tick())
            await cloud.catch_up(again)
        finally:
            await again.catalogue.close()
        async with cloud.catalogue.reading() as connection:
            assert await find_recording(connection, recording_id(0)) is not None
            assert await find_recording(connection, recording_id(1)) is not None


class TestSites:
    @pytest.fixture
    async def other(self, tmp_path, empty):
        site = await Site.open("graz", tmp_path, empty)
        yield site
        await site.catalogue.close()

    async def test_workstations_of_the_same_name_are_two(self, pair, other):
        site, cloud = pair
        for one in (site, other):
            await one.enrol()
        await site.record(0)
        await other.record(1)
        for one in (site, other):
            await cloud.catch_up(one)
        async with cloud.catalogue.reading() as connection:
            assert [str(one.id) for one in await list_workstations(connection)] == ["graz.pc-0", "vienna.pc-0"]
            first = await get_recording(connection, recording_id(0))
            second = await get_recording(connection, recording_id(1))
        assert (first.site, str(first.workstation)) == ("vienna", "vienna.pc-0")
        assert (second.site, str(second.workstation)) == ("graz", "graz.pc-0")

    @pytest.mark.parametrize("change", ["tag", "erase"])
    async def test_one_does_not_touch_what_is_the_others(self, pair, other, change):
        site, cloud = pair
        for one in (site, other):
            await one.enrol()
            await one.record(0)
        await cloud.catch_up(site)
        before = await told(cloud.catalogue)
        await other.end(0)
        await getattr(other, change)(0)
        applied = await cloud.take(other, await other.batch(await cloud.place(other)))
        assert applied.refused == 1
        after = await told(cloud.catalogue)
        for kind in ("recordings", "segments", "tags", "erasures"):
            assert after[kind] == before[kind]
        assert await cloud.place(other) == applied.place

    async def test_nor_takes_over_its_segments(self, pair, other):
        site, cloud = pair
        for one in (site, other):
            await one.enrol()
        await site.record(0)
        await site.add_segment(0, 1000)
        await other.record(1)
        await other.add_segment(1, 0)  # the same id
        await cloud.catch_up(site)
        applied = await cloud.take(other, await other.batch(await cloud.place(other)))
        assert applied.refused == 1
        async with cloud.catalogue.reading() as connection:
            assert await find_recording(connection, recording_id(1)) is None
            assert len(await locate_segments(connection, recording_id(0))) == 1


class TestErasing:
    async def test_an_erased_recording_is_erased_in_the_cloud(self, pair):
        site, cloud = pair
        await site.enrol()
        await site.record(0)
        await site.add_segment(0, 0)
        await site.upload(0, 0)
        await site.hold(0)
        await cloud.catch_up(site)
        await site.release(0)
        await site.end(0)
        await site.erase(0)
        body = await site.batch(await cloud.place(site))
        applied = await cloud.take(site, body)
        assert len(applied.erased) == 1
        async with cloud.catalogue.reading() as connection:
            with pytest.raises(NotFoundError) as caught:
                await get_recording(connection, recording_id(0))
            assert caught.value.code == "recording.erased"
            erasure = await find_erasure(connection, recording_id(0))
        assert (erasure.phase, erasure.certificate) == ("shredded", "certificate")
        assert (await told(cloud.catalogue))["key_grants"] == []

    async def test_and_stays_so_when_its_site_is_put_back_to_before(self, tmp_path, pair, empty):
        site, cloud = pair
        older = await Site.open("older", tmp_path, empty)
        older.name = site.name
        try:
            for one in (site, older):
                await one.enrol()
                await one.record(0)
            await cloud.catch_up(site)
            await site.end(0)
            await site.erase(0)
            await cloud.catch_up(site)
            async with older.catalogue.writing() as connection:
                await begin_stream(connection, site.tick())
            applied = await cloud.take(older, await older.batch(await cloud.place(older)))
        finally:
            await older.catalogue.close()
        assert applied.refused == 1
        async with cloud.catalogue.reading() as connection:
            assert await find_recording(connection, recording_id(0)) is None
