"""What somebody was sent is noted when they have paused: from when to when, in parts, bounded."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId
from playhead.premises.player import viewings as viewings_module
from playhead.premises.player.viewings import LENGTH_US, PAUSE_US, SPANS_MAX, Viewings, merged
from playhead.wire import vid
from playhead.wire.vid import Kind

AT_US = 1_767_225_600_000_000
SECOND_US = 1_000_000
ID = RecordingId(UUID(int=1, version=4))


@pytest.fixture
async def viewings(site):
    await site.add_recording(ID, started_at_us=AT_US)
    return Viewings(site.catalogue, site.audit, site.clock)


def seconds(begin, end):
    return AT_US + begin * SECOND_US, AT_US + end * SECOND_US


async def test_it_is_noted_once_when_nothing_was_asked_for_a_while(site, viewings):
    viewings.sent("sue", ID, "a", seconds(10, 20), size=1000, page="/recordings/1")
    viewings.sent("sue", ID, "a", seconds(20, 30), size=1000, page="/recordings/1")
    site.clock.advance(PAUSE_US - 1)
    await viewings.note()
    assert await site.audited("recording.played") == []
    site.clock.advance(1)
    await viewings.note()
    await viewings.note()
    (entry,) = await site.audited("recording.played")
    assert (entry.actor, entry.subject, entry.address, entry.page) == ("sue", str(ID), "a", "/recordings/1")
    assert entry.details == {"from_ms": 10_000, "to_ms": 30_000, "length_ms": 20_000, "bytes": 2_000}


async def test_parts_are_told(site, viewings):
    for begin, end in ((60, 70), (0, 10), (5, 12)):
        viewings.sent("sue", ID, "a", seconds(begin, end), size=1000)
    await viewings.note(everything=True)
    (entry,) = await site.audited("recording.played")
    assert entry.details == {"from_ms": 0, "to_ms": 70_000, "length_ms": 22_000, "bytes": 3_000} | {
        "parts_ms": "0-12000 60000-70000"
    }


async def test_long_playing_is_noted_in_between(site, viewings):
    for step in range(LENGTH_US // SECOND_US // 30 + 1):
        viewings.sent("sue", ID, "a", seconds(step * 30, step * 30 + 30), size=1000)
        await viewings.note()
        site.clock.advance(30 * SECOND_US)
    (entry,) = await site.audited("recording.played")
    assert entry.details["from_ms"] == 0


async def test_each_person_and_address_is_an_entry(site, viewings):
    for user, address in (("sue", "a"), ("sue", "b"), ("joe", "a")):
        viewings.sent(user, ID, address, seconds(0, 1), size=1000)
    await viewings.note(everything=True)
    assert len(await site.audited("recording.played")) == 3


async def test_too_many_are_noted_early(site, viewings, monkeypatch):
    monkeypatch.setattr(viewings_module, "VIEWINGS_MAX", 2)
    for user in ("ann", "bob", "sue"):
        viewings.sent(user, ID, "a", seconds(0, 1), size=1000)
    await viewings.note()
    assert [entry.actor for entry in await site.audited("recording.played")] == ["ann"]
    assert len(viewings._under_way) == 2


async def test_what_cannot_be_noted_is_tried_again(site, viewings, monkeypatch):
    viewings.sent("sue", ID, "a", seconds(0, 1), size=1000)
    with monkeypatch.context() as patch:
        patch.setattr(viewings._catalogue, "writing", _fails)
        await viewings.note(everything=True)
    await viewings.note(everything=True)
    assert len(await site.audited("recording.played")) == 1


def _fails():
    raise UnavailableError("catalogue.unavailable", "The disk is full.")


async def test_a_recording_that_is_gone_is_let_go(site):
    viewings = Viewings(site.catalogue, site.audit, site.clock)
    viewings.sent("sue", ID, "a", seconds(0, 1), size=1000)
    await viewings.note(everything=True)
    assert await site.audited("recording.played") == []
    assert not viewings._under_way


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 300))))
def test_spans_stay_sorted_apart_few_and_cover_everything(parts):
    spans = []
    for begin, length in parts:
        spans = merged(spans, (begin, begin + length))
        assert any(first <= begin and begin + length <= last for first, last in spans)
    assert len(spans) <= SPANS_MAX
    assert all(one[1] < other[0] for one, other in pairwise(spans))


async def test_playing_over_http_is_noted_when_the_service_ends(site, service, player, make):
    fixture = make(seconds=6)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    pieces = [one.header for one in fixture.of_kind(Kind.PIECE, 1)]
    path = f"{fixture.header.segment}/pieces?track=1&from={pieces[1].sequence}&to={pieces[2].sequence}"
    assert (await player.media(path, headers={"x-playhead-page": "/recordings/1"})).status_code == 200
    await service.viewings.note(everything=True)
    (entry,) = await site.audited("recording.played")
    assert (entry.actor, entry.page) == ("sue", "/recordings/1")
    begin_ms, end_ms = pieces[1].media_time_us // 1000, pieces[3].media_time_us // 1000
    expected = {"from_ms": begin_ms, "to_ms": end_ms, "length_ms": end_ms - begin_ms}
    assert entry.details == {**expected, "bytes": sum(one.body_bytes - vid.TAG_BYTES for one in pieces[1:3])}
