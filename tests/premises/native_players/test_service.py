"""Native players on loopback, asked by a small client of our own."""

import asyncio
import base64
import ssl

import pytest
from premises.native_players.rig import PASSWORD, Client, media_token, served

from playhead.base.ids import UserId
from playhead.domain.recordings import RecordingState
from playhead.domain.roles import ADMINISTRATOR
from playhead.premises.native_players import connection as connection_module
from playhead.premises.native_players import playing as playing_module
from playhead.store.catalogue.access import set_assignments
from playhead.wire import rtsp

TICKS = 90_000


async def complete(site, *fixtures):
    """Put a recording's segments in, and end it."""
    for fixture in fixtures:
        await site.add_fixture(fixture)
    last = fixtures[-1].header.started_at_us + fixtures[-1].covered_us
    await site.set_state(fixtures[0].header.recording, RecordingState.COMPLETE, last)
    return fixtures[0].header.recording


def since(times, first):
    return [(time - first) % 2**32 for time in times]


def ticks_of(fixture, track=1, scale=1.0, start_us=0):
    return [
        round((one.at_us - start_us) / scale) * 9 // 100
        for one in fixture.pictures
        if one.track == track and one.at_us >= start_us
    ]


def rtptime(answer):
    return int(answer.headers["rtp-info"].partition("rtptime=")[2].partition(",")[0])


async def test_a_recording_is_played_from_its_beginning_to_its_end(site, native, make):
    fixture = make(seconds=2)
    recording = await complete(site, fixture)
    client = await native.client()
    address = native.recording_url(recording)
    options = await client.ask("OPTIONS", address)
    assert options.headers["public"].split(", ") == list(rtsp.METHODS)
    base, sdp = await client.set_up(address)
    assert "token" not in base + sdp
    assert "a=range:npt=0.000000-2.000000" in sdp
    assert "a=rtpmap:96 H264/90000" in sdp
    assert (await client.ask("GET_PARAMETER", base)).status == 200
    answer = await client.play(base, Range="npt=0.000-", User_Agent="a player")
    assert answer.headers["range"] == "npt=0.000000-2.000000"
    await client.until(client.said_goodbye)
    assert since(client.pictures(), rtptime(answer)) == ticks_of(fixture)
    packets = client.packets()
    first = int(answer.headers["rtp-info"].partition("seq=")[2].partition(";")[0])
    assert [one.sequence for one in packets] == [(first + number) % 2**16 for number in range(len(packets))]
    assert len({one.ssrc for one in packets}) == 1
    assert packets[0].payload[0] & 0x1F == 24  # parameter sets come with the first key picture
    assert (await client.ask("TEARDOWN", base)).status == 200
    assert (await client.ask("PLAY", base)).status == 454
    await client.close()
    (entry,) = await site.audited("recording.viewed")
    assert (entry.actor, entry.subject, entry.address) == ("sue", str(recording), "127.0.0.1")
    assert entry.details == {"by": "rtsp", "player": "a player"}


async def test_what_was_sent_is_noted_with_its_bytes(site, make):
    fixture = make(seconds=2)
    recording = await complete(site, fixture)
    async with served(site) as native:
        client = await native.client()
        base, _ = await client.set_up(native.recording_url(recording))
        await client.play(base)
        await client.until(client.said_goodbye)
        sent = sum(len(one.payload) for one in client.packets())
        await client.close()
    (entry,) = await site.audited("recording.played")
    last_ms = max(one.at_us for one in fixture.pictures) // 1000
    assert entry.details == {"from_ms": 0, "to_ms": last_ms, "length_ms": last_ms, "bytes": sent}


