"""A card form on a real X server: what is recorded shows that it was never seen."""

import asyncio
import io
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pytest
from premises.screen.rig import Premises
from workstation.capture.windows_desk import SECRET, Program
from workstation.capture.x11_desk import Xvfb
from workstation.readback import bodies

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration
from playhead.domain.analytics.events import Kind
from playhead.wire import vid
from playhead.workstation.analytics.config import AnalyticsConfig
from playhead.workstation.analytics.service import WorkstationAnalytics
from playhead.workstation.analytics.spool import told
from playhead.workstation.analytics.x11 import X11Desktop
from playhead.workstation.capture.x11 import X11Source
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import enrol
from playhead.workstation.service import WorkstationService, pipelines

CLOCK = SystemClock()
NAME = WorkstationId("desk-1")
RULES = """
[[rule]]
name = "card form"
when = { application = "Shop", title = "*card payment*" }
then = [{ blackout = "start" }, { tag = "card" }]
"""
CALM = 0x206040
FORMS = 3


async def until(holds, seconds=30.0):
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - another part of the program says so itself
            await asyncio.sleep(0.02)


def pictures(records):
    media = b"".join(body for header, body in records if header.kind in (vid.Kind.INIT, vid.Kind.PIECE))
    with av.open(io.BytesIO(media)) as container:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]


def share(frame: np.ndarray, colour: int) -> float:
    wanted = np.array([colour >> 16, colour >> 8 & 0xFF, colour & 0xFF])
    return float((np.abs(frame - wanted).max(axis=2) < 40).mean())


@pytest.mark.parametrize("manager", ["openbox", ""])
async def test_no_picture_shows_what_a_rule_hides(tmp_path: Path, manager: str) -> None:
    (tmp_path / "premises").mkdir()
    data, rules = tmp_path / "data", tmp_path / "rules.toml"
    rules.write_text(RULES)
    server = Xvfb()
    managing = None
    if manager:
        environment = {"DISPLAY": server.display, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        managing = await asyncio.create_subprocess_exec(manager, env=environment, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with Premises(tmp_path / "premises").running() as premises:
            await enrol(premises.address, (await premises.code()).text, NAME, data, clock=CLOCK)
            config = WorkstationConfig(
                id=NAME,
                data=data,
                premises=(str(premises.address),),
                display=server.display,
                fps=15,
                pre_buffer=Duration(2_000_000),
                analytics=AnalyticsConfig(on=True, rules=rules, port=9),
            )
            records = await record(config, premises, server.display)
    finally:
        if managing is not None:
            managing.terminate()
            await managing.wait()
        server.stop()
    frames = pictures(records)
    assert len(frames) > FORMS
    assert max(share(frame, CALM) for frame in frames) > 0.2
    assert [index for index, frame in enumerate(frames) if share(frame, SECRET) > 0.001] == []
    events, sent = told(data, 1_000)
    triggers = [(one.rule, one.action, one.detail) for one in events if one.kind is Kind.TRIGGER]
    begin = [("card form", "blackout", "start"), ("card form", "tag", "card")]
    assert triggers == [*begin, ("card form", "blackout", "end")] * FORMS
    assert sent == 0  # nobody takes them: it held offline


async def record(config: WorkstationConfig, premises: Premises, display: str):
    service = WorkstationService(config, pipelines(config, lambda: X11Source(display), CLOCK), CLOCK)
    analytics = WorkstationAnalytics(config, lambda: X11Desktop(display, CLOCK), service.by_rules, CLOCK)
    service.by_rules.catch_up, service.by_rules.status = analytics.catch_up, analytics.status
    running = [asyncio.create_task(service.run()), asyncio.create_task(analytics.run())]
    try:
        await service.ready.wait()
        started = await ask(config.data, Question("start"))

        async def state():
            return (await ask(config.data, Question("status")))["status"]

        async def is_light():
            return not (await state())["blackouts"]

        with Program(display) as program:
            calm = program.window((0, 0, 320, 240), name="shop", title="Customers", colour=CALM)
            await until(is_light)  # until then it was black: nobody had looked yet
            for number in range(FORMS):
                await asyncio.sleep(0.2 + 0.07 * number)
                if number % 2:
                    form = program.window((20, 20, 200, 150), name="shop", title="Card payment - Shop")
                else:
                    program.entitle(calm, "A Card Payment")
                    form = program.window((20, 20, 200, 150), name="shop", title="Amount")

                async def is_dark():
                    return not await is_light()

                await until(is_dark)
                await asyncio.sleep(0.25)
                program.close(form)
                program.entitle(calm, "Customers")
                await until(is_light)
            await asyncio.sleep(0.5)
        await ask(config.data, Question("stop"))

        async def is_sent():
            return (await state())["spool_bytes"] == 0

        await until(is_sent)
        said = (await state())["analytics"]
        assert said["watching_since_us"] <= CLOCK.wall_us()
        assert (said["fired"], said["rules"], said["sent_us"]) == (3 * FORMS, 1, None)
        assert said["waiting"] == said["told"] > 3 * FORMS
        assert said["problem"]  # nobody takes them
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended
    return await bodies(premises, RecordingId(UUID(started["recording"])))
