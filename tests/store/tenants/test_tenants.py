"""The way to a tenant's catalogue: opened once, closed when nobody needs it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from playhead.base.errors import NotFoundError
from playhead.base.ids import TenantId
from playhead.store.catalogue.counters import get_counter, raise_counter
from playhead.store.tenants import FolderHomes, Tenants

ONE, TWO, THREE = TenantId("one"), TenantId("two"), TenantId("three")


class CountingHomes(FolderHomes):
    """Notes which catalogues are opened and closed."""

    def __init__(self, folder):
        super().__init__(folder)
        self.opened = []
        self.closed = []

    async def open(self, tenant):
        catalogue = await super().open(tenant)
        self.opened.append(tenant)
        close = catalogue.close

        async def closing():
            self.closed.append(tenant)
            await close()

        catalogue.close = closing
        return catalogue


@pytest.fixture
async def homes(tmp_path):
    homes = CountingHomes(tmp_path / "tenants")
    for tenant in (TWO, ONE, THREE):
        await homes.create(tenant)
    return homes


async def test_what_one_writes_is_there_again(homes):
    tenants = Tenants(homes)
    async with tenants.catalogue(ONE) as catalogue, catalogue.writing() as connection:
        await raise_counter(connection, "seen", 7)
    await tenants.close()
    assert homes.closed == [ONE]
    async with tenants.catalogue(ONE) as catalogue, catalogue.reading() as connection:
        assert await get_counter(connection, "seen") == 7
    await tenants.close()


async def test_several_at_once_open_it_once(homes):
    tenants = Tenants(homes)

    async def use():
        async with tenants.catalogue(ONE) as catalogue:
            return catalogue

    assert len(set(await asyncio.gather(*(use() for _ in range(5))))) == 1
    assert homes.opened == [ONE]
    await tenants.close()


async def test_the_one_wanted_longest_ago_is_closed_but_none_that_is_in_use(homes):
    tenants = Tenants(homes, open_max=2)
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(tenants.catalogue(ONE))
        for tenant in (TWO, THREE):
            async with tenants.catalogue(tenant):
                pass
        assert homes.closed == [TWO]
        async with held.reading() as connection:
            assert await get_counter(connection, "seen") == 0
        async with tenants.catalogue(TWO):
            assert homes.closed == [TWO]
    assert homes.closed == [TWO, THREE]
    await tenants.close()
    assert sorted(homes.opened) == sorted(homes.closed)


async def test_more_than_the_limit_may_be_in_use(homes):
    tenants = Tenants(homes, open_max=1)
    async with tenants.catalogue(ONE), tenants.catalogue(TWO), tenants.catalogue(THREE):
        assert homes.closed == []
    assert len(homes.closed) == 2
    await tenants.close()


async def test_a_tenant_for_whom_no_place_was_made(homes):
    tenants = Tenants(homes)
    for _ in range(2):
        with pytest.raises(NotFoundError) as caught:
            async with tenants.catalogue(TenantId("nobody")):
                pytest.fail("it was opened")
        assert caught.value.code == "tenant.not_found"
    await homes.create(TenantId("nobody"))
    await homes.create(TenantId("nobody"))
    async with tenants.catalogue(TenantId("nobody")):
        pass
    await tenants.close()


async def test_who_there_is(homes, tmp_path):
    tenants = Tenants(homes)
    (tmp_path / "tenants" / "lost+found").mkdir()
    assert await tenants.all() == [ONE, THREE, TWO]
    assert await Tenants(FolderHomes(tmp_path / "none")).all() == []