async def test_a_seek_begins_at_a_key_picture_and_shows_what_was_asked_for(site, native, make):
    fixture = make(seconds=4)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    answer = await client.play(base, Range="npt=1.7-3")
    assert answer.headers["range"] == "npt=1.700000-3.000000"
    await client.until(client.said_goodbye)
    times = since(client.pictures(), rtptime(answer))
    before = [time for time in times if time > 2**31]
    assert times == sorted(before) + [one for one in ticks_of(fixture, start_us=1_700_000) if one < 1.3 * TICKS]
    # Five pictures lie between two key ones at the most, and all are just before what was asked for.
    assert 1 <= len(before) <= 5
    assert all(time > 2**32 - TICKS // 10 for time in before)
    assert len(set(before)) == len(before)


async def test_wall_time_is_a_way_to_say_where(site, native, make):
    fixture = make(seconds=2)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    answer = await client.play(base, Range="clock=20260101T000001Z-")
    assert answer.headers["range"] == "clock=20260101T000001.000000Z-"
    await client.until(client.said_goodbye)
    assert [one for one in since(client.pictures(), rtptime(answer)) if one < 2**31] == ticks_of(
        fixture, start_us=1_000_000
    )


@pytest.mark.parametrize(("scale", "told"), [("2", "2"), ("0.5", "0.5"), ("1000", "64")])
async def test_scale_is_in_the_times(site, native, make, scale, told):
    fixture = make(seconds=1)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    answer = await client.play(base, Scale=scale)
    assert answer.headers["scale"] == told
    await client.until(client.said_goodbye)
    times = since(client.pictures(), rtptime(answer))
    if float(told) > 8:
        assert len(times) == 1  # key pictures alone
    else:
        assert times == ticks_of(fixture, scale=float(told))


async def test_speed_is_in_the_sending_alone(site, native, make):
    fixture = make(seconds=4)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    began = asyncio.get_running_loop().time()
    answer = await client.play(base, Speed="16")
    assert answer.headers["speed"] == "16"
    await client.until(client.said_goodbye)
    assert since(client.pictures(), rtptime(answer)) == ticks_of(fixture)
    assert asyncio.get_running_loop().time() - began >= 4 / 16


async def test_pause_goes_on_where_it_was_and_rtp_goes_on_with_it(site, native, make):
    fixture = make(seconds=60)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    answer = await client.ask("PLAY", base)
    await client.until(lambda: len(client.pictures()) > 10)
    paused = await client.ask("PAUSE", base)
    assert paused.status == 200
    position_us = rtsp.parse_range(paused.headers["range"]).start_us
    seen = len(client.pictures())
    assert seen < len(fixture.pictures)
    assert (await client.ask("GET_PARAMETER", base)).status == 200
    assert len(client.pictures()) == seen
    again = await client.ask("PLAY", base)
    assert rtsp.parse_range(again.headers["range"]).start_us == position_us
    await client.until(lambda: len(client.pictures()) > seen + 2)
    found = since(client.pictures(), rtptime(answer))
    assert found == ticks_of(fixture)[: len(found)]


async def test_a_second_play_goes_on_in_rtp_time(site, native, make):
    fixture = make(seconds=2)
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    first = await client.play(base)
    await client.until(client.said_goodbye)
    last = client.packets()[-1]
    client.frames.clear()
    second = await client.play(base, Range="npt=0-")
    assert 0 < (rtptime(second) - last.timestamp) % 2**32 < 60 * TICKS
    await client.until(client.said_goodbye)
    assert client.packets()[0].sequence == (last.sequence + 1) % 2**16
    assert since(client.pictures(), rtptime(second)) == ticks_of(fixture)
    assert first.headers["range"] == second.headers["range"]


async def test_two_monitors_are_two_streams_in_one_time(site, native, make):
    fixture = make(seconds=2, tracks=("left", "right"))
    recording = await complete(site, fixture)
    client = await native.client()
    base, sdp = await client.set_up(native.recording_url(recording), 1, 2)
    assert ("i=left" in sdp, "i=right" in sdp, sdp.count("m=video")) == (True, True, 2)
    assert (await client.play(f"{base}track=1")).status == 460
    answer = await client.play(base)
    await client.until(lambda: client.said_goodbye(1) and client.said_goodbye(3))
    for track, channel in ((1, 0), (2, 2)):
        assert since(client.pictures(channel), rtptime(answer)) == ticks_of(fixture, track)


async def test_a_gap_is_in_the_times_and_not_waited_for(site, native, make):
    first = make("one", seconds=1)
    hour_us = 3_600_000_000
    second = make(
        "two", seconds=1, recording=first.header.recording, started_at_us=first.header.started_at_us + hour_us
    )
    recording = await complete(site, first, second)
    client = await native.client()
    base, sdp = await client.set_up(native.recording_url(recording))
    assert "a=range:npt=0.000000-3601.000000" in sdp
    answer = await client.play(base)
    await client.until(client.said_goodbye)
    behind = [time + hour_us * 9 // 100 for time in ticks_of(second)]
    assert since(client.pictures(), rtptime(answer)) == [*ticks_of(first), *behind]


async def test_other_sizes_come_with_their_parameters(site, native, make):
    fixture = make(seconds=2, sizes=((160, 96), (320, 192)))
    recording = await complete(site, fixture)
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    await client.play(base)
    await client.until(client.said_goodbye)
    sets = {
        one.payload[3 : 3 + int.from_bytes(one.payload[1:3], "big")]
        for one in client.packets()
        if one.payload[0] & 31 == 24
    }
    assert len(sets) == 2


async def test_a_running_recording_goes_on_with_what_becomes_durable(site, native, make):
    fixture = make(seconds=4, pictures_per_piece=1)
    half = fixture.records[len(fixture.records) // 2].offset
    segment = await site.add_fixture(fixture, size=half)
    client = await native.client()
    base, sdp = await client.set_up(native.recording_url(fixture.header.recording))
    assert "a=range:npt=0.000000-\r\n" in sdp
    answer = await client.play(base)
    await client.until(lambda: len(client.pictures()) >= 8)
    await site.grow(segment, fixture.data[half:])
    await client.until(lambda: len(client.pictures()) == len(fixture.pictures))
    await site.set_state(fixture.header.recording, RecordingState.COMPLETE, 0)
    await client.until(client.said_goodbye)
    assert since(client.pictures(), rtptime(answer)) == ticks_of(fixture)


async def test_live_begins_at_the_newest_key_picture_and_has_the_workstation_hurry(site, native, make):
    fixture = make(seconds=4, pictures_per_piece=1)
    half = fixture.records[len(fixture.records) // 2].offset
    segment = await site.add_fixture(fixture, size=half)
    recording = fixture.header.recording
    client = await native.client()
    base, sdp = await client.set_up(native.url(f"/live/pc-1?token={media_token(site, recording, actions=('live',))}"))
    assert "a=range:npt=now-" in sdp
    answer = await client.play(base, Range="npt=0.000-")
    edge_us = rtsp.parse_range(answer.headers["range"]).start_us
    await client.until(client.pictures)
    assert len(client.pictures()) <= 5
    await site.grow(segment, fixture.data[half:])
    ahead = ticks_of(fixture, start_us=edge_us)
    await client.until(lambda: [one for one in since(client.pictures(), rtptime(answer)) if one < 2**31] == ahead)
    assert ("pc-1", "live_on", "") in site.control.asked
    await site.set_state(recording, RecordingState.COMPLETE, 0)
    await client.until(client.said_goodbye)
    (entry,) = await site.audited("recording.watched")
    assert entry.actor == "sue"


async def test_2_0_is_answered_in_2_0(site, native, make):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    client.version = rtsp.V2
    base, _ = await client.set_up(native.recording_url(recording))
    setup = await client.ask("SETUP", f"{base}track=1", Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
    assert setup.version == rtsp.V2
    assert setup.headers["accept-ranges"] == "npt, clock"
    assert setup.headers["media-properties"] == 'Random-Access=0.0, Immutable, Unlimited, Scales="0.125:64"'
    answer = await client.play(base, Speed="2.0-4.0")
    assert answer.headers["seek-style"] == "First-Prior"
    assert answer.headers["speed"] == "2-2"
    assert answer.headers["rtp-info"].startswith(f'url="{base}track=1" ssrc=')
    await client.until(lambda: client.notices)
    assert not client.said_goodbye()
    (notice,) = client.notices
    assert (notice.method, notice.get("notify-reason")) == ("PLAY_NOTIFY", "end-of-stream")
    assert (await client.play(base, Range="smpte=0:10:00-")).status == 456


@pytest.mark.parametrize(
    ("asked", "headers", "status"),
    [
        ("DESCRIBE", {"Accept": "text/plain"}, 406),
        ("SETUP", {"Transport": "RTP/AVP/TCP;interleaved=0-1"}, 459),
        ("SETUP /track=9", {"Transport": "RTP/AVP/TCP;interleaved=0-1"}, 404),
        ("SETUP /track=1", {"Transport": "RTP/AVP;unicast;client_port=5000-5001"}, 461),
        ("SETUP /track=1", {}, 461),
        ("PLAY", {}, 454),
        ("RECORD", {}, 405),
        ("DESCRIBE", {"Require": "x"}, 551),
    ],
)
async def test_what_cannot_be_done_has_its_status(native, make, asked, headers, status):
    recording = await complete(native.site, make(seconds=1))
    client = await native.client()
    method, _, track = asked.partition(" ")
    address = native.recording_url(recording).replace("?", f"{track}?")
    assert (await client.ask(method, address, **headers)).status == status
    assert (await client.ask("OPTIONS", "*")).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "npt=5-"}, 457),
        ({"Range": "npt=0.5-0.2"}, 457),
        ({"Range": "npt=now-"}, 457),
        ({"Range": "smpte=0:10:00-"}, 501),
        ({"Range": "npt=nonsense"}, 400),
        ({"Scale": "-1"}, 456),
        ({"Scale": "fast"}, 400),
        ({"Speed": "0"}, 456),
    ],
)
async def test_what_cannot_be_played_has_its_status(site, native, make, headers, status):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording))
    answer = await client.play(base, **headers)
    assert answer.status == status
    assert answer.body
    assert (await client.ask("PAUSE", base)).status == 200


