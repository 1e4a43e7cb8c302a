"""The wall: what is being recorded, with pictures, for those who may watch live; workstations notice nothing."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from http_answers import code_of

from playhead.base.ids import WorkstationId
from playhead.domain.live import LiveWorkstation
from playhead.domain.recordings import RecordingState
from playhead.portal.api.wall import NOTED_US
from playhead.testing.vid import make_vid
from playhead.wire.vid import Kind


@pytest.fixture
async def parts(parts, site):
    player = site.player()
    running = asyncio.create_task(player.run())
    yield replace(parts, pictures=player.newest)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def live_in(site, name, fixture, agent="jane", **more):
    known = LiveWorkstation(
        WorkstationId(name),
        connected=True,
        changed_at_us=0,
        state="recording",
        agent=agent,
        recording=fixture.header.recording,
    )
    site.control.live[known.id] = replace(known, **more)


async def recorded(site, name, agent="jane", *, size=None, **wanted):
    """A recording under way at a workstation: the fixture and its segment."""
    fixture = make_vid(
        name,
        workstation=name,
        agent=agent,
        sealed=False,
        site_private_key=site.keyring.recording_key,
        **wanted,
    )
    segment = await site.add_fixture(fixture, size=size)
    live_in(site, name, fixture, agent)
    return fixture, segment


async def wall(browser):
    answer = await browser.get("/api/wall")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_it_shows_what_is_being_recorded_by_name_with_the_newest_picture(site, browser):
    first, _ = await recorded(site, "pc-2", thumbnails=3)
    await recorded(site, "pc-1", agent="joe")
    site.control.connect("pc-3", agent="jane")
    await browser.sign_in("sue")
    one, two = await wall(browser)
    assert [one["id"], two["id"]] == ["pc-1", "pc-2"]
    assert (two["agent"], two["state"], two["recording"]) == ("jane", "recording", str(first.header.recording))
    assert two["recordingStartedAt"] == "2026-01-01T00:00:00Z"
    newest = first.of_kind(Kind.THUMBNAIL)[-1]
    assert two["thumbnailAt"] == "2026-01-01T00:00:00.402000Z"
    assert newest.header.media_time_us == 402_000
    answer = await browser.get("/api/wall/pc-2/thumbnail", params={"at": two["thumbnailAt"]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8")
    assert site.control.asked == []  # no workstation was asked anything


async def test_a_picture_that_is_known_is_not_sent_again(site, browser):
    fixture, segment = await recorded(site, "pc-1", thumbnails=2, size=None)
    await browser.sign_in("sue")
    first = await browser.get("/api/wall/pc-1/thumbnail")
    again = await browser.get("/api/wall/pc-1/thumbnail", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert str(segment.id) in first.headers["etag"]
    assert str(fixture.of_kind(Kind.THUMBNAIL)[-1].header.sequence) in first.headers["etag"]


async def test_only_what_is_durable_is_shown(site, browser):
    whole = make_vid(
        "pc-1", workstation="pc-1", thumbnails=2, sealed=False, site_private_key=site.keyring.recording_key
    )
    cut = whole.of_kind(Kind.THUMBNAIL)[1].offset + 9
    fixture, segment = await recorded(site, "pc-1", thumbnails=2, size=cut)
    await browser.sign_in("sue")
    (item,) = await wall(browser)
    assert item["thumbnailAt"] == "2026-01-01T00:00:00Z"
    await site.grow(segment, fixture.data[cut:])
    (item,) = await wall(browser)
    assert item["thumbnailAt"] == "2026-01-01T00:00:00.201000Z"


async def test_without_a_picture_there_is_none(site, browser):
    await recorded(site, "pc-1", extras=False)
    await browser.sign_in("sue")
    (item,) = await wall(browser)
    assert item["thumbnailAt"] is None
    assert code_of(await browser.get("/api/wall/pc-1/thumbnail")) == (404, "thumbnail.none")
    assert await site.audited("wall.watched") == []


async def test_what_is_not_being_recorded_has_none(site, browser):
    fixture, _ = await recorded(site, "pc-1")
    await browser.sign_in("sue")
    live_in(site, "pc-1", fixture, connected=False)
    assert await wall(browser) == []
    assert code_of(await browser.get("/api/wall/pc-1/thumbnail")) == (404, "thumbnail.none")
    assert code_of(await browser.get("/api/wall/pc-9/thumbnail")) == (404, "thumbnail.none")


@pytest.mark.parametrize("user", ["jane"])
async def test_who_may_not_watch_live_sees_nothing_and_is_noted(site, browser, user):
    await recorded(site, "pc-1")
    await browser.sign_in(user)
    assert await wall(browser) == []
    assert code_of(await browser.get("/api/wall/pc-1/thumbnail")) == (403, "access.refused")
    (entry,) = await site.audited("access.refused")
    assert (entry.actor, entry.subject) == (user, "pc-1")


async def test_that_somebody_looked_is_noted_once_an_hour(site, browser):
    fixture, _ = await recorded(site, "pc-1")
    await browser.sign_in("sue")
    for _ in range(3):
        await browser.get("/api/wall/pc-1/thumbnail")
    (entry,) = await site.audited("wall.watched")
    assert (entry.actor, entry.subject) == ("sue", str(fixture.header.recording))
    site.clock.advance(NOTED_US)
    await browser.sign_in("sue")
    await browser.get("/api/wall/pc-1/thumbnail")
    assert len(await site.audited("wall.watched")) == 2


async def test_after_a_restart_it_is_found_in_the_index(site, browser):
    fixture, segment = await recorded(site, "pc-1", thumbnails=3)
    site.store.release(segment)
    await site.set_state(fixture.header.recording, RecordingState.RECORDING, None)
    while any(one.id == segment.id for one in site.store.growing()):
        await site.store.commit()
    again = await site.store.open(fixture.header_bytes)
    assert again.newest_thumbnail() is None
    await browser.sign_in("sue")
    for _ in range(2):
        (item,) = await wall(browser)
        assert item["thumbnailAt"] == "2026-01-01T00:00:00.402000Z"
    assert (await browser.get("/api/wall/pc-1/thumbnail")).status_code == 200


async def test_after_a_restart_few_are_looked_up_at_a_time(site, browser, monkeypatch):
    monkeypatch.setattr("playhead.premises.player.newest.LOOKED_UP_MAX", 2)
    for number in range(3):
        fixture, segment = await recorded(site, f"pc-{number}", seconds=0.4)
        segment.thumbnails.clear()
    await browser.sign_in("sue")
    assert [item["thumbnailAt"] is not None for item in await wall(browser)] == [True, True, False]
    assert [item["thumbnailAt"] is not None for item in await wall(browser)] == [True, True, True]
    assert fixture.header.workstation == WorkstationId("pc-2")
