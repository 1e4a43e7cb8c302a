"""Exports for the portal: made one after another, bounded, private, and gone when their time is over."""

import asyncio
import contextlib
import errno
import json
import threading
from dataclasses import replace
from uuid import UUID

import av
import pytest

from playhead.base.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from playhead.base.ids import RecordingId, UserId
from playhead.base.quantities import Duration, Size
from playhead.domain.exports import ExportWish
from playhead.premises.export import service as service_module
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.failing import BACKOFF
from playhead.premises.export.mp4 import export_mp4
from playhead.premises.export.service import ExportService
from playhead.store.catalogue.outbox import next_events
from playhead.store.catalogue.quarantine import list_quarantined
from playhead.testing.pictures import number_of
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid
from playhead.wire.vid import Kind

SUE = UserId("sue")
JOE = UserId("joe")


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def serve(site, tmp_path):
    """Runs a service while a block lasts."""

    @contextlib.asynccontextmanager
    async def serving(**settings):
        service = ExportService(
            ExportConfig(reserve=Size(0), **settings),
            tmp_path / "exports",
            catalogue=site.catalogue,
            store=site.store,
            keyring=site.keyring,
            clock=site.clock,
        )
        running = asyncio.create_task(service.run())
        await asyncio.sleep(0)
        try:
            yield service
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    return serving


async def recorded(site, seed="one", **wanted):
    fixture = make_vid(seed, site_private_key=site.keyring.recording_key, **wanted)
    await site.add_fixture(fixture)
    return fixture


async def finished(service, identifier, user=SUE):
    future = service._jobs[identifier].future
    await asyncio.wait({future})
    return await service.look(user, identifier)


async def told(site):
    """What waits to be told to other programs."""
    async with site.catalogue.reading() as connection:
        return [one.event for one in await next_events(connection, 100)]


def numbers_in(path):
    with av.open(path) as container:
        return [(round(frame.time * 1e6), number_of(frame)) for frame in container.decode(video=0)]


async def test_a_whole_recording(site, serve, tmp_path):
    fixture = await recorded(site, seconds=4)
    async with serve() as service:
        identifier = await service.begin(ExportWish(SUE, fixture.header.recording))
        found = await finished(service, identifier)
        path, name = service.file(SUE, identifier)
        *_, event = await told(site)
        assert (event.type, event.subject) == ("playhead.recording.exported.v1", str(fixture.header.recording))
        assert json.loads(event.data)["sizeBytes"] == found.size_bytes
        assert (found.state, found.done, found.size_bytes, found.faults) == ("ready", 1.0, path.stat().st_size, 0)
        assert numbers_in(path) == [(picture.at_us, picture.number) for picture in fixture.pictures]
        assert name == "pc-1-agent.one-2026-01-01-000000.mp4"
        assert path.stat().st_mode & 0o077 == 0
        assert (tmp_path / "exports").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "exports").iterdir()) == []  # nothing is left by a server that stops


async def test_a_part_begins_at_the_moment_asked_for(site, serve):
    fixture = await recorded(site, seconds=6)
    async with serve() as service:
        begin_us = fixture.pictures[13].at_us  # two pictures behind a key frame
        wish = ExportWish(SUE, fixture.header.recording, begin_us, begin_us + 1_000_000)
        identifier = await service.begin(wish)
        assert (await finished(service, identifier)).state == "ready"
        path, name = service.file(SUE, identifier)
        assert numbers_in(path) == [
            (picture.at_us - begin_us, picture.number)
            for picture in fixture.pictures
            if begin_us <= picture.at_us < begin_us + 1_000_000
        ]
        assert name == "pc-1-agent.one-2026-01-01-000002.mp4"


@pytest.mark.parametrize(("begin_us", "end_us"), [(6_000_000, None), (2_000_000, 2_000_000), (3_000_000, 1_000_000)])
async def test_a_part_that_is_none_is_refused(site, serve, begin_us, end_us):
    fixture = await recorded(site, seconds=6)
    async with serve() as service:
        with pytest.raises(InvalidInputError) as raised:
            await service.begin(ExportWish(SUE, fixture.header.recording, begin_us, end_us))
        assert raised.value.code == "export.range"