async def test_parameters_are_not_known(site, native, make):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    answer = await client.ask("GET_PARAMETER", native.recording_url(recording), b"position\r\n")
    assert (answer.status, answer.body) == (451, b"position\r\n")


async def test_a_stream_can_be_taken_down_by_itself(site, native, make):
    recording = await complete(site, make(seconds=1, tracks=("left", "right")))
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording), 1, 2)
    assert (await client.ask("TEARDOWN", f"{base}track=2")).status == 200
    assert (await client.play(f"{base}track=1")).status == 200
    await client.until(client.said_goodbye)
    assert not client.packets(2)


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


async def test_who_may_not_gets_nothing(site, native, make):
    recording = await complete(site, make(seconds=1))
    other = await complete(site, make("other", seconds=1))
    address = native.url(f"/recordings/{recording}")
    client = await native.client()
    asked = await client.ask("DESCRIBE", address)
    assert (asked.status, asked.headers["www-authenticate"]) == (401, 'Basic realm="Playhead", charset="UTF-8"')
    for authorization, status in (
        (basic("sue", "wrong"), 401),
        (basic("sue", PASSWORD), 403),  # nobody of that name may play
        (f"Bearer {media_token(site, other)}", 403),
        (f"Bearer {media_token(site, recording, life_s=-10)}", 401),
        ("Basic ?", 401),
        ("Digest username=sue", 401),
    ):
        assert (await client.ask("DESCRIBE", address, Authorization=authorization)).status == status, authorization
    assert (await client.ask("SETUP", f"{address}/track=1", Transport="RTP/AVP/TCP")).status == 401
    assert len(await site.audited("media.refused")) == 4
    unknown = native.url(f"/recordings/{make('nobody').header.recording}")
    assert (await client.ask("DESCRIBE", unknown)).status == 401
    assert (await client.ask("DESCRIBE", native.url("/live/pc-1"))).status == 401


