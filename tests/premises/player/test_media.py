"""Media over HTTP: what is served is what was recorded, decodes, and has its times; and nothing opens without leave."""

import gzip
import io
import json
from uuid import UUID

import av
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_answers import code_of

from playhead.base.ids import RecordingId
from playhead.domain.recordings import RecordingState
from playhead.premises.player import rules
from playhead.testing.pictures import number_of
from playhead.testing.vid import make_vid
from playhead.wire import fmp4
from playhead.wire.tokens import Audience, SigningKey, key_id
from playhead.wire.vid import Kind


def decoded(data):
    """Times and numbers of the pictures in an fMP4."""
    with av.open(io.BytesIO(data)) as container:
        return [(frame.pts, number_of(frame)) for frame in container.decode(video=0)]


async def whole_track(player, segment, track, epoch):
    query = f"track={track}&epoch={epoch['epoch']}"
    init = (await player.media(f"{segment['id']}/init?{query}")).content
    columns = segment["pieces"][str(track)]
    records = [record for record, of in zip(columns["record"], columns["epoch"], strict=True) if of == epoch["epoch"]]
    path = f"{segment['id']}/pieces?track={track}&from={records[0]}&to={records[-1]}"
    answer = await player.media(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert int(answer.headers["content-length"]) == len(answer.content)
    return init + answer.content


async def test_the_index_tells_all_that_is_in_a_recording(site, player, make):
    fixture = make(seconds=4, sizes=((160, 96), (192, 112)), tracks=("left", "right"))
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    index = await player.index()
    (segment,) = index.pop("segments")
    assert index == {
        "recording": str(fixture.header.recording),
        "state": "recording",
        "startedAtUs": fixture.header.started_at_us,
        "nowUs": site.clock.wall_us() - fixture.header.started_at_us,
        "durationUs": fixture.covered_us,
        "tracks": [{"id": 1, "name": "left"}, {"id": 2, "name": "right"}],
        "gaps": [],
    }
    assert (segment["id"], segment["offsetUs"]) == (str(fixture.header.segment), 0)
    assert (segment["sealed"], segment["coveredUs"]) == (True, fixture.covered_us)
    assert [(e["track"], e["epoch"], e["width"], e["height"], e["codec"][:5]) for e in segment["epochs"]] == [
        (1, 0, 160, 96, "avc1."),
        (2, 0, 160, 96, "avc1."),
        (1, 1, 192, 112, "avc1."),
        (2, 1, 192, 112, "avc1."),
    ]
    for track in (1, 2):
        expected = [scanned.header for scanned in fixture.of_kind(Kind.PIECE, track)]
        assert segment["pieces"][str(track)] == {
            "record": [header.sequence for header in expected],
            "atUs": [header.media_time_us for header in expected],
            "epoch": [header.epoch for header in expected],
            "key": [int(bool(header.flags & 1)) for header in expected],
            "bytes": [header.body_bytes - 16 for header in expected],
        }
    assert [one["record"] for one in segment["thumbnails"]] == [
        scanned.header.sequence for scanned in fixture.of_kind(Kind.THUMBNAIL)
    ]
    assert segment["markers"] == [{"code": "test.began", "note": "a marker", "atUs": 0}]


async def test_every_picture_comes_back_with_its_time(site, player, make):
    fixture = make(seconds=6, sizes=((160, 96), (192, 112)), tracks=("left", "right"))
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    (segment,) = (await player.index())["segments"]
    for epoch in segment["epochs"]:
        data = await whole_track(player, segment, epoch["track"], epoch)
        assert decoded(data) == [
            (picture.at_us, picture.number)
            for picture in fixture.pictures
            if (picture.track, picture.epoch) == (epoch["track"], epoch["epoch"])
        ]


async def test_a_piece_ends_where_the_next_one_begins_and_the_last_where_the_segment_ends(site, player, make):
    fixture = make(seconds=4)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    pieces = [scanned.header for scanned in fixture.of_kind(Kind.PIECE, 1)]
    ends = [header.media_time_us for header in pieces[1:]] + [fixture.covered_us]
    for header, end in zip(pieces, ends, strict=True):
        path = f"{fixture.header.segment}/pieces?track=1&from={header.sequence}&to={header.sequence}"
        piece = fmp4.parse_fragment((await player.media(path)).content)
        assert piece.base_time_us == header.media_time_us
        assert piece.base_time_us + sum(sample.duration_us for sample in piece.samples) == end


async def test_the_newest_piece_of_a_segment_that_grows_has_no_end_yet(site, player, make):
    fixture = make(seconds=4, sealed=False)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    newest = fixture.of_kind(Kind.PIECE, 1)[-1].header.sequence
    answer = await player.media(f"{fixture.header.segment}/pieces?track=1&from={newest}&to={newest}")
    assert fmp4.parse_fragment(answer.content).samples[-1].duration_us == fmp4.HOLD_US


async def test_only_what_is_durable_is_told_and_served_and_the_index_grows_with_it(site, player, make):
    fixture = make(seconds=6)
    cut = fixture.of_kind(Kind.PIECE, 1)[2].offset + 10  # in the middle of a record
    segment = await site.add_fixture(fixture, size=cut)
    player.use(site, fixture.header.recording)
    (told,) = (await player.index())["segments"]
    assert told["pieces"]["1"]["record"] == [one.header.sequence for one in fixture.of_kind(Kind.PIECE, 1)[:2]]
    later = fixture.of_kind(Kind.PIECE, 1)[2].header.sequence
    path = f"{fixture.header.segment}/pieces?track=1&from={later}&to={later}"
    assert (await player.media(path)).status_code == 404
    await site.grow(segment, fixture.data[cut:])
    (told,) = (await player.index())["segments"]
    assert told["pieces"]["1"]["record"] == [one.header.sequence for one in fixture.of_kind(Kind.PIECE, 1)]
    assert told["sealed"] is True
    assert (await player.media(path)).status_code == 200


async def test_thumbnails(site, player, make):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    (scanned,) = fixture.of_kind(Kind.THUMBNAIL)
    answer = await player.media(f"{fixture.header.segment}/thumbnails/{scanned.header.sequence}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert (await player.media(f"{fixture.header.segment}/thumbnails/0")).status_code == 404


async def test_segments_lie_on_one_timeline_with_a_gap_between(site, player, make):
    first = make("one", seconds=2, sealed=False)
    second = make(
        "two",
        seconds=2,
        recording=first.header.recording,
        started_at_us=first.header.started_at_us + 10_000_000,
        first_number=50,
    )
    segment = await site.add_fixture(first)
    site.store.end(segment, "killed")
    await site.store.settled(segment)
    await site.add_fixture(second)
    await site.set_state(first.header.recording, RecordingState.COMPLETE, None)
    player.use(site, first.header.recording)
    index = await player.index()
    assert [one["offsetUs"] for one in index["segments"]] == [0, 10_000_000]
    assert index["gaps"] == [{"fromUs": first.covered_us, "toUs": 10_000_000, "reason": "killed"}]
    assert index["durationUs"] == 10_000_000 + second.covered_us
    epoch = index["segments"][1]["epochs"][0]
    assert decoded(await whole_track(player, index["segments"][1], 1, epoch))[0] == (0, 50)
    newest = first.of_kind(Kind.PIECE, 1)[-1].header.sequence
    path = f"{first.header.segment}/pieces?track=1&from={newest}&to={newest}"
    piece = fmp4.parse_fragment((await player.media(path)).content)
    end_us = piece.base_time_us + sum(sample.duration_us for sample in piece.samples)
    assert end_us == first.covered_us  # broken off for good: it ends where it is covered


async def test_a_segment_that_cannot_be_opened_is_a_gap_and_the_rest_plays(site, player, make):
    good = make("one", seconds=2)
    foreign = make_vid(
        "two", seconds=2, recording=good.header.recording, started_at_us=good.header.started_at_us + 2_000_000
    )
    await site.add_fixture(good)
    await site.add_fixture(foreign)
    player.use(site, good.header.recording)
    index = await player.index()
    assert [one["id"] for one in index["segments"]] == [str(good.header.segment)]
    assert index["gaps"] == [{"fromUs": 2_000_000, "toUs": 2_000_000 + foreign.covered_us, "reason": "unreadable"}]


async def test_the_index_is_compressed_for_those_who_can(site, player, make):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    plain = await player.media("index", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = await player.media("index", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert json.loads(gzip.decompress(gzip.compress(plain.content))) == plain.json()


async def test_views_are_noted_once_and_not_at_every_request(site, player, make):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    for _ in range(3):
        await player.index()
    (entry,) = await site.audited("recording.viewed")
    assert (entry.actor, entry.subject, entry.address) == ("sue", str(fixture.header.recording), "192.0.2.10")
    assert entry.details == {"token_id": "token-1"}


async def test_a_token_for_one_recording_opens_no_other(site, player, make):
    mine, other = make("one", seconds=2), make("two", seconds=2)
    await site.add_fixture(mine)
    await site.add_fixture(other)
    player.use(site, mine.header.recording)
    player.recording = other.header.recording
    for path in ("index", "live", f"{other.header.segment}/init?track=1&epoch=0"):
        assert code_of(await player.media(path)) == (403, "access.refused")
    player.recording = mine.header.recording
    for path in (
        f"{other.header.segment}/init?track=1&epoch=0",
        f"{other.header.segment}/pieces?track=1&from=0&to=9",
        f"{other.header.segment}/thumbnails/1",
    ):
        assert code_of(await player.media(path)) == (404, "segment.not_found")
    refused = await site.audited("media.refused")
    assert {(entry.actor, entry.subject) for entry in refused} == {("sue", str(other.header.recording))}


async def test_nothing_opens_without_a_token_that_holds(site, player, make, media_token):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    recording = fixture.header.recording
    player.recording = recording
    foreign = Ed25519PrivateKey.generate()
    forged = SigningKey(signing_id := key_id(foreign.public_key()), foreign)
    ours = SigningKey(site.keyring.tokens.current.kid, foreign)
    assert signing_id != ours.id
    for authorization, expected in (
        (None, (401, "token.missing")),
        ("", (401, "token.missing")),
        ("Basic YTpi", (401, "token.missing")),
        ("Bearer", (401, "token.missing")),
        ("Bearer x", (401, "token.malformed")),
        ("Bearer " + "x" * 5000, (401, "token.malformed")),
        (f"Bearer {media_token(site, recording, life_s=-6)}", (401, "token.expired")),
        (f"Bearer {media_token(site, recording, audience=Audience.API)}", (401, "token.audience")),
        (f"Bearer {media_token(site, recording, key=forged)}", (401, "token.unknown_key")),
        (f"Bearer {media_token(site, recording, key=ours)}", (401, "token.signature")),
        (f"Bearer {media_token(site, recording, actions=())}", (403, "access.refused")),
        (f"Bearer {media_token(site, None)}", (403, "access.refused")),
    ):
        headers = {} if authorization is None else {"authorization": authorization}
        for path in ("index", "live", f"{fixture.header.segment}/init?track=1&epoch=0"):
            answer = await player.media(path, headers=headers)
            assert code_of(answer) == expected
            if expected[0] == 401:
                assert answer.headers["www-authenticate"] == "Bearer"


OPENERS = {
    "index": {"play", "live"},
    "{}/init?track=1&epoch=0": {"play", "live"},
    "{}/pieces?track=1&from=0&to=9": {"play"},
    "{}/thumbnails/1": {"play"},
    "{}/sprites/1": {"play"},
    "live": {"live"},
}


@pytest.mark.parametrize("path", OPENERS)
@pytest.mark.parametrize("action", ["play", "live", "export", "delete"])
async def test_what_a_token_must_allow(site, player, make, path, action):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    await site.set_state(fixture.header.recording, RecordingState.COMPLETE, 1)
    player.use(site, fixture.header.recording, actions=[action])
    answer = await player.media(path.format(fixture.header.segment))
    refused = answer.status_code == 403 and code_of(answer) == (403, "access.refused")
    assert refused is (action not in OPENERS[path])


async def test_a_token_of_the_key_before_still_opens(site, player, make):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    site.keyring.rotate_tokens()
    assert (await player.media("index")).status_code == 200
    site.keyring.rotate_tokens()
    assert (await player.media("index")).status_code == 401


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("{segment}/init", (400, "media.number")),
        ("{segment}/init?track=1", (400, "media.number")),
        ("{segment}/init?track=1&epoch=9", (404, "media.not_found")),
        ("{segment}/init?track=9&epoch=0", (404, "media.not_found")),
        ("{segment}/init?track=-1&epoch=0", (400, "media.number")),
        ("{segment}/init?track=1e9&epoch=0", (400, "media.number")),
        ("{segment}/init?track=99999999999&epoch=0", (400, "media.number")),
        ("{segment}/init?track=\u0661&epoch=0", (400, "media.number")),
        ("{segment}/pieces?track=1&from=5", (400, "media.number")),
        ("{segment}/pieces?track=1&from=9&to=5", (404, "media.not_found")),
        ("{segment}/pieces?track=9&from=0&to=9", (404, "media.not_found")),
        ("{segment}/pieces?track=1&from=9999999&to=9999999999", (404, "media.not_found")),
        ("{segment}/thumbnails/x", (400, "media.number")),
        ("{segment}/thumbnails/999", (404, "media.not_found")),
        ("{segment}/other", (404, "http.path")),
        ("x/init?track=1&epoch=0", (400, "id.malformed")),
        (f"{UUID(int=3)}/init?track=1&epoch=0", (404, "segment.not_found")),
        ("live?after=x", (400, "id.malformed")),
        (f"live?after={UUID(int=3)}", (400, "media.number")),
        ("../../etc/passwd", (404, "http.path")),
        ("%2e%2e/%2e%2e/etc/passwd", (400, "http.path")),
        ("{segment}%00/init", (400, "http.path")),
    ],
)
async def test_malformed_questions(site, player, make, path, expected):
    fixture = make(seconds=2)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    assert code_of(await player.media(path.format(segment=fixture.header.segment))) == expected


async def test_a_recording_that_is_gone(site, player):
    player.use(site, RecordingId(UUID(int=3)))
    assert code_of(await player.media("index")) == (404, "recording.not_found")


async def test_ranges_are_limited_and_one_piece_always_fits(site, player, make, monkeypatch):
    fixture = make(seconds=4)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    sizes = [scanned.header.body_bytes - 16 for scanned in fixture.of_kind(Kind.PIECE, 1)]
    path = f"{fixture.header.segment}/pieces?track=1&from=0&to=999"
    monkeypatch.setattr(rules, "RANGE_BYTES_MAX", sum(sizes))
    assert len((await player.media(path)).content) == sum(sizes)
    monkeypatch.setattr(rules, "RANGE_BYTES_MAX", sum(sizes) - 1)
    assert code_of(await player.media(path)) == (413, "media.range")
    monkeypatch.setattr(rules, "RANGE_BYTES_MAX", 1)
    first = fixture.of_kind(Kind.PIECE, 1)[0].header.sequence
    one = f"{fixture.header.segment}/pieces?track=1&from={first}&to={first}"
    assert len((await player.media(one)).content) == sizes[0]


async def test_damage_on_the_disk_breaks_off_and_tells_nothing(site, player, make):
    fixture = make(seconds=4)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    await player.index()
    (file,) = (site.folder / "segments").rglob("*.vid")
    damaged = bytearray(file.read_bytes())
    damaged[fixture.of_kind(Kind.PIECE, 1)[1].offset + 60] ^= 1
    file.write_bytes(damaged)
    first, second, *_ = (scanned.header.sequence for scanned in fixture.of_kind(Kind.PIECE, 1))
    good = await player.media(f"{fixture.header.segment}/pieces?track=1&from={first}&to={first}")
    assert good.status_code == 200
    with pytest.raises(Exception, match=r"does not follow|went wrong"):
        await player.media(f"{fixture.header.segment}/pieces?track=1&from={first}&to={second}")
    file.unlink()
    thumbnail = fixture.of_kind(Kind.THUMBNAIL)[0].header.sequence
    assert code_of(await player.media(f"{fixture.header.segment}/thumbnails/{thumbnail}")) == (500, "store.missing")


async def test_the_time_now_is_on_the_recordings_timeline(site, player, make):
    fixture = make(seconds=2, started_at_us=site.clock.wall_us() - 5_000_000)
    await site.add_fixture(fixture)
    player.use(site, fixture.header.recording)
    assert (await player.index())["nowUs"] == 5_000_000
    site.clock.advance(1_000_000)
    assert (await player.index())["nowUs"] == 6_000_000


def test_batches_hold_every_piece_once():
    size = rules.BATCH_BYTES
    assert rules.batches([]) == []
    assert rules.batches([1, 1]) == [(0, 2)]
    assert rules.batches([size, 1]) == [(0, 1), (1, 2)]
    assert rules.batches([size // 2, size // 2, 1]) == [(0, 2), (2, 3)]
    assert rules.batches([size * 8, size * 8]) == [(0, 1), (1, 2)]


def test_pieces_in_one_answer_are_limited():
    rules.check_range([1] * rules.RANGE_PIECES_MAX)
    with pytest.raises(Exception, match="pieces"):
        rules.check_range([1] * (rules.RANGE_PIECES_MAX + 1))
