"""The control catalogue, in SQLite and in PostgreSQL: tenants, sites, codes, and which process has whose links."""

import asyncio

import pytest
from sqlalchemy import update

from playhead.base.addresses import Address
from playhead.base.errors import ConflictError, NotFoundError, RefusedError
from playhead.base.ids import TenantId, TenantSite
from playhead.store.sites import open_control
from playhead.store.sites.codes import add_code, redeem_code
from playhead.store.sites.processes import GONE_US, beat, connected_sites, leave, whereabouts
from playhead.store.sites.schema import VERSION, state
from playhead.store.sites.sites import (
    Site,
    add_site,
    enrol_site,
    get_site,
    list_sites,
    renew_site,
    revoke_site,
    roster_version,
)
from playhead.store.sites.tenants import Tenant, add_tenant, get_tenant, list_tenants, set_hosts, tenant_of_host

ACME, OTHER = TenantId("acme"), TenantId("other")
BERLIN, PARIS, ELSEWHERE = (TenantSite.parse(text) for text in ("acme/berlin", "acme/paris", "other/berlin"))
ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))


@pytest.fixture
async def control(location):
    control = await open_control(location)
    async with control.writing() as connection:
        await add_tenant(connection, Tenant(ACME, "Acme", 1, ("Acme.example",)))
        await add_tenant(connection, Tenant(OTHER, "Other", 2))
        for site in (BERLIN, PARIS, ELSEWHERE):
            await add_site(connection, Site(site, "A site", 3))
    yield control
    await control.close()


async def test_tenants_and_the_names_of_their_portals(control):
    async with control.writing() as connection:
        assert [one.hosts for one in await list_tenants(connection)] == [("acme.example",), ()]
        assert await tenant_of_host(connection, "ACME.example") == ACME
        assert await tenant_of_host(connection, "other.example") is None
        await set_hosts(connection, ACME, ["a.example", "b.example"])
        assert (await get_tenant(connection, ACME)).hosts == ("a.example", "b.example")
        for again in (
            lambda: add_tenant(connection, Tenant(ACME, "x", 1)),
            lambda: add_site(connection, Site(PARIS, "x", 1)),
        ):
            with pytest.raises(ConflictError):
                await again()
        with pytest.raises(NotFoundError):
            await get_tenant(connection, TenantId("nobody"))
    with pytest.raises(ConflictError) as caught:
        async with control.writing() as connection:
            await set_hosts(connection, OTHER, ["c.example", "b.example"])
    assert caught.value.code == "tenant.host"
    async with control.reading() as connection:
        assert await tenant_of_host(connection, "b.example") == ACME


async def test_which_certificates_let_a_site_in(control):
    async def known(site=BERLIN):
        async with control.reading() as connection:
            return (await get_site(connection, site)).certificates, await roster_version(connection)

    assert await known() == (frozenset(), 0)
    async with control.writing() as connection:
        await enrol_site(connection, BERLIN, ONE, 10)
    assert await known() == ({ONE}, 1)
    async with control.writing() as connection:
        await renew_site(connection, BERLIN, ONE, TWO)
    assert await known() == ({ONE, TWO}, 2)
    async with control.writing() as connection:
        await revoke_site(connection, BERLIN, 20)
    assert await known() == (frozenset(), 3)
    async with control.writing() as connection:
        await enrol_site(connection, BERLIN, THREE, 30)
    assert await known() == ({THREE}, 4)
    assert await known(ELSEWHERE) == (frozenset(), 4)  # of the same name, and another tenant's
    with pytest.raises(NotFoundError):
        async with control.writing() as connection:
            await revoke_site(connection, TenantSite.parse("acme/nowhere"), 1)
    async with control.reading() as connection:
        assert [one.id for one in await list_sites(connection, ACME)] == [BERLIN, PARIS]


async def test_a_code_is_good_once_and_for_a_while(control):
    async with control.writing() as connection:
        await add_code(connection, BERLIN, ONE, created_at_us=0, expires_at_us=100)
        await add_code(connection, PARIS, TWO, created_at_us=0, expires_at_us=100)

    async def redeem(code, now_us):
        async with control.writing() as connection:
            return await redeem_code(connection, code, now_us)

    for code, now_us in ((THREE, 50), (ONE, 100)):
        with pytest.raises(RefusedError):
            await redeem(code, now_us)
    both = await asyncio.gather(redeem(ONE, 99), redeem(ONE, 99), return_exceptions=True)
    assert [one for one in both if not isinstance(one, Exception)] == [BERLIN]
    assert [one.code for one in both if isinstance(one, Exception)] == ["enrolment.code"]
    assert await redeem(TWO, 99) == PARIS


async def test_which_process_has_whose_links(control):
    async def say(process, port, sites, now_us):
        async with control.writing() as connection:
            await beat(connection, process, Address("10.0.0.1", port), sites, now_us)

    async def found(site, now_us):
        async with control.reading() as connection:
            return [(one.process, one.address.port) for one in await whereabouts(connection, site, now_us)]

    await say("a", 1, [BERLIN, ELSEWHERE], 1_000)
    await say("b", 2, [BERLIN], 2_000)
    assert await found(BERLIN, 3_000) == [("b", 2), ("a", 1)]
    assert await found(PARIS, 3_000) == []
    async with control.reading() as connection:
        assert await connected_sites(connection, ACME, 3_000) == {BERLIN}
        assert (await get_site(connection, BERLIN)).seen_at_us == 2_000
    await say("b", 3, [PARIS], 4_000)
    assert await found(BERLIN, 5_000) == [("a", 1)]
    assert await found(PARIS, 5_000) == [("b", 3)]
    assert await found(BERLIN, 1_001 + GONE_US) == []  # nothing was heard of it
    await say("c", 4, [], 1_001 + GONE_US)  # and who comes next forgets it
    assert await found(BERLIN, 5_000) == []
    async with control.writing() as connection:
        await leave(connection, "b")
    assert await found(PARIS, 5_000) == []


async def test_one_that_a_newer_version_made_is_left_alone(location):
    control = await open_control(location)
    async with control.writing() as connection:
        await connection.execute(update(state).values(version=VERSION + 1))
    await control.close()
    with pytest.raises(ConflictError) as caught:
        await open_control(location)
    assert caught.value.code == "catalogue.newer"
