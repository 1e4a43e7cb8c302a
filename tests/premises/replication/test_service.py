"""The service at the premises and what takes its batches in the cloud, over a link that fails."""

import asyncio

import pytest
from cloud.direct import Direct
from sqlalchemy import update
from starlette.routing import Mount, Router
from store.replication.sites import Site, make_empty, recording_id, told

from playhead.base.clock import SystemClock
from playhead.base.errors import RefusedError
from playhead.base.ids import TenantId, TenantSite
from playhead.base.quantities import Duration
from playhead.cloud.site_api import site_application
from playhead.domain.replication import BATCH_BYTES_MAX, Place, read_place
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.rules import rest_s
from playhead.premises.replication.service import ReplicationService
from playhead.store.catalogue.schema import counters
from playhead.store.replication import origins_of
from playhead.store.tenants import FolderHomes, Tenants

ACME = TenantId("acme")
QUICK = ReplicationConfig(interval=Duration(100_000), origins=("https://10.0.0.5",))


class _Rig:
    def __init__(self, site, tenants):
        self.site, self.tenants = site, tenants
        self.erased = []
        application = site_application(tenants, SystemClock(), on_erased=lambda *what: self.erased.append(what))
        self.link = Direct(Router([Mount("/site", application)]), TenantSite(ACME, site.name))
        self.service = ReplicationService(
            QUICK, catalogue=site.catalogue, link=self.link, clock=SystemClock(), jitter=lambda: 0.0
        )

    async def sync(self):
        return await self.service.tell(await self.service.begin())

    async def same(self):
        async with self.tenants.catalogue(ACME) as catalogue:
            return await told(catalogue) == await told(self.site.catalogue, self.site.name)

    async def until_same(self):
        async with asyncio.timeout(60):
            while not await self.same():
                pass


@pytest.fixture
async def rig(tmp_path):
    site = await Site.open("vienna", tmp_path, await make_empty(tmp_path))
    tenants = Tenants(FolderHomes(tmp_path / "tenants"))
    await tenants.create(ACME)
    yield _Rig(site, tenants)
    await site.catalogue.close()
    await tenants.close()


class TestTelling:
    async def test_everything_comes_and_nothing_twice(self, rig):
        await rig.site.enrol()
        await rig.site.record(0)
        place = await rig.sync()
        assert await rig.same()
        before = len(rig.link.asked)
        assert await rig.service.tell(place) == place
        assert len(rig.link.asked) == before
        assert rig.service.behind == 0

    async def test_a_lost_answer_is_asked_about(self, rig):
        await rig.site.enrol()
        running = asyncio.create_task(rig.service.run())
        await rig.site.record(0)
        rig.link.loses_answers = 3
        await rig.site.record(1)
        await rig.until_same()
        running.cancel()

    async def test_after_a_time_without_a_link_it_goes_on(self, rig):
        await rig.site.enrol()
        await rig.sync()
        rig.link.is_up.clear()
        running = asyncio.create_task(rig.service.run())
        await rig.site.record(0)
        await rig.site.add_segment(0, 0)
        assert not await rig.same()
        rig.link.is_up.set()
        await rig.until_same()
        running.cancel()

    async def test_a_site_behind_what_the_cloud_knows_begins_anew(self, rig, tmp_path):
        await rig.site.enrol()
        await rig.site.record(0)
        place = await rig.sync()
        older = await Site.open("older", tmp_path, tmp_path / "empty.sqlite")
        try:
            await older.enrol(3)
            async with older.catalogue.writing() as connection:
                # It has the same stream, and less in it.
                await connection.execute(update(counters).values(value=place.stream))
            service = ReplicationService(
                QUICK, catalogue=older.catalogue, link=rig.link, clock=SystemClock(), jitter=lambda: 0.0
            )
            begun = await service.begin()
        finally:
            await older.catalogue.close()
        assert (begun.position, begun.stream > place.stream) == (0, True)

    async def test_the_cloud_learns_where_browsers_reach_the_site(self, rig):
        await rig.sync()
        async with rig.tenants.catalogue(ACME) as catalogue, catalogue.reading() as connection:
            assert await origins_of(connection) == {rig.site.name: QUICK.origins}

    async def test_what_is_erased_is_told_at_once(self, rig):
        await rig.site.enrol()
        await rig.site.record(0)
        await rig.site.add_segment(0, 0)
        await rig.sync()
        await rig.site.end(0)
        await rig.site.erase(0)
        await rig.sync()
        [(tenant, segments)] = rig.erased
        assert (tenant, len(segments)) == (ACME, 1)
        assert await rig.same()


class TestTaking:
    async def test_nonsense_is_refused(self, rig):
        for body, code in ((b"\xc1", "replication.malformed"), (bytes(BATCH_BYTES_MAX + 1), "replication.size")):
            answer = await rig.link.ask("PUT", b"/site/changes", (), body)
            assert answer.status in {400, 413}
            assert code.encode() in await answer.read()
        answer = await rig.link.ask("GET", b"/site/changes")
        assert read_place(await answer.read()) == Place(0, 0)

    async def test_a_refusal_is_told(self, rig):
        rig.link.site = TenantSite(TenantId("nobody"), rig.site.name)
        with pytest.raises(RefusedError) as caught:
            await rig.service.begin()
        assert caught.value.code == "replication.refused"

    async def test_each_tenant_has_its_own(self, rig):
        await rig.site.enrol()
        await rig.site.record(0)
        other = TenantId("other")
        await rig.tenants.create(other)
        await rig.sync()
        async with rig.tenants.catalogue(other) as catalogue:
            assert (await told(catalogue))["recordings"] == []
        async with rig.tenants.catalogue(ACME) as catalogue:
            [row] = (await told(catalogue))["recordings"]
        assert row["id"] == recording_id(0)


class TestRules:
    def test_pauses_grow_to_a_minute_and_are_spread(self):
        assert [rest_s(number, 1.0) for number in (1, 2, 3, 100)] == [1, 2, 4, 60]
        assert rest_s(1, 0.0) == 0.5

    @pytest.mark.parametrize(
        "wrong", [{"interval": Duration(1)}, {"origins": ("http://host",)}, {"origins": ("https://Host",)}]
    )
    def test_settings_have_bounds(self, wrong):
        with pytest.raises(ValueError, match=r"interval|origins"):
            ReplicationConfig(**wrong)
