"""A site's events come to its tenant in the cloud: each once, in order, whatever happens on the way."""

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from cloud.direct import Direct
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.routing import Mount, Router
from store.replication.sites import make_empty

from playhead.base.errors import RefusedError, UnavailableError
from playhead.base.ids import TenantId, TenantSite
from playhead.base.quantities import Duration
from playhead.cloud.site_api import site_application
from playhead.domain.event_batches import (
    BATCH_BYTES_MAX,
    BATCH_EVENTS_MAX,
    BEGINNING,
    EventPlace,
    read_event_place,
    read_events,
    write_events,
)
from playhead.domain.events import DROPPED, Event
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.events import EventsService
from playhead.premises.replication.rules import excess
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.outbox import add_events, next_events, outbox_state
from playhead.store.catalogue.schema_messages import event_followers, kept_events, outbox, taken_events
from playhead.store.event_log import forget_unheard
from playhead.store.replication import begin_stream, kept, taken
from playhead.store.tenants import FolderHomes, Tenants
from playhead.testing.catalogues import opened as opened_catalogue
from playhead.testing.clock import SimClock

ACME = TenantId("acme")
SITE = TenantSite.parse("acme/vienna")
DAY_US = 86_400_000_000


def event(number, subject="desk-0", at_us=None, data=b"{}"):
    identifier = f"00000000-0000-5000-8000-{number:012x}"
    return Event(identifier, "playhead.recording.started.v1", subject, number if at_us is None else at_us, data)


class _CrashError(Exception):
    """The cloud's process ends before its transaction does."""


class Rig:
    """A site, a cloud, and a way between them on which anything may happen."""

    def __init__(self, folder, catalogue, tenants, config=None):
        self.folder, self.catalogue, self.tenants = folder, catalogue, tenants
        self.clock = SimClock()
        self.joined = True
        self.application = Router([Mount("/site", site_application(tenants, self.clock, on_erased=lambda *_: None))])
        self.link = Direct(self.application, SITE)
        self.config = config or ReplicationConfig(interval=Duration(100_000))
        self.serve()

    def serve(self):
        self.service = EventsService(
            self.config, catalogue=self.catalogue, link=self.link, joined=lambda: self.joined, clock=self.clock,
            jitter=lambda: 0.0,
        )  # fmt: skip

    @classmethod
    async def open(cls, folder, template, config=None):
        shutil.copy(template, folder / "site.sqlite")
        home = folder / "tenants" / ACME.value
        home.mkdir(parents=True)
        shutil.copy(template, home / "catalogue.sqlite")
        rig = cls(
            folder, await opened_catalogue(folder / "site.sqlite"), Tenants(FolderHomes(folder / "tenants")), config
        )
        await rig.service.keep()
        return rig

    async def close(self):
        await self.catalogue.close()
        await self.tenants.close()

    async def happen(self, *events, durable=True):
        async with self.catalogue.writing(durable=durable) as connection:
            await add_events(connection, events)

    async def sync(self):
        return await self.service.tell(await self.service.begin())

    async def told(self):
        async with self.tenants.catalogue(ACME) as catalogue, catalogue.reading() as connection:
            return [one.event for one in await next_events(connection, 10_000)]

    async def kept(self):
        async with self.catalogue.reading() as connection:
            return list((await connection.execute(select(kept_events.c.event_id))).scalars())

    async def put_back(self, copy, *, knows):
        """Replace the site's catalogue by an older one; where nobody tells it, it finds out by itself."""
        await self.catalogue.close()
        for name in ("site.sqlite-wal", "site.sqlite-shm"):
            (self.folder / name).unlink(missing_ok=True)
        shutil.copy(copy, self.folder / "site.sqlite")
        self.catalogue = await Catalogue.open(self.folder / "site.sqlite")
        if knows:
            async with self.catalogue.writing() as connection:
                await begin_stream(connection, self.clock.wall_us())
        self.serve()

    async def copy(self, to):
        async with self.catalogue.writing() as connection:
            await connection.exec_driver_sql("SELECT 1")
        await asyncio.to_thread(_backup, self.folder / "site.sqlite", to)


