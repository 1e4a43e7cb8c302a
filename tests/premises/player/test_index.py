"""What an index makes of records that are not as they should be."""

import pytest

from playhead.domain.recordings import RecordingState
from playhead.premises.player.index import SegmentIndex
from playhead.store.catalogue.segments import get_segment
from playhead.testing.vid import STARTED_AT_US, make_header, signing_key
from playhead.wire.vid import Kind, Writer


def test_markers_that_say_nothing_are_left_out():
    header, data_key = make_header("markers")
    writer = Writer(header, data_key, signing_key())
    bodies = [b"", b"no json", b"[1]", b"[" * 4_000, b'{"code": "test.said"}', b"\xff", b'{"code": "test.again"}']
    data = writer.start() + b"".join(
        writer.record(Kind.MARKER, media_time_us=number, wall_time_us=number, body=body)
        for number, body in enumerate(bodies)
    )

    def read_at(size, offset):
        return data[offset : offset + size]

    index = SegmentIndex.begin(read_at)
    index.extend(read_at, len(data), data_key)
    assert index.fault == ""
    assert [(marker.at_us, marker.said["code"]) for marker in index.markers] == [(4, "test.said"), (6, "test.again")]
    assert index.records == len(bodies)


@pytest.mark.parametrize("kind", [Kind.INIT, Kind.MARKER])
async def test_what_comes_before_a_changed_bit_plays_and_the_rest_is_a_gap(site, player, make, kind):
    fixture = make(seconds=8, sizes=((160, 96), (192, 112)))
    await site.add_fixture(fixture)
    async with site.catalogue.reading() as connection:
        located = await get_segment(connection, fixture.header.segment)
    path = site.folder / "segments" / located.location
    broken = fixture.of_kind(kind)[-1]
    data = bytearray(fixture.data)
    data[broken.offset + 45] ^= 1
    path.write_bytes(data)
    player.use(site, fixture.header.recording)
    before = [one.header for one in fixture.records if one.header.sequence < broken.header.sequence]
    for _ in range(2):
        index = await player.index()
        (segment,) = index["segments"]
        covered_us = max(header.media_time_us + header.span_us for header in before)
        assert segment["coveredUs"] == covered_us
        assert segment["pieces"].get("1", {"record": []})["record"] == [
            header.sequence for header in before if header.kind is Kind.PIECE
        ]
        assert index["gaps"] == [{"fromUs": covered_us, "toUs": fixture.covered_us, "reason": "unreadable"}]
    path.write_bytes(fixture.data)  # mended
    index = await player.index()
    assert (index["gaps"], index["segments"][0]["coveredUs"]) == ([], fixture.covered_us)


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ((0, RecordingState.COMPLETE), [True, False, False]),
        ((9_000, RecordingState.COMPLETE), [False, True, False]),
        ((25_000, RecordingState.COMPLETE), [False, False, True]),
        ((99_000, RecordingState.COMPLETE), [False, False, True]),
        ((0, RecordingState.RECORDING), [True, False, True]),
    ],
)
async def test_a_first_look_is_told_what_it_needs(site, player, make, look, told):
    at_ms, state = look
    first = make("one", seconds=3)
    recording = first.header.recording
    for number, seed in enumerate(("one", "two", "three")):
        started_at_us = STARTED_AT_US + number * 10_000_000
        fixture = make(seed, seconds=3, recording=recording, started_at_us=started_at_us)
        await site.add_fixture(fixture)
    await site.set_state(recording, state, None)
    player.use(site, recording)
    whole = await player.index()
    index = (await player.media(f"index?at={at_ms}")).json()
    assert [one["told"] for one in index["segments"]] == told
    for segment, all_of_it in zip(index["segments"], whole["segments"], strict=True):
        if segment["told"]:
            assert segment == all_of_it
        else:
            assert segment["coveredUs"] == all_of_it["coveredUs"]
            assert (segment["pieces"], segment["epochs"], segment["markers"]) == ({}, [], [])
    assert (index["gaps"], index["durationUs"]) == (whole["gaps"], whole["durationUs"])


async def test_a_first_look_at_no_number_is_refused(site, player, make):
    fixture = make()
    await site.add_fixture(fixture)
    answer = await player.use(site, fixture.header.recording).media("index?at=now")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "media.number")
