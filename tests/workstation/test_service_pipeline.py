"""The service with the real capture pipeline and encoder, on a desktop in memory: what arrives can be decoded."""

import asyncio
import io
from pathlib import Path
from uuid import UUID

import av
import numpy as np
from premises.screen.rig import Premises
from workstation.readback import bodies

from playhead.base.clock import SystemClock
from playhead.base.ids import RecordingId, WorkstationId
from playhead.base.quantities import Duration
from playhead.testing.desktop_source import DesktopSource
from playhead.wire import vid
from playhead.workstation.capture.source import Frame, Monitor, Rectangle
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Question, ask
from playhead.workstation.enrolment import enrol
from playhead.workstation.service import WorkstationService, pipelines

CLOCK = SystemClock()
NAME = WorkstationId("desk-1")
COLOURS = (0xC02020, 0x20C020, 0x2020C0)


class Slideshow(DesktopSource):
    """Shows another colour each time it is looked at."""

    def __init__(self) -> None:
        super().__init__(Monitor("screen", 0, 0, 320, 200))
        self.turn = 0

    def grab(self, monitor: Monitor, *, force: bool = False) -> Frame | None:
        self.turn += 1
        self.paint("screen", Rectangle(0, 0, 320, 200), COLOURS[self.turn % 3])
        return super().grab(monitor, force=force)

    def ready(self) -> bool:
        return True


async def test_what_the_real_pipeline_captures_arrives_and_can_be_decoded(tmp_path: Path) -> None:
    (tmp_path / "premises").mkdir()
    data = tmp_path / "data"
    async with Premises(tmp_path / "premises").running() as premises:
        await enrol(premises.address, (await premises.code()).text, NAME, data, clock=CLOCK)
        config = WorkstationConfig(
            id=NAME, data=data, premises=(str(premises.address),), fps=10, pre_buffer=Duration(2_000_000)
        )
        service = WorkstationService(config, pipelines(config, Slideshow, CLOCK), CLOCK)
        running = asyncio.create_task(service.run())
        await service.ready.wait()
        started = await ask(data, Question("start"))
        recording = RecordingId(UUID(started["recording"]))
        async with asyncio.timeout(20):
            while not (await ask(data, Question("status")))["status"]["durable"]:  # noqa: ASYNC110 - it says so itself
                await asyncio.sleep(0.05)
        await asyncio.sleep(1.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        records = await bodies(premises, recording)
    media = b"".join(body for header, body in records if header.kind in (vid.Kind.INIT, vid.Kind.PIECE))
    with av.open(io.BytesIO(media)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) >= 3
    for frame in frames:
        colour = frame.reshape(-1, 3).mean(axis=0)
        assert np.argmax(colour) in (0, 1, 2)
        assert colour.max() - colour.min() > 100
    assert {int(np.argmax(frame.reshape(-1, 3).mean(axis=0))) for frame in frames} == {0, 1, 2}
    assert any(header.kind == vid.Kind.THUMBNAIL for header, _ in records)
