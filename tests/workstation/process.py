"""A workstation as a process of its own, to be killed: ``python process.py DATA NAME ADDRESS LOG``.

It records a scripted desktop and writes the number of every picture to LOG before anyone else hears of it.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from playhead.base.clock import SystemClock
from playhead.base.ids import WorkstationId
from playhead.base.quantities import Duration
from playhead.testing.scripted_pipeline import ClockedPipeline, ScriptedPipeline
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.outputs import Output, Sample
from playhead.workstation.service import WorkstationService
from playhead.workstation.session import SystemSession


async def main(data: Path, name: str, address: str, log: Path) -> None:
    clock = SystemClock()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Sample):
                os.write(descriptor, f"{time.time_ns() // 1000} {output.data[4:].decode()}\n".encode())

    def make_pipeline() -> ClockedPipeline:
        script = ScriptedPipeline(prefix=f"p{os.getpid()}")
        script.changing = {0}
        return ClockedPipeline(script, clock, interval_us=50_000, on_outputs=note)

    config = WorkstationConfig(
        id=WorkstationId(name), data=data, premises=(address,), pre_buffer=Duration(1_000_000), continuous=True
    )
    session = SystemSession(os.environ, lambda: None)
    service = WorkstationService(config, make_pipeline, clock, session=session)
    running = asyncio.create_task(service.run())
    ready = asyncio.create_task(service.ready.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    print("ready", flush=True)  # noqa: T201 - it is read by the test
    await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