async def test_a_user_plays_by_name_and_password_what_they_may(site, native, make):
    await site.add_user("joe", ADMINISTRATOR)
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    address = native.url(f"/recordings/{recording}")
    base, _ = await client.set_up(address, Authorization=basic("joe", PASSWORD))
    assert (await client.play(base)).status == 200
    await client.until(client.said_goodbye)
    (entry,) = await site.audited("recording.viewed")
    assert entry.actor == "joe"


async def test_a_token_is_a_password_too(site, native, make):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    await client.set_up(
        native.url(f"/recordings/{recording}"), Authorization=basic("whoever", media_token(site, recording))
    )


async def test_a_token_for_what_is_live_opens_nothing_that_is_over(site, native, make):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    answer = await client.ask("DESCRIBE", native.recording_url(recording, actions=("live",)))
    assert answer.status == 403
    assert (await client.ask("DESCRIBE", native.url(f"/live/pc-1?token={media_token(site, recording)}"))).status == 404


async def test_who_may_not_any_more_is_cut_off(site, native, make, monkeypatch):
    monkeypatch.setattr(playing_module, "LOOK_AGAIN_S", 0.01)
    monkeypatch.setattr(playing_module, "REPORT_S", 0.02)
    for name in ("ann", "joe"):
        await site.add_user(name, ADMINISTRATOR)
    recording = await complete(site, make(seconds=60))
    client = await native.client()
    base, _ = await client.set_up(native.recording_url(recording, user="joe"))
    assert (await client.ask("PLAY", base)).status == 200
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("joe"), [])
    with pytest.raises(EOFError):
        await client.until(client.said_goodbye)
    client = await native.client()
    await client.set_up(native.recording_url(recording, user="joe"))
    assert (await client.play(base)).status == 403
    entries = await site.audited("media.refused")
    assert [(one.actor, one.details["code"]) for one in entries] == [("joe", "access.refused")] * 2


