"""Blackouts of the whole workstation: who asks, what the recording says of it, and what is seen in it."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import pytest
from workstation.capture.x11_desk import Xvfb
from workstation.decoding import is_near
from workstation.readback import bodies, recorded
from workstation.test_service import CLOCK, NAME, Workstation, is_in_state, office

from playhead.base.errors import UnavailableError
from playhead.base.ids import RecordingId
from playhead.base.quantities import Duration
from playhead.cli.desktop.x11 import X11
from playhead.domain.recordings import RecordingState
from playhead.premises.export.mp4 import export_mp4
from playhead.premises.export.plan import OpenSegment
from playhead.premises.screen.service import ScreenService
from playhead.wire import vid
from playhead.wire.screen.blackouts import BlackoutOrder
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.control import Question, ask
from playhead.workstation.indicator.hotkey import Hotkey
from playhead.workstation.service import WorkstationService, pipelines

RED = 0xFF0000
LEASE_US = 1_500_000


async def begin(workstation: Workstation) -> RecordingId:
    recording = RecordingId(UUID((await ask(workstation.folder, Question("start")))["recording"]))
    await workstation.until(lambda status: status["durable"])
    return recording


async def finish(workstation: Workstation, recording: RecordingId) -> list[dict[str, Any]]:
    """End a recording; returns its markers of blackouts, in order."""
    await ask(workstation.folder, Question("stop"))
    premises = workstation.premises
    await premises.until(lambda: is_in_state(premises, recording, RecordingState.COMPLETE))
    records = await bodies(premises, recording)
    marks = [json.loads(body) for header, body in records if header.kind is vid.Kind.MARKER]
    return [mark for mark in marks if mark["code"].startswith("blackout.")]


async def asked_at(premises: ScreenService, count: int) -> None:
    async with asyncio.timeout(20):
        while [len(one.blackouts) for one in premises.workstations()] != [count]:  # noqa: ASYNC110 - another program's
            await asyncio.sleep(0.02)


async def test_of_several_who_ask_each_ends_its_own_and_a_supervisor_all(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        premises = workstation.premises.service
        recording = await begin(workstation)
        page = Question("blackout_on", source="analytics", by="watcher", label="page", reason="card", minutes=5)
        await ask(workstation.folder, page)
        on_us = CLOCK.wall_us()
        await premises.command(NAME, "blackout_on", reason="asked", blackout=BlackoutOrder("api", by="anna"))
        await ask(workstation.folder, Question("blackout_toggle"))
        await asked_at(premises, 3)
        (live,) = premises.workstations()
        assert [(one.source, one.by, one.label) for one in live.blackouts[:2]] == [
            ("analytics", "watcher", "page"),
            ("api", "anna", ""),
        ]
        assert live.blackouts[0].until_us - live.blackouts[0].since_us == 300_000_000
        assert live.blackouts[2].source == "agent"
        status = (await ask(workstation.folder, Question("blackout_toggle")))["status"]
        assert (status["state"], len(status["blackouts"])) == ("blackout", 2)
        await premises.command(NAME, "blackout_off", blackout=BlackoutOrder("api", by="joe"))  # who never began one
        await asked_at(premises, 2)
        await asyncio.sleep(0.3)
        off_us = CLOCK.wall_us()
        await premises.command(NAME, "blackout_off", blackout=BlackoutOrder("api", by="joe", any=True))
        await workstation.until(lambda status: status["state"] == "recording")
        await asyncio.sleep(0.3)
        marks = await finish(workstation, recording)
        told = [(mark["code"], mark["source"], mark["in_force"], mark.get("ended_by", "")) for mark in marks]
        assert told == [
            ("blackout.on", "analytics", 1, ""),
            ("blackout.on", "api", 2, ""),
            ("blackout.on", "agent", 3, ""),
            ("blackout.off", "agent", 2, ""),
            ("blackout.off", "analytics", 1, "joe"),
            ("blackout.off", "api", 0, "joe"),
        ]
        pictures = await recorded(workstation.premises, recording)
        assert "black" in {name.split()[0] for at_us, name in pictures if at_us < off_us}
        assert {name.split()[0] for at_us, name in pictures if on_us <= at_us < off_us} <= {"black"}
        assert pictures[-1][1].startswith("shown")
        assert (await workstation.premises.recording(recording)).has_blackout


async def test_a_blackout_of_one_recording_is_not_taken_into_the_next(tmp_path: Path) -> None:
    async with office(tmp_path) as workstation, workstation.running():
        first = await begin(workstation)
        await ask(workstation.folder, Question("blackout_on", reason="card"))
        await finish(workstation, first)
        second = await begin(workstation)
        assert (await workstation.status())["state"] == "recording"
        assert await finish(workstation, second) == []


async def test_a_decision_source_that_dies_makes_it_black(tmp_path: Path) -> None:
    settings = {"blackout_source": "watcher", "blackout_lease": Duration(LEASE_US)}
    async with office(tmp_path, **settings) as workstation, workstation.running():
        assert (await workstation.status())["state"] == "blackout"  # it has not said anything yet
        recording = await begin(workstation)
        light = Question("decide", by="watcher", black=False)
        with pytest.raises(UnavailableError) as caught:
            await ask(workstation.folder, Question("decide", by="another", black=False))
        assert caught.value.code == "blackout.not_the_source"
        for source in ("decision_source", "api"):
            with pytest.raises(UnavailableError) as caught:
                await ask(workstation.folder, Question("blackout_on", source=source))
            assert caught.value.code == "blackout.source"
        for _ in range(5):
            assert (await ask(workstation.folder, light))["status"]["state"] == "recording"
            await asyncio.sleep(0.1)
        last_us = CLOCK.wall_us()  # and now it is dead, and the event loop stuck, while the capture goes on
        time.sleep(LEASE_US / 1e6 + 1)  # noqa: ASYNC251 - on purpose
        await workstation.until(lambda status: status["state"] == "blackout")
        dark_us = last_us + LEASE_US
        await asyncio.sleep(0.5)
        marks = await finish(workstation, recording)
        assert [(mark["code"], mark["source"]) for mark in marks] == [
            ("blackout.on", "decision_source"),
            ("blackout.off", "decision_source"),
            ("blackout.on", "decision_source"),
        ]
        pictures = await recorded(workstation.premises, recording)
        assert {name.split()[0] for at_us, name in pictures if at_us >= dark_us} == {"black"}
        assert "shown" in {name.split()[0] for at_us, name in pictures if at_us < last_us}


@pytest.fixture
def server() -> Iterator[Xvfb]:
    server = Xvfb()
    yield server
    server.stop()


async def test_from_the_hotkey_to_the_exported_film(tmp_path: Path, server: Xvfb) -> None:
    painter = X11(server.display)

    def paint(colour: int) -> None:
        canvas = painter.canvas((0, 0, 320, 240))
        canvas.fill((colour >> 16, colour >> 8 & 0xFF, colour & 0xFF), [(0, 0, 320, 240)])
        canvas.show()
        painter.size()

    def press() -> None:
        command = ["xdotool", "sleep", "0.6", "key", "ctrl+alt+b"]
        subprocess.run(command, env={"DISPLAY": server.display}, check=True)

    paint(RED)
    async with office(tmp_path) as workstation:
        config = workstation.config()
        service = WorkstationService(config, pipelines(config, lambda: X11Source(server.display), CLOCK), CLOCK)
        running = asyncio.create_task(service.run())
        await service.ready.wait()
        hotkey = Hotkey(server.display, config.hotkey, service.toggle_blackout)
        listening = asyncio.create_task(hotkey.run())
        await hotkey.grabbed.wait()
        recording = await begin(workstation)
        await asyncio.to_thread(press)
        await workstation.until(lambda status: status["state"] == "blackout")
        for colour in (0x00FF00, 0x0000FF) * 10:  # what goes on under it
            paint(colour)
            await asyncio.sleep(0.05)
        paint(RED)
        await asyncio.to_thread(press)
        await workstation.until(lambda status: status["state"] == "recording")
        await asyncio.sleep(0.5)
        marks = await finish(workstation, recording)
        for task in (listening, running):
            task.cancel()
        await asyncio.gather(listening, running, return_exceptions=True)
        assert [(mark["code"], mark["source"], mark["in_force"]) for mark in marks] == [
            ("blackout.on", "agent", 1),
            ("blackout.off", "agent", 0),
        ]
        film = tmp_path / "film.mp4"
        (segment,) = (await workstation.premises.recording(recording)).segments
        (path,) = (workstation.premises.folder / "segments").rglob(f"{segment.id}.vid")
        await asyncio.to_thread(_export, workstation, path, film)
    with av.open(str(film)) as container:
        shown = [frame.to_ndarray(format="rgb24")[60:, :100] for frame in container.decode(video=0)]  # no pointer there
    kinds = ["red" if is_near(each, RED, 24) else "black" if is_near(each, 0, 24) else "?" for each in shown]
    assert [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind] == ["red", "black", "red"]


def _export(workstation: Workstation, path: Path, film: Path) -> None:
    data = path.read_bytes()

    def read_at(size: int, offset: int) -> bytes:
        return data[offset : offset + size]

    header, _ = vid.read_header(read_at)
    key = vid.open_data_key(header, workstation.premises.keyring.recording_key)
    export_mp4([OpenSegment(read_at, len(data), key)], film)