async def test_what_is_not_there_is_not_found(serve):
    async with serve() as service:
        with pytest.raises(NotFoundError):
            await service.begin(ExportWish(SUE, RecordingId(UUID(int=5, version=4))))
        with pytest.raises(NotFoundError):
            await service.look(SUE, "nothing")


async def test_nobody_sees_what_somebody_else_asked_for(site, serve):
    fixture = await recorded(site)
    async with serve() as service:
        identifier = await service.begin(ExportWish(SUE, fixture.header.recording))
        await finished(service, identifier)
        with pytest.raises(NotFoundError):
            await service.look(JOE, identifier)
        with pytest.raises(NotFoundError):
            service.file(JOE, identifier)
        with pytest.raises(NotFoundError):
            await service.drop(JOE, identifier)


async def test_damage_is_told_and_the_rest_is_written(site, serve):
    fixture = make_vid("damaged", seconds=6, site_private_key=site.keyring.recording_key)
    segment = await site.add_fixture(fixture)
    file = site.store._disk.open(site.store._root / segment.location)
    file.write_at(b"\xff\xff", fixture.of_kind(Kind.PIECE)[3].offset + 60)
    file.close()
    async with serve() as service:
        identifier = await service.begin(ExportWish(SUE, fixture.header.recording))
        found = await finished(service, identifier)
        assert (found.state, found.faults) == ("ready", 1)


async def test_why_it_failed_is_told(site, serve):
    other = make_vid("foreign")  # sealed to another site
    await site.add_fixture(other)
    async with serve() as service:
        identifier = await service.begin(ExportWish(SUE, other.header.recording))
        found = await finished(service, identifier)
        assert (found.state, found.code) == ("failed", "vid.recipient")
        with pytest.raises(ConflictError) as raised:
            service.file(SUE, identifier)
        assert raised.value.code == "export.not_ready"


async def test_a_file_dies_when_its_time_is_over(site, serve, tmp_path):
    fixture = await recorded(site)
    async with serve(keep=Duration(1_000)) as service:
        identifier = await service.begin(ExportWish(SUE, fixture.header.recording))
        await finished(service, identifier)
        await service.tidy()
        assert (await service.look(SUE, identifier)).state == "ready"
        site.clock.advance(1_000)
        await service.tidy()
        with pytest.raises(NotFoundError):
            await service.look(SUE, identifier)
        assert list((tmp_path / "exports").iterdir()) == []


class Held:
    """Holds the thread of a service back until it is let go."""

    def __init__(self, monkeypatch):
        self.go = threading.Event()
        self.begun = threading.Event()
        real = service_module.export_mp4

        def held(*arguments, progress, **more):
            self.begun.set()
            self.go.wait(20)
            progress(0.25)
            return real(*arguments, progress=progress, **more)

        monkeypatch.setattr(service_module, "export_mp4", held)


async def test_one_that_is_dropped_ends_and_leaves_nothing(site, serve, tmp_path, monkeypatch):
    held = Held(monkeypatch)
    fixture = await recorded(site)
    async with serve() as service:
        running = await service.begin(ExportWish(SUE, fixture.header.recording))
        waiting = await service.begin(ExportWish(SUE, fixture.header.recording))
        await asyncio.to_thread(held.begun.wait)
        assert [(await service.look(SUE, one)).state for one in (running, waiting)] == ["working"] * 2
        await service.drop(SUE, running)
        await service.drop(SUE, waiting)
        held.go.set()
        last = await service.begin(ExportWish(SUE, fixture.header.recording))
        assert (await finished(service, last)).state == "ready"
        assert [path.name for path in (tmp_path / "exports").iterdir()] == [f"{last}.mp4"]


async def test_a_server_that_stops_waits_for_no_export(site, serve, monkeypatch):
    held = Held(monkeypatch)
    fixture = await recorded(site)
    async with serve() as service:
        identifier = await service.begin(ExportWish(SUE, fixture.header.recording))
        await asyncio.to_thread(held.begun.wait)
        held.go.set()
        assert identifier