def _backup(path, to):
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return asyncio.run(make_empty(tmp_path_factory.mktemp("template")))


@pytest.fixture
async def rig(tmp_path, template):
    made = await Rig.open(tmp_path, template)
    yield made
    await made.close()


STEPS = st.one_of(
    st.tuples(st.just("happen"), st.integers(1, 6)),
    st.tuples(
        st.sampled_from(("tell", "lose the answer", "crash in the cloud", "again", "restart", "messaging takes them")),
        st.just(0),
    ),
    st.tuples(st.just("back up"), st.just(0)),
    st.tuples(st.just("put back"), st.integers(0, 1)),
)


PUT_BACK_UNNOTICED = [
    ("happen", 3), ("tell", 0), ("back up", 0), ("happen", 2), ("tell", 0), ("put back", 0), ("happen", 6), ("tell", 0),
]  # fmt: skip
"""By when the site asks, it has more events than the cloud knows of: others, with the same numbers."""


class _Run:
    """Steps, and what must have come of them."""

    def __init__(self, rig):
        self.rig = rig
        self.count = 0
        self.here = []
        """What has happened, as the site knows it."""
        self.backup = None
        self.repeated = b""
        self.lost = set()
        """What the site knew, had not told and does not know any more."""

    async def do(self, what, which):
        match what:
            case "happen":
                new = [event(self.count + one, f"desk-{one % 3}") for one in range(1, which + 1)]
                self.count += which
                await self.rig.happen(*new, durable=which % 2 == 0)
                self.here += new
            case "tell":
                await self.rig.sync()
            case "lose the answer":
                self.rig.link.loses_answers = 2
                await self._fails(self.rig.sync())
                await self._fails(self.rig.sync())
            case "crash in the cloud":
                await self._crash()
            case "again":
                await self._again()
            case "restart":
                self.rig.serve()
            case "messaging takes them":
                await forget_unheard(self.rig.catalogue)
            case "back up":
                path = self.rig.folder / "backup.sqlite"
                path.unlink(missing_ok=True)
                await self.rig.copy(path)
                self.backup = (path, list(self.here))
            case "put back" if self.backup is not None:
                await self._put_back(knows=bool(which))

    async def _fails(self, doing):
        try:
            await doing
        except UnavailableError:
            self.rig.link.loses_answers = max(0, self.rig.link.loses_answers - 1)

    async def _crash(self):
        place = await self.rig.service.begin()
        async with self.rig.catalogue.writing() as connection:
            some = await kept.next_kept(connection, place)
        with pytest.raises(_CrashError):
            await self._take_and_crash(_batches(place, some))

    async def _take_and_crash(self, batches):
        async with self.rig.tenants.catalogue(ACME) as catalogue, catalogue.writing() as connection:
            for batch in batches:
                await taken.take_events(connection, SITE, batch, self.rig.clock.wall_us())
            raise _CrashError

    async def _again(self):
        """A batch that was on its way for long."""
        if self.repeated:
            await (await self.rig.link.ask("PUT", b"/site/events", (), self.repeated)).read()
        place = await self.rig.service.begin()
        async with self.rig.catalogue.writing() as connection:
            some = await kept.next_kept(connection, place)
        self.repeated = write_events(place, some).body if some else b""

    async def _put_back(self, *, knows):
        path, known = self.backup
        told = {one.id for one in await self.rig.told()}
        self.lost |= {one.id for one in self.here} - told - {one.id for one in known}
        self.here = list(known)
        await self.rig.put_back(path, knows=knows)


def _batches(place, some):
    return [read_events(write_events(place, some).body)] if some else []


