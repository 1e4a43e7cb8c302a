"""Players that others wrote, on one recording: each opens it, plays it, seeks in it and ends cleanly.

Debian's VLC is not among them: it is built without RTSP (live555, since 3.0.12-2).
"""

import asyncio
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from premises.native_players.rig import served
from premises.native_players.wiretap import Wiretap

from playhead.domain.recordings import RecordingState
from playhead.testing.pictures import number_of
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid

HERE = Path(__file__).parent
FPS, SECONDS = 10, 4
WIDTH, HEIGHT = 160, 96
PATIENCE_S = 60
TICK_S = 1 / 90_000
SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's own, which has GStreamer's bindings."""


@pytest.fixture
async def playing(tmp_path):
    """A service with the recording in it."""
    async with opened_site(tmp_path) as site:
        made = make_vid(
            "peers", seconds=SECONDS, fps=FPS, sizes=((WIDTH, HEIGHT),), site_private_key=site.keyring.recording_key
        )
        await site.add_fixture(made)
        header = made.header
        ended_at_us = header.started_at_us + SECONDS * 1_000_000
        await site.set_state(header.recording, RecordingState.COMPLETE, ended_at_us)
        async with served(site) as service:
            yield service, made


async def run(*command):
    """What a program printed; it has to end well."""
    program = shutil.which(command[0])
    assert program, f"{command[0]}: run script/debian test"
    process = await asyncio.create_subprocess_exec(
        program, *command[1:], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    except BaseException:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode == 0, (out[-500:], err[-2000:])
    return out


async def decoded(address, *, seek_s=None, pictures=None):
    """Numbers of the pictures that ffmpeg shows."""
    before = [] if seek_s is None else ["-ss", str(seek_s)]
    after = [] if pictures is None else ["-frames:v", str(pictures)]
    options = ["-v", "error", "-rtsp_transport", "tcp", *before, "-i", address, *after]
    raw = await run("ffmpeg", *options, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    return [_number(raw[start : start + WIDTH * HEIGHT]) for start in range(0, len(raw), WIDTH * HEIGHT)]


def _number(gray):
    """As `number_of`, of a picture that is bytes already."""

    class Frame:
        @staticmethod
        def to_ndarray(**_):
            return np.frombuffer(gray, np.uint8).reshape(HEIGHT, WIDTH)

    return number_of(Frame)


async def ffmpeg_decodes_every_picture_in_its_order(address, made):
    assert await decoded(address) == [picture.number for picture in made.pictures]


async def ffmpeg_seeks(address):
    first, *rest = await decoded(address, seek_s=2.7, pictures=3)
    assert first in {25, 27}  # of the first picture ffmpeg knows no time, and may show what others are decoded from
    assert rest == [28, 29]


async def ffprobe_finds_every_time(address, made):
    entries = "frame=pts_time:stream=codec_name,width,height"
    options = ("-v", "error", "-rtsp_transport", "tcp", "-show_entries", entries, "-of", "json")
    told = json.loads(await run("ffprobe", *options, address))
    (stream,) = told["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", WIDTH, HEIGHT)
    first, *rest = [one.get("pts_time") for one in told["frames"]]
    assert first in {None, "0.000000"}  # of the first one ffmpeg tells no time, whoever serves it
    times_s = [picture.at_us / 1e6 for picture in made.pictures]
    assert [float(one) for one in rest] == pytest.approx(times_s[1:], abs=TICK_S)


async def over_tls_ffmpeg_shows_the_same(address):
    private = address.replace("rtsp://", "rtsps://")
    assert await decoded(private, pictures=10) == list(range(10))


async def gstreamer_plays_and_seeks_in_time(address):
    out = await run(SYSTEM_PYTHON, str(HERE / "gst_play.py"), address, "1", "3")
    *shown, end = [line.split() for line in out.decode().splitlines()]
    assert end == ["end"]
    for phase in ("play", "sought"):
        found = [(float(at_s), int(number)) for what, at_s, number in shown if what == phase]
        numbers = [number for _, number in found]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        # What comes before the place is decoded for its sake, and shown at once; the rest has its own time.
        wanted = [(at_s, number) for at_s, number in found if phase == "play" or number >= 30]
        assert [at_s for at_s, _ in wanted] == pytest.approx([number / FPS for _, number in wanted], abs=0.1)
    assert shown[0][2] == "0"
    assert shown[-1][2] == str(SECONDS * FPS - 1)


async def mpv_plays_seeks_and_ends(address):
    options = ("--no-config", "--vo=null", "--ao=null", "--rtsp-transport=tcp", "--term-status-msg=")
    out = await run("mpv", *options, f"--script={HERE / 'mpv_seek.lua'}", address)
    lines = [line.partition("] ")[2].split() for line in out.decode().splitlines() if line.startswith("[mpv_seek]")]
    assert lines[-1] == ["ended", "eof"]
    shown = {what: [float(at_s) for _, kind, at_s in lines[:-1] if kind == what] for what in ("play", "sought")}
    assert shown["play"][0] < 0.5
    assert 1 <= shown["play"][-1] < 1.5
    reached = [at_s for at_s in shown["sought"] if at_s >= 2.9]
    assert reached[0] == pytest.approx(3, abs=0.15)
    assert reached[-1] == pytest.approx(SECONDS - 1 / FPS, abs=0.15)
    assert reached == sorted(reached)


async def tshark_finds_nothing_malformed(address, service, folder):
    tap = Wiretap()
    async with tap.before(service.port):
        tapped = address.replace(f":{service.port}/", f":{tap.port}/")
        await run("ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-ss", "1", "-i", tapped, "-f", "null", "-")
    capture = folder / "rtsp.pcap"
    capture.write_bytes(tap.pcap())
    read = ("tshark", "-r", str(capture), "-d", "tcp.port==4510,rtsp")
    with_pictures = (*read, "-d", "rtp.pt==96,h264")
    fields = ("rtsp.method", "rtsp.status", "rtcp.pt", "rtp.p_type", "h264.nal_unit_hdr", "rtp.marker")
    told = await run(*with_pictures, "-T", "fields", *(f"-e{one}" for one in fields))
    rows = [line.split("\t") for line in told.decode().splitlines()]
    columns = [[one for row in rows for one in row[place].split(",") if one] for place in range(len(fields))]
    methods, statuses, reports, kinds, units, markers = columns
    assert {"OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"} <= set(methods)
    assert set(statuses) == {"200"}
    assert {"200", "202", "203"} <= set(reports)
    assert set(kinds) == {"96"}
    assert {"1", "5", "7", "8", "24"} <= set(units)  # the last one holds some of the others (STAP-A)
    assert markers.count("1") >= (SECONDS - 1) * FPS
    assert await run(*read, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000") == b""  # warnings, errors
    # Of H.264 it says of what it does not look into that it does not.
    assert await run(*with_pictures, "-Y", "_ws.malformed || _ws.expert.severity >= 0x800000") == b""


async def test_players_of_others(playing, tmp_path):
    """All at once: each takes the recording's own length."""
    service, made = playing
    address = service.recording_url(made.header.recording)
    peers = (
        ffmpeg_decodes_every_picture_in_its_order(address, made),
        ffmpeg_seeks(address),
        ffprobe_finds_every_time(address, made),
        over_tls_ffmpeg_shows_the_same(address),
        gstreamer_plays_and_seeks_in_time(address),
        mpv_plays_seeks_and_ends(address),
        tshark_finds_nothing_malformed(address, service, tmp_path),
    )
    async with asyncio.TaskGroup() as group:
        for peer in peers:
            group.create_task(peer)