async def test_what_one_and_what_all_may_have_is_bounded(site, serve):
    fixture = await recorded(site)
    wish = ExportWish(SUE, fixture.header.recording)
    async with serve(files_max=3, files_max_each=2) as service:
        await service.begin(wish)
        mine = await service.begin(wish)
        for user, allowed in ((SUE, False), (JOE, True), (UserId("ann"), False)):
            if allowed:
                await service.begin(replace(wish, user=user))
                continue
            with pytest.raises(UnavailableError) as raised:
                await service.begin(replace(wish, user=user))
            assert raised.value.code == "export.busy"
        await finished(service, mine)
        await service.drop(SUE, mine)
        await service.begin(wish)


async def test_what_would_take_too_much_is_refused_before_it_begins(site, serve):
    fixture = await recorded(site, seconds=6)
    size = len(fixture.data)
    wish = ExportWish(SUE, fixture.header.recording)
    async with serve(size_max=Size(size)) as service:
        await service.begin(wish)
    async with serve(size_max=Size(size - 1)) as service:
        with pytest.raises(ConflictError) as raised:
            await service.begin(wish)
        assert raised.value.code == "export.too_long"


async def test_a_disk_without_room_is_told(site, serve, monkeypatch):
    fixture = await recorded(site)
    free = shutil_usage(len(fixture.data) - 1)
    monkeypatch.setattr(service_module.shutil, "disk_usage", free)
    async with serve() as service:
        with pytest.raises(UnavailableError) as raised:
            await service.begin(ExportWish(SUE, fixture.header.recording))
        assert raised.value.code == "export.full"


def shutil_usage(free):
    class Usage:
        def __init__(self, _path):
            self.free = free

    return Usage


async def test_what_a_crash_left_is_deleted_at_the_next_start(serve, tmp_path):
    (tmp_path / "exports").mkdir(mode=0o755)
    (tmp_path / "exports" / "left.mp4.part").write_bytes(b"pictures")
    async with serve():
        assert list((tmp_path / "exports").iterdir()) == []
        assert (tmp_path / "exports").stat().st_mode & 0o077 == 0


class TestFailing:
    """One bad recording does not stand in the way of others, nor is it tried for ever."""

    async def test_a_disk_that_fails_for_a_moment(self, site, serve, monkeypatch):
        fixture = await recorded(site, seconds=1)
        failures = iter([OSError(errno.EIO, "error")])

        def once(*arguments, **more):
            for failure in failures:
                raise failure
            return export_mp4(*arguments, **more)

        monkeypatch.setattr(service_module, "export_mp4", once)
        monkeypatch.setattr(service_module, "BACKOFF", replace(BACKOFF, first_us=0))
        async with serve() as service:
            found = await finished(service, await service.begin(ExportWish(SUE, fixture.header.recording)))
        assert found.state == "ready"

    async def test_what_fails_again_and_again_is_listed_and_refused_until_it_is_tried_again(
        self, site, serve, monkeypatch
    ):
        fixture, other = await recorded(site, seconds=1), await recorded(site, "two", seconds=1)
        tries = []

        def never(*arguments, **_more):
            tries.append(arguments)
            raise OSError(errno.EIO, "error")

        monkeypatch.setattr(service_module, "export_mp4", never)
        monkeypatch.setattr(service_module, "BACKOFF", replace(BACKOFF, first_us=0))
        wish = ExportWish(SUE, fixture.header.recording, 0, 500_000)
        async with serve() as service:
            found = await finished(service, await service.begin(wish))
            assert (found.state, found.code, len(tries)) == ("failed", "export.failed", BACKOFF.attempts_max)
            async with site.catalogue.reading() as connection:
                (listed,) = await list_quarantined(connection, before=None, limit=5)
            assert (listed.kind, listed.place, listed.attempts) == ("upload", "nowhere", BACKOFF.attempts_max)
            assert (listed.code, listed.recording) == ("export.failed", fixture.header.recording)
            with pytest.raises(ConflictError) as raised:
                await service.begin(replace(wish, user=JOE))
            assert raised.value.code == "export.quarantined"
            monkeypatch.setattr(service_module, "export_mp4", export_mp4)
            found = await finished(service, await service.begin(ExportWish(SUE, other.header.recording)))
            assert found.state == "ready"
            await service.retry(listed)
            (again,) = [job.id for job in service._jobs.values() if job.wish == wish and not job.code]
            assert (await finished(service, again)).state == "ready"
            async with site.catalogue.reading() as connection:
                assert await list_quarantined(connection, before=None, limit=5) == []