class TestAnyOrder:
    @settings(max_examples=10, deadline=None, database=None)
    @given(steps=st.lists(STEPS, max_size=25))
    @example(steps=PUT_BACK_UNNOTICED)
    def test_each_event_comes_once_and_in_order(self, template, steps):
        async def run():
            with tempfile.TemporaryDirectory() as name:
                rig = await Rig.open(Path(name), template)
                try:
                    taking = _Run(rig)
                    for step in steps:
                        await taking.do(*step)
                    rig.link.loses_answers = 0
                    await rig.sync()
                    told = await rig.told()
                    ids = [one.id for one in told]
                    assert len(set(ids)) == len(ids)
                    assert set(ids) == {event(one + 1).id for one in range(taking.count)} - (taking.lost - set(ids))
                    assert {one.id for one in taking.here} <= set(ids)
                    for subject in {one.subject for one in told}:
                        at = [one.at_us for one in told if one.subject == subject]
                        assert at == sorted(at)
                    assert {one.source for one in told} <= {"/playhead/sites/acme/vienna"}
                    assert await rig.kept() == []
                finally:
                    await rig.close()

        asyncio.run(run())


class TestTelling:
    async def test_nothing_is_kept_before_the_site_has_a_cloud(self, rig):
        rig.joined = False
        await rig.service.keep()
        await rig.happen(event(1))
        assert await rig.kept() == []
        rig.joined = True
        await rig.service.keep()
        await rig.happen(event(2))
        assert await rig.kept() == [event(2).id]

    async def test_what_was_kept_goes_when_the_site_leaves(self, rig):
        await rig.happen(*map(event, range(1, 1_200)))
        rig.joined = False
        await rig.service.keep()
        assert await rig.kept() == []
        async with rig.catalogue.reading() as connection:
            assert (await connection.execute(select(event_followers))).all() == []

    async def test_a_week_away(self, rig):
        many = [event(number, f"desk-{number % 50}") for number in range(1, 3 * BATCH_EVENTS_MAX + 2)]
        await rig.happen(*many)
        await forget_unheard(rig.catalogue)  # messaging has told them, or nobody listens to it
        place = await rig.sync()
        assert [one.id for one in await rig.told()] == [one.id for one in many]
        assert place.event == many[-1].id
        assert await rig.kept() == []
        asked = len(rig.link.asked)
        assert await rig.service.tell(place) == place
        assert len(rig.link.asked) == asked

    async def test_it_goes_on_by_itself_after_a_lost_link_and_a_lost_answer(self, rig):
        now_us = rig.clock.wall_us()  # whenever it looks at what is kept, none is too old
        running = asyncio.create_task(rig.service.run())
        await rig.happen(event(1, at_us=now_us))
        rig.link.is_up.clear()
        await rig.happen(event(2, at_us=now_us))
        rig.link.loses_answers = 3
        rig.link.is_up.set()
        async with asyncio.timeout(60):
            while len(await rig.told()) < 2:
                done, _ = await asyncio.wait([running], timeout=0.05)  # reading all the time keeps it from writing
                assert not done, running.exception()
        running.cancel()
        assert [one.id for one in await rig.told()] == [event(1).id, event(2).id]

    async def test_what_a_power_cut_undid_leaves_its_number_to_nothing_that_was_told(self, rig):
        """Before an event is told it is durable: its transaction may be one that a power cut would undo."""
        synced = []
        writing = rig.catalogue.writing

        def noted(*, durable=True, first=False):
            synced.append(durable)
            return writing(durable=durable, first=first)

        rig.catalogue.writing = noted
        await rig.happen(event(1), durable=False)
        place = await rig.service.begin()
        synced.clear()
        asked = rig.link.ask

        async def ask(*args, **more):
            assert synced == [True]
            return await asked(*args, **more)

        rig.link.ask = ask
        await rig.service.tell(place)
        assert [one.id for one in await rig.told()] == [event(1).id]

    async def test_what_is_told_again_by_hand_is_left_aside(self, rig):
        await rig.happen(event(1), event(1))
        await rig.sync()
        await rig.happen(event(1))
        await rig.sync()
        assert len(await rig.told()) == 1


