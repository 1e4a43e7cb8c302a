"""Live views: what grows is sent once, in order, when it is durable; slow viewers lose pieces and not memory."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import pytest

from playhead.base.ids import SegmentId
from playhead.domain.recordings import RecordingState
from playhead.premises.player import live, rules, steps
from playhead.premises.player.index import SegmentIndex
from playhead.premises.player.live import Viewer
from playhead.premises.player.routes import Media
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.steps import Reached, first_steps, steps_after
from playhead.wire import fmp4
from playhead.wire.vid import Kind


def messages_of(data):
    """Events of a live stream, each piece with its media under ``data``."""
    found = []
    while data:
        kind, size = data[0], int.from_bytes(data[1:5], "big")
        payload, data = data[5 : 5 + size], data[5 + size :]
        assert len(payload) == size
        if kind == live.EVENT:
            found.append(json.loads(payload))
        else:
            assert kind == live.MEDIA
            assert found[-1]["kind"] == "piece"
            assert "data" not in found[-1]
            found[-1]["data"] = payload
    for event in found:
        assert ("data" in event) == (event["kind"] == "piece")
    return found


@dataclass
class View:
    """One viewer, asked for what it has to say."""

    stream: object
    heard: list

    async def until(self, kind, **facts):
        """All up to an event, which is the last."""
        async with asyncio.timeout(10):
            while True:
                for number, event in enumerate(self.heard):
                    if event["kind"] == kind and facts.items() <= event.items():
                        found, self.heard = self.heard[: number + 1], self.heard[number + 1 :]
                        return found
                self.heard += messages_of(await anext(self.stream))

    async def rest(self):
        """All up to the end."""
        async with asyncio.timeout(10):
            async for message in self.stream:
                self.heard += messages_of(message)
        return self.heard


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(live, "PROGRESS_S", 0.02)


@pytest.fixture
async def shelf(site):
    made = Shelf(site.store, site.keyring, site.clock)
    yield made
    made.close()


@pytest.fixture
async def watch(site, shelf):
    """Opens views of a recording."""
    lookup = Media.lookup.__get__(type("Asker", (), {"catalogue": site.catalogue})())
    opened = []

    def view(recording, after=None, length_us=300_000_000):
        changes = site.control.subscribe(recording)
        viewer = Viewer(recording, after, lookup, shelf, site.clock, length_us)
        stream = viewer.messages(changes)
        opened.append((changes, stream))
        return View(stream, [])

    yield view
    for changes, stream in opened:
        await stream.aclose()
        changes.close()


def cut_before(fixture, piece):
    """Offset of the n-th piece of track 1."""
    return fixture.of_kind(Kind.PIECE, 1)[piece].offset


def sequences(fixture, *kinds):
    return [one.header.sequence for one in fixture.records if one.header.kind in kinds]


async def finish(site, fixture):
    await site.set_state(fixture.header.recording, RecordingState.COMPLETE, None)


async def test_what_grows_is_sent_once_in_order_and_to_the_end(site, watch, make):
    fixture = make(seconds=8, sizes=((160, 96), (192, 112)), tracks=("left", "right"))
    cuts = [cut_before(fixture, 1), cut_before(fixture, 3) + 7, None]
    segment = await site.add_fixture(fixture, size=cuts[0])
    view = watch(fixture.header.recording, (fixture.header.segment, -1))
    heard = await view.until("state")
    for begin, end in pairwise(cuts):
        await site.grow(segment, fixture.data[begin:end])
    await finish(site, fixture)
    heard += await view.rest()
    told = [event for event in heard if event["kind"] in {"piece", "epoch", "marker"}]
    expected = sequences(fixture, Kind.PIECE, Kind.INIT)
    assert [event["record"] for event in told if event["kind"] != "marker"] == expected
    assert [event["code"] for event in told if event["kind"] == "marker"] == ["test.began"]
    assert [event["kind"] for event in heard][:2] == ["progress", "segment"]
    assert heard[1] == {"kind": "segment", "id": str(fixture.header.segment), "offsetUs": 0}
    assert [event["state"] for event in heard if event["kind"] == "state"] == ["recording", "complete"]
    assert heard[-1]["kind"] == "state"
    thumbnails = [event["record"] for event in heard if event["kind"] == "thumbnail"]
    assert thumbnails == sequences(fixture, Kind.THUMBNAIL)


async def test_pieces_are_told_with_their_facts_and_are_the_media(site, watch, make):
    fixture = make(seconds=3)
    await site.add_fixture(fixture)
    await finish(site, fixture)
    heard = await watch(fixture.header.recording, (fixture.header.segment, -1)).rest()
    pieces = [event for event in heard if event["kind"] == "piece"]
    for event, scanned in zip(pieces, fixture.of_kind(Kind.PIECE, 1), strict=True):
        data = event.pop("data")
        assert event == {
            "kind": "piece",
            "segment": str(fixture.header.segment),
            "track": 1,
            "epoch": 0,
            "record": scanned.header.sequence,
            "atUs": scanned.header.media_time_us,
            "key": bool(scanned.header.flags & 1),
            "bytes": len(data),
            "spanUs": scanned.header.span_us,
        }
        assert fmp4.parse_fragment(data).base_time_us == scanned.header.media_time_us
    (epoch,) = [event for event in heard if event["kind"] == "epoch"]
    assert (epoch["track"], epoch["epoch"], epoch["width"], epoch["height"]) == (1, 0, 160, 96)


async def test_nothing_is_shown_before_it_is_durable(site, watch, make):
    fixture = make(seconds=6)
    segment = await site.add_fixture(fixture, size=cut_before(fixture, 2))
    view = watch(fixture.header.recording, (fixture.header.segment, -1))
    heard = await view.until("state")
    assert sum(event["kind"] == "piece" for event in heard) == 2
    (file,) = (site.folder / "segments").rglob("*.vid")
    with file.open("ab") as written:  # on its way to the disk, and not yet known to be durable
        written.write(fixture.data[cut_before(fixture, 2) :])
    for _ in range(3):
        assert [event["kind"] for event in await view.until("progress")] == ["progress"]
    await site.grow(segment, fixture.data[cut_before(fixture, 2) :])
    await finish(site, fixture)
    assert sum(event["kind"] == "piece" for event in await view.rest()) == len(fixture.of_kind(Kind.PIECE)) - 2


async def test_a_player_goes_on_after_the_record_it_has(site, watch, make):
    fixture = make(seconds=6)
    await site.add_fixture(fixture)
    await finish(site, fixture)
    records = sequences(fixture, Kind.PIECE)
    view = watch(fixture.header.recording, (fixture.header.segment, records[2]))
    assert [event["record"] for event in await view.rest() if event["kind"] == "piece"] == records[3:]


async def test_a_player_that_has_nothing_begins_at_the_newest_key_frame(site, watch, make):
    fixture = make(seconds=8, pictures_per_piece=1)
    await site.add_fixture(fixture)
    await finish(site, fixture)
    heard = await watch(fixture.header.recording).rest()
    pieces = [event for event in heard if event["kind"] == "piece"]
    newest = [one for one in fixture.of_kind(Kind.PIECE) if one.header.flags & 1][-1]
    assert pieces[0]["record"] == newest.header.sequence
    assert pieces[0]["key"] is True
    assert [event["kind"] for event in heard][:4] == ["progress", "segment", "epoch", "piece"]
    assert pieces[-1]["record"] == sequences(fixture, Kind.PIECE)[-1]


async def test_a_new_segment_and_late_bytes_of_an_old_one_are_both_told(site, watch, make):
    first = make("one", seconds=4)
    second = make(
        "two", seconds=2, recording=first.header.recording, started_at_us=first.header.started_at_us + 10_000_000
    )
    old = await site.add_fixture(first, size=cut_before(first, 1))
    view = watch(first.header.recording, (first.header.segment, sequences(first, Kind.PIECE)[0]))
    await view.until("state")
    await site.add_fixture(second)
    heard = await view.until("piece", record=sequences(second, Kind.PIECE)[-1], segment=str(second.header.segment))
    (begun,) = [event for event in heard if event["kind"] == "segment"]
    assert begun == {"kind": "segment", "id": str(second.header.segment), "offsetUs": 10_000_000}
    await site.grow(old, first.data[cut_before(first, 1) :])
    await finish(site, first)
    late = [event["record"] for event in await view.rest() if event["kind"] == "piece"]
    assert late == sequences(first, Kind.PIECE)[1:]


async def test_a_player_that_has_a_later_segment_is_not_sent_the_earlier_ones_again(site, watch, make):
    first = make("one", seconds=2)
    second = make(
        "two", seconds=2, recording=first.header.recording, started_at_us=first.header.started_at_us + 10_000_000
    )
    await site.add_fixture(first)
    await site.add_fixture(second)
    await finish(site, first)
    heard = await watch(first.header.recording, (second.header.segment, 3)).rest()
    assert {event["segment"] for event in heard if event["kind"] == "piece"} == {str(second.header.segment)}


async def test_progress_is_told_again_and_again_and_the_view_ends_in_time(site, watch, make):
    fixture = make(seconds=2, sealed=False, started_at_us=site.clock.wall_us() - 9_000_000)
    await site.add_fixture(fixture)
    view = watch(fixture.header.recording, (fixture.header.segment, 999), length_us=5_000_000)
    heard = await view.until("progress")
    assert heard[-1] == {
        "kind": "progress",
        "segment": str(fixture.header.segment),
        "coveredUs": fixture.covered_us,
        "nowUs": 9_000_000,
        "state": "recording",
    }
    await view.until("state")
    site.clock.advance(4_999_999)
    assert [event["kind"] for event in await view.until("progress")] == ["progress"]
    site.clock.advance(1)
    assert (await view.rest())[-1] == {"kind": "renew"}


async def test_a_view_that_has_much_to_send_ends_in_time_too(site, watch, make):
    fixture = make(seconds=4)
    await site.add_fixture(fixture)
    await finish(site, fixture)
    view = watch(fixture.header.recording, (fixture.header.segment, -1), length_us=5_000_000)
    await view.until("piece")
    site.clock.advance(5_000_000)
    heard = await view.rest()
    assert "piece" not in [event["kind"] for event in heard]
    assert heard[-1] == {"kind": "renew"}


async def test_a_view_ends_with_its_token(site, player, make):
    fixture = make(seconds=2, sealed=False)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording, life_s=30)
    watching = asyncio.create_task(player.media("live"))
    async with asyncio.timeout(10):
        while not site.control.asked:  # noqa: ASYNC110 # it is no event
            await asyncio.sleep(0)
        site.clock.advance(29_999_999)
        done, _ = await asyncio.wait({watching}, timeout=0.2)
        assert not done
        site.clock.advance(1)
        assert messages_of((await watching).content)[-1] == {"kind": "renew"}


async def test_a_view_ends_when_changes_are_no_longer_told(site, watch, make):
    fixture = make(seconds=2, sealed=False)
    await site.add_fixture(fixture)
    view = watch(fixture.header.recording)
    await view.until("progress")
    site.control.hub.close()
    assert (await view.rest())[-1] == {"kind": "renew"}


async def test_a_recording_that_was_interrupted_may_go_on(site, watch, make):
    fixture = make(seconds=4)
    segment = await site.add_fixture(fixture, size=cut_before(fixture, 1))
    view = watch(fixture.header.recording, (fixture.header.segment, -1))
    await view.until("state", state="recording")
    await site.set_state(fixture.header.recording, RecordingState.INTERRUPTED, 1)
    await view.until("state", state="interrupted")
    await site.set_state(fixture.header.recording, RecordingState.RECORDING, None)
    await site.grow(segment, fixture.data[cut_before(fixture, 1) :])
    await view.until("state", state="recording")


async def test_a_slow_viewer_goes_on_at_the_newest_key_frame_and_is_told(site, watch, make, monkeypatch):
    fixture = make(seconds=12, pictures_per_piece=1, sealed=False)
    pieces = fixture.of_kind(Kind.PIECE)
    monkeypatch.setattr(rules, "BACKLOG_PIECES_MAX", 10)
    segment = await site.add_fixture(fixture, size=pieces[5].offset)
    view = watch(fixture.header.recording, (fixture.header.segment, -1))
    heard = await view.until("state")
    assert [event["record"] for event in heard if event["kind"] == "piece"] == [
        one.header.sequence for one in pieces[:5]
    ]
    await site.grow(segment, fixture.data[pieces[5].offset :])
    await finish(site, fixture)
    heard = await view.rest()
    newest = [one.header for one in pieces if one.header.flags & 1][-1]
    (resync,) = [event for event in heard if event["kind"] == "resync"]
    assert resync == {
        "kind": "resync",
        "segment": str(fixture.header.segment),
        "track": 1,
        "epoch": 0,
        "record": newest.sequence,
        "atUs": newest.media_time_us,
    }
    after = [event for event in heard if event["kind"] == "piece"]
    assert (after[0]["record"], after[0]["key"]) == (newest.sequence, True)
    assert after[-1]["record"] == pieces[-1].header.sequence


def index_of(fixture):
    index = SegmentIndex.begin(fixture.read_at)
    index.extend(fixture.read_at, len(fixture.data), fixture.data_key)
    return index


def take_all(index, reached):
    """All steps, and the most that were told at a time."""
    found, most = [], 0
    while some := steps_after(index, reached):
        reached.take(some)
        found += some
        most = max(most, len(some))
    return found, most


def test_steps_are_bounded_in_order_and_complete(make, monkeypatch):
    monkeypatch.setattr(rules, "BACKLOG_PIECES_MAX", 10_000)
    monkeypatch.setattr(steps, "STEPS_MAX", 7)
    fixture = make(seconds=12, pictures_per_piece=1, tracks=("left", "right"), sizes=((160, 96), (192, 112)))
    found, most = take_all(index_of(fixture), Reached(-1))
    assert most == 7
    assert [step.record for step in found] == sequences(fixture, Kind.INIT, Kind.PIECE, Kind.MARKER, Kind.THUMBNAIL)


@pytest.mark.parametrize("steps_max", [1, 3, 8, 64])
def test_every_track_that_skips_says_so_and_begins_with_a_key_frame(make, monkeypatch, steps_max):
    monkeypatch.setattr(rules, "BACKLOG_PIECES_MAX", 20)
    monkeypatch.setattr(steps, "STEPS_MAX", steps_max)
    fixture = make(seconds=12, pictures_per_piece=1, tracks=("left", "right"))
    found, _ = take_all(index_of(fixture), Reached(-1))
    for track in (1, 2):
        records = [one.header.sequence for one in fixture.of_kind(Kind.PIECE, track)]
        told = [step for step in found if step.lane == track]
        expected = -1
        for step in told:
            if step.event["kind"] == "resync":
                expected = records.index(step.record) - 1
            else:
                assert records.index(step.record) == expected + 1, "no piece is missing without a word"
                expected += 1
                key = fixture.records[step.record].header.flags & 1
                assert key or told[told.index(step) - 1].event["kind"] == "piece"
        assert expected == len(records) - 1
        assert any(step.event["kind"] == "resync" for step in told)


def test_the_first_steps_begin_each_track_at_its_own_key_frame(make):
    fixture = make(seconds=7, pictures_per_piece=1, tracks=("left", "right"))
    index = index_of(fixture)
    begin, reached = first_steps(index)
    assert [step.event["kind"] for step in begin] == ["epoch", "epoch"]
    found, _ = take_all(index, reached)
    for track in (1, 2):
        first = next(step for step in found if step.lane == track)
        newest = [one for one in fixture.of_kind(Kind.PIECE, track) if one.header.flags & 1][-1]
        assert first.record == newest.header.sequence


def test_an_empty_segment_has_no_steps(make):
    fixture = make(seconds=2)
    index = SegmentIndex.begin(fixture.read_at)
    assert steps_after(index, Reached(-1)) == []
    assert first_steps(index)[0] == []


def test_how_far_is_too_far():
    assert not rules.too_far_behind(rules.BACKLOG_PIECES_MAX, rules.BACKLOG_BYTES_MAX)
    assert rules.too_far_behind(rules.BACKLOG_PIECES_MAX + 1, 0)
    assert rules.too_far_behind(1, rules.BACKLOG_BYTES_MAX + 1)


def test_the_place_to_go_on_after():
    segment = SegmentId(UUID(int=5))
    assert rules.parse_after(f"{segment}:17") == (segment, 17)


async def test_a_view_left_in_the_middle_lets_go_of_everything(site, watch, make):
    fixture = make(seconds=2, sealed=False)
    await site.add_fixture(fixture)
    view = watch(fixture.header.recording)
    await view.until("progress")
    before = len(asyncio.all_tasks())
    async with aclosing(view.stream):
        pass
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before - 1
