"""What is told of recordings after they were taken in: blackouts, lengths, where they were made."""

import asyncio
import json

import pytest
from premises.screen.rig import Premises
from sqlalchemy import select

from playhead.base.errors import UnavailableError
from playhead.domain.live import RecordingChanged
from playhead.domain.recordings import RecordingState
from playhead.premises.screen import markers as m
from playhead.premises.screen import recordings as r
from playhead.premises.screen.markers import Markers
from playhead.premises.screen.recordings import Recordings
from playhead.store.catalogue.recordings import find_recording
from playhead.store.catalogue.schema import recordings
from playhead.testing.site import SITE, opened_site
from playhead.testing.vid import STARTED_AT_US, make_header, signing_key, site_key
from playhead.wire import vid
from playhead.wire.screen.messages import Status
from playhead.wire.vid import Kind

SECOND_US = 1_000_000


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def published():
    return []


@pytest.fixture
def kept(site, published):
    return Recordings(site.catalogue, SITE, site.clock, lambda _: None, published.append)


@pytest.fixture
def markers(site, kept):
    return Markers(site.catalogue, site.store, site.keyring, kept)


async def take_in(site, seed, *said, sealed=True, key=None):
    """A segment with nothing but markers; what they say."""
    header, data_key = make_header(seed, site_private_key=key or site.keyring.recording_key)
    writer = vid.Writer(header, data_key, signing_key())
    data = writer.start()
    for at, one in enumerate(said):
        body = one if isinstance(one, bytes) else json.dumps(one).encode()
        data += writer.record(Kind.MARKER, media_time_us=at, wall_time_us=STARTED_AT_US + at, body=body)
    if sealed:
        data += writer.seal(SECOND_US, STARTED_AT_US + SECOND_US)
    await site.add_recording(header.recording, started_at_us=STARTED_AT_US)
    start = vid.encode_header(header)
    await site.grow(await site.store.open(start), data[len(start) :])
    return header.recording


async def is_dark(site, recording):
    async with site.catalogue.reading() as connection:
        return (await find_recording(connection, recording)).has_blackout


class TestBlackouts:
    async def test_are_told_by_markers_once_a_segment_has_ended(self, site, markers, published):
        dark = await take_in(site, "a", {"code": "display.changed"}, {"code": "blackout.on", "reason": "card"})
        light = await take_in(site, "b", {"code": "blackout.off"})
        growing = await take_in(site, "c", {"code": "blackout.on"}, sealed=False)
        assert await markers.examine() == 2
        assert [await is_dark(site, one) for one in (dark, light, growing)] == [True, False, False]
        assert published == [RecordingChanged(dark)]
        assert await markers.examine() == 0

    @pytest.mark.parametrize("said", [b"no JSON", b"[1]", b'{"code": 5}', b"\xff", b"[" * 4000, b"x" * 5000])
    async def test_what_is_no_marker_of_ours_is_passed_over(self, site, markers, said):
        dark = await take_in(site, "a", said, {"code": "blackout.on"})
        await markers.examine()
        assert await is_dark(site, dark)

    async def test_only_so_many_markers_are_opened(self, site, markers, monkeypatch):
        monkeypatch.setattr(m, "MARKERS_MAX", 2)
        at_the_limit = await take_in(site, "a", {"code": "x"}, {"code": "blackout.on"})
        beyond = await take_in(site, "b", {"code": "x"}, {"code": "x"}, {"code": "blackout.on"})
        await markers.examine()
        assert [await is_dark(site, one) for one in (at_the_limit, beyond)] == [True, False]

    async def test_a_file_that_is_gone_or_of_another_site_is_not_looked_at_again(self, site, markers):
        gone = await take_in(site, "a", {"code": "blackout.on"})
        for path in site.folder.rglob("*.vid"):
            path.unlink()
        other = await take_in(site, "b", {"code": "blackout.on"}, key=site_key("of another site"))
        assert await markers.examine() == 2
        assert await markers.examine() == 0
        assert [await is_dark(site, one) for one in (gone, other)] == [False, False]

    async def test_it_runs_until_cancelled_whatever_fails(self, site, markers, monkeypatch):
        dark = await take_in(site, "a", {"code": "blackout.on"})
        whole, failed = markers.examine, asyncio.Event()
        done = asyncio.Event()

        async def fail_first():
            if not failed.is_set():
                failed.set()
                raise UnavailableError("store.failed", "")
            found = await whole()
            done.set()
            return found

        monkeypatch.setattr(markers, "examine", fail_first)
        running = asyncio.create_task(markers.run(0))
        await done.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await is_dark(site, dark)


class TestSites:
    async def test_of_recordings_from_before_are_named_once(self, site, markers, monkeypatch):
        monkeypatch.setattr(m, "NAMED_AT_ONCE", 1)
        for seed in ("a", "b"):
            await take_in(site, seed)
        async with site.catalogue.writing() as connection:
            await connection.execute(recordings.update().values(site=""))
        await markers.name_sites()
        async with site.catalogue.reading() as connection:
            assert set((await connection.execute(select(recordings.c.site))).scalars()) == {str(SITE)}

        async def not_again(*_):
            raise AssertionError("looked at again")

        monkeypatch.setattr(m, "name_site", not_again)
        await markers.name_sites()


class TestLengths:
    async def test_of_what_is_under_way_are_noted(self, site, kept, published, monkeypatch):
        monkeypatch.setattr(r, "MEASURED_AT_ONCE", 1)
        made = [await take_in(site, seed, {"code": "x"}, {"code": "y"}, sealed=False) for seed in ("a", "b")]
        await kept.measure()
        async with site.catalogue.reading() as connection:
            lengths = (await connection.execute(select(recordings.c.length_us))).scalars().all()
        assert lengths == [1, 1]
        assert (len(made), published) == (2, [])

    async def test_are_those_of_the_segments_once_it_is_complete(self, site, kept, published):
        recording = await take_in(site, "a")
        await kept.refresh(recording)
        async with site.catalogue.reading() as connection:
            found = (await connection.execute(select(recordings))).one()
        assert (found.state, found.length_us) == (RecordingState.COMPLETE, SECOND_US)
        assert published == [RecordingChanged(recording)]
        await kept.refresh(recording)
        assert len(published) == 1


async def test_a_blackout_is_told_once(site, kept, published):
    recording = await take_in(site, "a", sealed=False)
    await kept.darkened(recording)
    await kept.darkened(recording)
    assert published == [RecordingChanged(recording)]
    assert await is_dark(site, recording)


async def test_a_workstation_says_that_it_is_dark(tmp_path):
    async with Premises(tmp_path).running() as premises:
        desk = await premises.desk()
        async with desk.connected() as conversation:
            made = desk.made()
            await conversation.offer(made)
            recording = made.header.recording
            await conversation.peer.send(Status("recording", recording.bytes))
            await conversation.peer.send(Status("blackout", recording.bytes))

            async def dark():
                return (await premises.recording(recording)).has_blackout

            await premises.until(dark)
