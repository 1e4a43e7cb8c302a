"""What happens at a site is told to its tenant's programs by the cloud, by one process at a time."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

import pytest
from cloud.links.rig import CLOCK, WITHIN_S, Cloud, joined, site, until

from playhead.base.errors import UnavailableError
from playhead.base.ids import TenantId
from playhead.base.quantities import Duration
from playhead.cli import cloud_messaging
from playhead.cli.cloud_messaging import CloudMessaging, TenantMessagingConfig
from playhead.cloud.site_api import site_application
from playhead.domain.cloudevents import decode
from playhead.domain.events import Event
from playhead.premises.messaging import relay
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.events import EventsService
from playhead.store.catalogue.outbox import add_events, outbox_state
from playhead.store.catalogue.teller import TURN_US, leave_turn, take_turn
from playhead.store.tenants import FolderHomes, Tenants
from playhead.testing.catalogues import opened as opened_catalogue

ACME, OTHER = TenantId("acme"), TenantId("other")


def event(number):
    identifier = f"00000000-0000-5000-8000-{number:012x}"
    return Event(identifier, "playhead.recording.started.v1", "desk-7", CLOCK.wall_us(), b'{"a":1}')


class Nobody:
    """No site is connected."""

    async def ask(self, *_args, **_more):
        raise UnavailableError("link.down", "There is none.")

    async def presences(self, _tenant):
        return {}


@pytest.fixture
async def tenants(tmp_path, monkeypatch):
    monkeypatch.setattr(cloud_messaging, "TURN_S", 0.02)
    monkeypatch.setattr(cloud_messaging, "FORGET_S", 0.02)
    monkeypatch.setattr(relay, "UNHEARD_S", 0.02)
    opened = Tenants(FolderHomes(tmp_path / "tenants"))
    for tenant in (ACME, OTHER):
        await opened.create(tenant)
    yield opened
    await opened.close()


@asynccontextmanager
async def process(tenants, name, links=None):
    config = TenantMessagingConfig(tenant="acme")
    messaging = CloudMessaging([config], tenants=tenants, links=links or Nobody(), process=name, clock=CLOCK)
    task = asyncio.create_task(messaging.run())
    messaging.got = []

    async def heard(message):
        messaging.got.append(decode(message.body))

    async def listen():
        await until(lambda: ACME in messaging.services)
        messaging.services[ACME].transport.subscribe("test", ["#"], heard)

    messaging.listen = listen
    try:
        yield messaging
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def happen(tenants, tenant, *events):
    async with tenants.catalogue(tenant) as catalogue, catalogue.writing() as connection:
        await add_events(connection, events)


async def hear(tenants, messaging):
    """Have events happen until one is heard: what happens while nobody listens is let go."""
    async with asyncio.timeout(WITHIN_S):
        for number in count():
            await happen(tenants, ACME, event(number))
            if messaging.got:
                return
            await asyncio.sleep(0.05)


async def test_an_event_of_a_site_comes_over_its_link_to_the_tenants_programs(tmp_path, tenants):
    async with AsyncExitStack() as stack:
        cloud = await stack.enter_async_context(Cloud.opened(tmp_path))
        application = site_application(tenants, CLOCK, on_erased=lambda *_: None)
        links = await stack.enter_async_context(cloud.process(application))
        messaging = await stack.enter_async_context(process(tenants, links.process, links))
        await messaging.listen()
        await joined(cloud, links, tmp_path / "site")
        link = await stack.enter_async_context(site(tmp_path / "site"))
        catalogue = await opened_catalogue(tmp_path / "site.sqlite")
        stack.push_async_callback(catalogue.close)
        config = ReplicationConfig(interval=Duration(100_000))
        events = EventsService(
            config, catalogue=catalogue, link=link, joined=lambda: True, clock=CLOCK, jitter=lambda: 0.0
        )
        await events.keep()
        async with catalogue.writing() as connection:
            await add_events(connection, [event(number) for number in range(3)])
        telling = asyncio.create_task(events.run())
        await until(lambda: len(messaging.got) == 3)
        telling.cancel()
        assert [one.id for one in messaging.got] == [event(number).id for number in range(3)]
        assert {(one.source, bytes(one.data)) for one in messaging.got} == {("/playhead/sites/acme/berlin", b'{"a":1}')}


async def test_one_process_tells_and_another_goes_on_where_it_ends(tenants):
    async with process(tenants, "two") as two:
        async with process(tenants, "one") as one:
            await until(lambda: ACME in one.services or ACME in two.services)
            first, second = (one, two) if ACME in one.services else (two, one)
            await first.listen()
            await hear(tenants, first)
            assert (second.services, second.got) == ({}, [])
            if first is two:
                return
        await two.listen()
        await hear(tenants, two)
        assert two.got[0].source == "/playhead/sites/acme"


async def test_what_nobody_wants_is_let_go_also_after_a_catalogue_could_not_be_used(tenants, monkeypatch):
    failures = [UnavailableError("catalogue.unavailable", "Not now.")]
    forget = cloud_messaging.forget_unheard

    async def failing_once(catalogue):
        if failures:
            raise failures.pop()
        await forget(catalogue)

    monkeypatch.setattr(cloud_messaging, "forget_unheard", failing_once)
    await happen(tenants, OTHER, *(event(number) for number in range(5)))
    async with process(tenants, "one"), asyncio.timeout(WITHIN_S):
        while True:
            async with tenants.catalogue(OTHER) as catalogue, catalogue.reading() as connection:
                if not (await outbox_state(connection)).events:
                    break
    assert failures == []


class TestTurns:
    async def test_one_has_it_until_it_says_nothing_any_more(self, tenants):
        async def may(name, now_us):
            async with tenants.catalogue(ACME) as catalogue, catalogue.writing() as connection:
                return await take_turn(connection, name, now_us)

        assert await may("one", 1_000)
        assert not await may("two", 1_000 + TURN_US)
        assert await may("one", 1_000 + TURN_US)
        assert not await may("two", 1_001 + TURN_US)
        assert await may("two", 1_001 + 2 * TURN_US)
        assert not await may("one", 1_001 + 2 * TURN_US)
        async with tenants.catalogue(ACME) as catalogue, catalogue.writing() as connection:
            await leave_turn(connection, "two")
        assert await may("one", 1_001 + 2 * TURN_US)

    async def test_a_turn_of_a_clock_that_was_far_ahead_is_free(self, tenants):
        async with tenants.catalogue(ACME) as catalogue, catalogue.writing() as connection:
            assert await take_turn(connection, "one", 10 * TURN_US)
            assert await take_turn(connection, "two", 1)
