"""What one tenant writes no other sees, whatever they do beside each other; in SQLite and in PostgreSQL."""

import asyncio
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from playhead.base.errors import NotFoundError, UnavailableError
from playhead.base.ids import TenantId, UserId
from playhead.store.catalogue.audit import AuditEntry, add_audit_entry, audit_after
from playhead.store.catalogue.counters import raise_counter
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.schema import counters
from playhead.store.catalogue.users import User, add_user, list_users
from playhead.store.tenants import FolderHomes, PostgresHomes, Tenants

SOME = [TenantId(name) for name in ("a", "a-b", "b", "control")]
ROWS_MAX = 500


class World:
    """Tenants whose catalogues are closed and opened all the time, and what each of them wrote."""

    def __init__(self, homes):
        self.tenants = Tenants(homes, open_max=1)
        self.written = defaultdict(list)
        self.names = iter(range(1_000_000))

    async def write(self, tenant, *, undone):
        name = f"n{next(self.names)}"
        async with self.tenants.catalogue(tenant) as catalogue:
            try:
                async with catalogue.writing() as connection:
                    await add_user(connection, User(UserId(name), name, "", 1))
                    await raise_counter(connection, name, 7)
                    await add_audit_entry(connection, AuditEntry(1, name, "a.b", str(tenant)))
                    if undone:
                        _fail()
                    self.written[tenant].append(name)
            except ZeroDivisionError:
                assert undone

    async def check(self, tenant):
        async with self.tenants.catalogue(tenant) as catalogue, catalogue.reading() as connection:
            known = self.written[tenant]
            assert {str(user.id) for user in await list_users(connection)} == set(known)
            assert set((await connection.execute(select(counters.c.name))).scalars()) == set(known)
            entries = await audit_after(connection, 0, ROWS_MAX)
            assert [(entry.id, entry.actor, entry.subject) for entry in entries] == [
                (number, name, str(tenant)) for number, name in enumerate(known, 1)
            ]
            assert len(await next_events(connection, ROWS_MAX)) == len(known)


def _fail():
    raise ZeroDivisionError


@pytest.fixture(params=["sqlite", "postgresql"])
def homes(request, tmp_path):
    """Makes the places of tenants, in either."""
    if request.param == "sqlite":
        yield lambda: FolderHomes(tmp_path / "tenants")
        return
    server = request.getfixturevalue("postgres")
    url = asyncio.run(server.make())
    yield lambda: PostgresHomes(url)
    asyncio.run(server.drop(url))


def test_no_tenant_sees_anything_of_another(homes):
    loop = asyncio.new_event_loop()
    world = World(homes())

    @settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(st.sampled_from(SOME), st.booleans()), min_size=1, max_size=6))
    def run(steps):
        async def example():
            # Side by side for those who are not the same: what one writes twice comes in its order.
            order = defaultdict(list)
            for tenant, undone in steps:
                order[tenant].append(undone)

            async def one_after_another(tenant, each):
                for undone in each:
                    await world.write(tenant, undone=undone)

            await asyncio.gather(*(one_after_another(tenant, each) for tenant, each in order.items()))
            for tenant in SOME:
                await world.check(tenant)

        loop.run_until_complete(example())

    try:
        for tenant in SOME:
            loop.run_until_complete(world.tenants.create(tenant))
        run()
    finally:
        loop.run_until_complete(world.tenants.close())
        loop.close()


async def test_places_are_made_and_found_again(homes):
    tenants = Tenants(homes())
    for tenant in (*reversed(SOME), *SOME):
        await tenants.create(tenant)
    assert await tenants.all() == sorted(SOME)
    looked_at = await homes().look(SOME[0])
    with pytest.raises(UnavailableError):
        async with looked_at.writing() as connection:
            await raise_counter(connection, "n", 1)
    await looked_at.close()
    with pytest.raises(NotFoundError) as refused:
        async with tenants.catalogue(TenantId("nobody")):
            pytest.fail("it was opened")
    assert refused.value.code == "tenant.not_found"
    await tenants.close()
