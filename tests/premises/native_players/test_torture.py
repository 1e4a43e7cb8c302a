"""What no player does, over real sockets: the service stays, says what is wrong, and serves those who behave."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import pytest
from premises.native_players.rig import served
from wire.rtsp.torture import FAULTS

from playhead.domain.recordings import RecordingState
from playhead.net.either import STRANGERS_MAX
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid
from playhead.wire.rtsp import Interleaved, Parser, Response, write_interleaved

HERE = Path(__file__).parent
CROWD = 10_000
CONNECTIONS_MAX = 100
DESCRIPTORS_MAX = 64
"""Of the site's own files, beside those of connections."""


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


async def complete(site, seconds):
    made = make_vid("torture", seconds=seconds, site_private_key=site.keyring.recording_key)
    await site.add_fixture(made)
    header = made.header
    await site.set_state(header.recording, RecordingState.COMPLETE, header.started_at_us + seconds * 1_000_000)
    return header.recording


def descriptors():
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - of this process


async def test_what_cannot_be_read_is_answered_once_and_ends_the_connection_and_no_other(site):
    recording = await complete(site, 2)
    async with served(site) as native:
        viewer = await native.client()
        base, _ = await viewer.set_up(native.recording_url(recording))
        for data, _ in FAULTS:
            if data.startswith(b"\x16"):
                continue  # is taken for TLS, which says no in its own words
            reader, writer = await asyncio.open_connection("127.0.0.1", native.port)
            writer.write(data)
            answer = await reader.read()
            (read,) = Parser().receive_data(answer)
            assert isinstance(read, Response)
            assert 400 <= read.status <= 505, data
            writer.close()
        await viewer.play(base)
        await viewer.until(viewer.said_goodbye)
        assert len(viewer.pictures()) == 10


async def test_garbage_between_the_messages_of_a_player_is_passed_over(site):
    recording = await complete(site, 2)
    async with served(site) as native:
        viewer = await native.client()
        for channel, data in ((0, b""), (1, b"\xff" * 60_000), (255, b"$" * 7), (1, b"\x81\xc9\xff\xff"), (7, b"RTSP")):
            viewer.writer.write(write_interleaved(channel, data))
        base, _ = await viewer.set_up(native.recording_url(recording))
        for _ in range(200):
            viewer.writer.write(write_interleaved(1, os.urandom(32)))
        await viewer.play(base)
        await viewer.until(viewer.said_goodbye)
        assert len(viewer.pictures()) == 10
        assert all(isinstance(one, Interleaved) for one in viewer.frames)


async def test_ten_thousand_who_never_ask_are_bounded_and_others_are_served(site):
    """As many as the machine lets one process open. Half are silent, half begin a request."""
    recording = await complete(site, 2)
    async with served(site, connections_max=CONNECTIONS_MAX) as native:
        watching = await native.client()
        base, _ = await watching.set_up(native.recording_url(recording))
        before = descriptors()
        crowd = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "crowd.py"),
            str(native.port),
            str(CROWD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            most = 0
            opened = asyncio.create_task(crowd.stdout.readline())
            while not opened.done():
                most = max(most, descriptors() - before)
                assert len(native.service._connections) <= CONNECTIONS_MAX + 1
                await asyncio.sleep(0)
            assert int(opened.result()) >= min(CROWD, 1_000)
            assert CONNECTIONS_MAX < most <= CONNECTIONS_MAX + STRANGERS_MAX + DESCRIPTORS_MAX
            # Whoever has a connection is served among them, ...
            assert (await watching.ask("GET_PARAMETER", base)).status == 200
            await watching.play(base)
            await watching.until(watching.said_goodbye)
            assert len(watching.pictures()) == 10
        finally:
            with contextlib.suppress(ProcessLookupError):
                crowd.kill()
            await crowd.wait()
        # ... and whoever comes once they are gone.
        late = await native.client()
        await late.set_up(native.recording_url(recording))
