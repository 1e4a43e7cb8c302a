"""What changes, as pages hear of it."""

import asyncio
import contextlib
import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID

import pytest

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId, UserId
from playhead.domain.access import Action, Grant, OfAgent, Scope, Who
from playhead.domain.live import RecordingChanged, Resync, WorkstationChanged
from playhead.domain.roles import AGENT, MANAGER, built_in_grants
from playhead.portal import feed as feed_module
from playhead.portal.api import streaming
from playhead.portal.api.events import follow_changes
from playhead.portal.callers import Caller
from playhead.portal.feed import RESYNC, WAITING_MAX, WATCHERS_MAX, News
from playhead.store.catalogue import recordings, users
from playhead.store.catalogue.access import set_assignments

SUE = Who(UserId("sue"), grants=built_in_grants(MANAGER))
JANE = Who(UserId("jane"), grants=built_in_grants(AGENT))
RECORDING = RecordingId(UUID(int=1))


@pytest.fixture
async def following(parts, site):
    task = asyncio.create_task(parts.feed.run())
    while not site.control.hub._everywhere:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    yield parts.feed
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def heard(watcher):
    news = await watcher.next(5)
    assert news is not None
    return news.event, json.loads(news.data)


async def test_a_changed_recording_is_looked_up_and_told(site, following):
    await site.add_recording(RECORDING, agent="jane", started_at_us=1)
    with following.watch(SUE) as sue:
        site.control.publish(RecordingChanged(RECORDING))
        event, item = await heard(sue)
    assert event == "recordings"
    assert (item["id"], item["agent"], item["state"]) == (str(RECORDING), "jane", "recording")


async def test_a_changed_workstation_is_told(site, following):
    with following.watch(SUE) as sue:
        site.control.publish(WorkstationChanged(site.control.connect("pc-1", agent="jane")))
        event, item = await heard(sue)
        assert (event, item["id"], item["state"]) == ("workstations", "pc-1", "idle")
        gone = replace(site.control.live[next(iter(site.control.live))], connected=False)
        site.control.publish(WorkstationChanged(gone))
        assert (await heard(sue))[1]["state"] == "offline"


async def test_an_agent_hears_of_their_own_only(site, following):
    with following.watch(JANE) as jane:
        site.control.publish(WorkstationChanged(site.control.connect("pc-1", agent="joe")))
        site.control.publish(WorkstationChanged(site.control.connect("pc-2", agent="jane")))
        assert (await heard(jane))[1]["id"] == "pc-2"


async def test_what_was_lost_below_is_told_as_such(site, following):
    with following.watch(JANE) as jane:
        site.control.publish(Resync())
        assert await heard(jane) == ("resync", {})


async def test_a_slow_page_loses_what_waits_and_is_told(parts):
    with parts.feed.watch(SUE) as sue:
        for number in range(WAITING_MAX):
            sue.offer(News("recordings", f"{number}"))
        assert (await sue.next(0)).data == "0"
        sue.offer(News("recordings", "fits"))
        sue.offer(News("recordings", "one past"))
        assert await sue.next(0) == RESYNC
        assert await sue.next(0) is None


async def test_pages_are_limited(parts):
    with contextlib.ExitStack() as stack:
        for _ in range(WATCHERS_MAX):
            stack.enter_context(parts.feed.watch(SUE))
        with pytest.raises(UnavailableError) as caught:
            parts.feed.watch(SUE)
        assert caught.value.code == "events.full"
    parts.feed.watch(SUE)


async def test_recordings_under_way_are_told_again_and_again(site, parts, monkeypatch):
    monkeypatch.setattr(feed_module, "REFRESH_S", 0.01)
    await site.add_recording(RECORDING, agent="jane", started_at_us=1)
    task = asyncio.create_task(parts.feed.run())
    with parts.feed.watch(SUE) as sue:
        assert (await heard(sue))[1]["id"] == str(RECORDING)
        assert (await heard(sue))[1]["id"] == str(RECORDING)
    task.cancel()


async def user(site):
    async with site.catalogue.reading() as connection:
        return await users.find_user(connection, SUE.user)


async def stream(parts, session=None):
    """The lines of an event stream, as the route would send them."""
    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(parts=parts)))
    return (await follow_changes(request, Caller(SUE, "192.0.2.10", session))).body_iterator


async def test_the_stream_is_made_of_events_and_heartbeats(parts, monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.01)
    lines = await stream(parts)
    assert (await anext(lines)).startswith("retry: 2000\n: ")
    assert await anext(lines) == ": alive\n\n"
    next(iter(parts.feed._watchers)).offer(News("recordings", '{"a":1}'))
    assert await anext(lines) == 'event: recordings\ndata: {"a":1}\n\n'
    await lines.aclose()
    assert not parts.feed._watchers


async def test_the_stream_ends_with_its_session(parts, site, monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.01)
    session = await parts.sessions.open(await user(site), "192.0.2.10")
    lines = await stream(parts, session)
    await anext(lines)
    site.clock.advance(streaming.CHECK_US)
    assert await anext(lines) == ": alive\n\n"
    await parts.sessions.close(session.secret)
    site.clock.advance(streaming.CHECK_US)
    with pytest.raises(StopAsyncIteration):
        await anext(lines)


async def test_the_stream_shows_what_its_user_may_see_now(parts, site, monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.01)
    session = await parts.sessions.open(await user(site), "192.0.2.10")
    lines = await stream(parts, session)
    await anext(lines)
    (watcher,) = parts.feed._watchers
    about = News("recordings", "{}", OfAgent("jane"))
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, SUE.user, [])
    watcher.offer(about)
    assert (await anext(lines)).startswith("event: recordings")
    site.clock.advance(streaming.CHECK_US)
    assert await anext(lines) == ": alive\n\n"
    watcher.offer(about)
    assert await anext(lines) == ": alive\n\n"
    await lines.aclose()


async def test_a_recording_from_before_ones_first_day_is_no_news(site, parts):
    late = Who(UserId("sue"), grants=(Grant(Action.VIEW, Scope.ALL, 2),))
    await site.add_recording(RECORDING, agent="jane", started_at_us=1)
    async with site.catalogue.reading() as connection:
        found = await recordings.find_recording(connection, RECORDING)
    with parts.feed.watch(late) as watcher, parts.feed.watch(SUE) as sue:
        parts.feed._publish([feed_module._recording_news(parts.feed.item(found))])
        assert (await heard(sue))[1]["id"] == str(RECORDING)
        assert await watcher.next(0.01) is None


async def test_an_open_page_alone_does_not_keep_a_session_alive(parts, site):
    session = await parts.sessions.open(await user(site), "192.0.2.10")
    site.clock.advance(3_000_000_000)
    found = await parts.sessions.find(session.secret, used=False)
    assert found.expires_at_us == session.expires_at_us