async def test_silence_ends_a_connection(native, monkeypatch):
    monkeypatch.setattr(connection_module, "ASK_S", 0.05)
    monkeypatch.setattr(connection_module, "LOOK_S", 0.01)
    client = await native.client()
    assert (await client.ask("OPTIONS", "*")).status == 200
    with pytest.raises(EOFError):
        await client.answer()


async def test_what_is_no_rtsp_is_answered_and_ends(native):
    client = await native.client()
    client.writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert (await client.answer()).status == 400
    with pytest.raises(EOFError):
        await client.answer()


async def test_requests_sent_at_once_are_answered_in_their_order(site, native, make):
    recording = await complete(site, make(seconds=1))
    client = await native.client()
    address = native.recording_url(recording)
    for number in range(100):
        client.writer.write(f"OPTIONS {address} RTSP/1.0\r\nCSeq: {number}\r\n\r\n".encode())
    assert [(await client.answer()).headers["cseq"] for _ in range(100)] == [str(number) for number in range(100)]


async def test_sessions_and_connections_have_a_limit(site, make):
    recording = await complete(site, make(seconds=1))
    async with served(site, viewers_max=1, connections_max=2) as native:
        first, second = await native.client(), await native.client()
        await first.set_up(native.recording_url(recording))
        described = await second.ask("DESCRIBE", native.recording_url(recording))
        asked = await second.ask("SETUP", f"{described.headers['content-base']}track=1", Transport="RTP/AVP/TCP")
        assert asked.status == 503
        third = await native.client()  # both others have shown who they are
        with pytest.raises((EOFError, ConnectionError)):
            await third.ask("OPTIONS", "*")
        await first.close()
        fourth = await native.client()
        await fourth.set_up(native.recording_url(recording))


async def test_viewers_of_the_same_share_what_is_read(site, native, make):
    recording = await complete(site, make(seconds=3))
    clients = [await native.client() for _ in range(5)]
    read = []
    shelf = native.service._reels._shelf
    original = shelf.read

    async def counting(located, job):
        read.append(len(getattr(job, "takes", ())))
        return await original(located, job)

    shelf.read = counting
    bases = [(await client.set_up(native.recording_url(recording)))[0] for client in clients]
    for client, base in zip(clients, bases, strict=True):
        assert (await client.play(base)).status == 200
    for client in clients:
        await client.until(lambda client=client: len(client.pictures()) == 15)
    assert sum(read) == 3  # pieces of the recording


async def test_tls_is_spoken_at_the_same_port(site, native, make):
    recording = await complete(site, make(seconds=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the site's clock is in another year than ours
    client = Client(*await asyncio.open_connection("127.0.0.1", native.port, ssl=context))
    base, _ = await client.set_up(native.recording_url(recording).replace("rtsp:", "rtsps:"))
    assert base.startswith("rtsps://")
    await client.play(base)
    await client.until(client.said_goodbye)


async def test_plain_is_refused_where_it_is_not_wanted(site, make):
    recording = await complete(site, make(seconds=1))
    async with served(site, plain="no") as native:
        client = await native.client()
        with pytest.raises((EOFError, ConnectionError)):
            await client.ask("DESCRIBE", native.recording_url(recording))


async def test_off_means_off(site):
    async with served(site, enabled=False) as native:
        assert native.port == 0


async def test_one_that_does_not_read_holds_up_nobody(site, native, make):
    recording = await complete(site, make(seconds=2))
    stuck, other = await native.client(), await native.client()
    base, _ = await stuck.set_up(native.recording_url(recording))
    await stuck.play(base)
    stuck.writer.transport.pause_reading()
    base, _ = await other.set_up(native.recording_url(recording))
    await other.play(base)
    await other.until(other.said_goodbye)
    await other.close()
