"""The outbox against a broker that goes away, keeps some of what it was given, and comes back; no broker is needed."""

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from playhead.base.errors import UnavailableError
from playhead.domain.events import Event
from playhead.net.messaging import InProcess, State
from playhead.premises.messaging import relay as relaying
from playhead.premises.messaging.relay import IN_FLIGHT_MAX, Relay
from playhead.store.catalogue.outbox import add_events, outbox_state
from playhead.store.event_log import FORGOTTEN_AT_ONCE
from playhead.testing.clock import START_US
from playhead.testing.site import opened_site

SUBJECTS = 50
EVENTS = 2_500
"""More than two batches; what a real hour brings is in bench/outage.py."""


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


class Broker:
    """Takes events, and after some of them goes away: half of what is on its way then was taken all the same."""

    is_heard = True
    outlives = True

    def __init__(self, seed, until=0):
        self.got = []
        self._dice = random.Random(seed)  # noqa: S311 - it loses messages
        self._until = until
        self._back = asyncio.Event()
        self.on_the_way = self.most_on_the_way = 0
        if until:
            self._back.set()

    @property
    def state(self):
        return State.READY if self._back.is_set() else State.AWAY

    def come_back(self, until):
        self._until = len(self.got) + until
        self._back.set()

    async def ready(self):
        await self._back.wait()

    async def publish(self, message):
        self.on_the_way += 1
        self.most_on_the_way = max(self.most_on_the_way, self.on_the_way)
        try:
            await asyncio.sleep(0)
            if len(self.got) >= self._until:
                self._back.clear()
                if self._dice.random() < 0.5:
                    self.got.append(message.id)
                raise UnavailableError("messaging.away", "Gone.")
            self.got.append(message.id)
        finally:
            self.on_the_way -= 1


def events(begin, end):
    return [
        Event(f"{number % SUBJECTS}-{number}", "playhead.workstation.up.v1", f"s{number % SUBJECTS}", START_US, b"{}")
        for number in range(begin, end)
    ]


async def add(site, some):
    async with site.catalogue.writing() as connection:
        await add_events(connection, some)


async def waiting(site):
    async with site.catalogue.reading() as connection:
        return (await outbox_state(connection)).events


@pytest.mark.parametrize("seed", range(3))
async def test_what_waits_through_outages_comes_once_and_in_order_to_who_keeps_ids(site, seed):
    broker = Broker(seed)
    running = asyncio.create_task(Relay(site.catalogue, broker, "/playhead/sites/a", site.clock).run())
    for begin in range(0, EVENTS, 500):
        await add(site, events(begin, begin + 500))  # recording goes on
        assert broker.got == []
    assert await waiting(site) == EVENTS
    for until in (10, 700, 1, EVENTS * 2):
        broker.come_back(until)
        while broker.state is State.READY and await waiting(site):  # noqa: ASYNC110 - the table tells nobody
            await asyncio.sleep(0)
    assert await waiting(site) == 0
    running.cancel()
    handled = list(dict.fromkeys(broker.got))
    assert len(broker.got) > len(handled) == EVENTS
    for subject in range(SUBJECTS):
        mine = [int(one.partition("-")[2]) for one in handled if one.startswith(f"{subject}-")]
        assert mine == list(range(subject, EVENTS, SUBJECTS))
    assert 1 < broker.most_on_the_way <= min(IN_FLIGHT_MAX, SUBJECTS)


async def test_where_nobody_listens_nothing_piles_up_and_nothing_is_written_for_it(site, monkeypatch):
    monkeypatch.setattr(relaying, "UNHEARD_S", 0.01)
    transport = InProcess(None, None)
    relay = Relay(site.catalogue, transport, "/playhead/sites/a", site.clock)
    await add(site, events(0, FORGOTTEN_AT_ONCE + 1))
    running = asyncio.create_task(relay.run())
    while await waiting(site):  # noqa: ASYNC110 - the table tells nobody
        await asyncio.sleep(0.01)
    got = asyncio.Queue()
    transport.subscribe("one", ["#"], got.put)
    await add(site, events(7, 8))
    assert (await asyncio.wait_for(got.get(), 60)).id == "7-7"
    running.cancel()


async def test_who_listens_just_before_events_are_forgotten_gets_them(site, monkeypatch):
    got, writing = asyncio.Queue(), site.catalogue.writing
    transport = InProcess(None, None)

    @asynccontextmanager
    async def late(**how):
        monkeypatch.undo()
        transport.subscribe("one", ["#"], got.put)
        await add(site, events(1, 2))
        async with writing(**how) as connection:
            yield connection

    await add(site, events(0, 1))
    monkeypatch.setattr(site.catalogue, "writing", late)
    running = asyncio.create_task(Relay(site.catalogue, transport, "/playhead/sites/a", site.clock).run())
    assert [(await asyncio.wait_for(got.get(), 60)).id for _ in range(2)] == ["0-0", "1-1"]
    running.cancel()