class TestLimits:
    @pytest.fixture
    async def rig(self, tmp_path, template):
        config = ReplicationConfig(kept_events=1_000, kept=Duration(DAY_US))
        made = await Rig.open(tmp_path, template, config)
        yield made
        await made.close()

    async def test_too_many_are_given_up_the_oldest_first_and_that_is_told(self, rig):
        now_us = rig.clock.wall_us()
        await rig.happen(*(event(number, at_us=now_us) for number in range(1, 1_001)))
        await rig.service.keep()
        assert len(await rig.kept()) == 1_000
        await rig.happen(*(event(number, at_us=now_us) for number in range(1_001, 1_601)))
        await rig.service.keep()
        await rig.sync()
        told = await rig.told()
        assert told[0].id == event(601).id
        assert [one.type for one in told[-2:]] == [DROPPED.name] * 2
        assert b"cloud.count" in told[-1].data

    async def test_and_those_that_are_too_old(self, rig):
        now_us = rig.clock.wall_us()
        await rig.happen(event(1, at_us=now_us - DAY_US - 1), event(2, at_us=now_us))
        await rig.service.keep()
        await rig.sync()
        told = await rig.told()
        assert [one.id for one in told[:-1]] == [event(2).id]
        assert b"cloud.age" in told[-1].data

    def test_at_the_limit_nothing_is(self):
        config = ReplicationConfig(kept_events=1_000, kept=Duration(10))
        assert excess(config, 1_000, 90, 100) is None
        assert excess(config, 1_001, 90, 100).count == 1
        assert excess(config, 1_000, 89, 100).before_us == 90


class TestTaking:
    async def test_nonsense_is_refused(self, rig):
        bomb = zstandard.ZstdCompressor().compress(bytes(BATCH_BYTES_MAX + 1))
        packed = ((b"content-encoding", b"zstd"),)
        for body, headers, code in (
            (b"\xc1", (), b"events.malformed"),
            (bytes(BATCH_BYTES_MAX + 1), (), b"replication.size"),
            (bomb, packed, b"replication.size"),
            (b"no zstd", packed, b"replication.malformed"),
        ):
            answer = await rig.link.ask("PUT", b"/site/events", headers, body)
            assert answer.status in {400, 413}
            assert code in await answer.read()
        answer = await rig.link.ask("GET", b"/site/events")
        assert read_event_place(await answer.read()) == BEGINNING

    async def test_an_event_that_is_none_is_refused_and_the_others_are_taken(self, rig):
        await rig.happen(event(1, data=b'1,"source":"/other"'), event(2))
        await rig.sync()
        assert [one.id for one in await rig.told()] == [event(2).id]

    async def test_two_sites_do_not_hide_each_others_events(self, rig):
        await rig.happen(event(1))
        await rig.sync()
        rig.link.site = TenantSite.parse("acme/graz")
        await rig.happen(event(2))
        async with rig.catalogue.writing() as connection:
            await connection.execute(kept_events.insert(), [{"id": 1, "event_id": event(1).id, "type": "playhead.x.v1",
                                                             "subject": "", "at_us": 1, "data": b"{}"}])  # fmt: skip
        await rig.sync()
        assert [(one.id, one.source) for one in await rig.told()] == [
            (event(1).id, "/playhead/sites/acme/vienna"),
            (event(1).id, "/playhead/sites/acme/graz"),
            (event(2).id, "/playhead/sites/acme/graz"),
        ]

    async def test_ids_are_forgotten_after_a_while(self, rig):
        await rig.happen(event(1))
        await rig.sync()
        rig.clock.advance(taken.REMEMBERED_US + 1)
        await rig.happen(event(2))
        await rig.sync()
        async with rig.tenants.catalogue(ACME) as catalogue, catalogue.reading() as connection:
            assert len((await connection.execute(select(taken_events))).all()) == 1

    async def test_a_gap_is_refused(self, rig):
        await rig.happen(event(1), event(2))
        place = await rig.sync()
        await rig.happen(event(3), event(4))
        with pytest.raises(RefusedError) as caught:
            await rig.service.tell(EventPlace(place.stream, place.position + 1))
        assert caught.value.code == "replication.refused"
        assert len(await rig.told()) == 2

    async def test_the_outbox_of_the_site_is_untouched(self, rig):
        await rig.happen(event(1), event(2))
        await rig.sync()
        async with rig.catalogue.reading() as connection:
            assert (await outbox_state(connection)).events == 2
            assert set((await connection.execute(select(outbox.c.source))).scalars()) == {""}
