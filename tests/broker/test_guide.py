"""docs/integrating.md: what it shows runs, as it stands there."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from broker.bus import PASSWORDS

from playhead.base.ids import RecordingId, WorkstationId
from playhead.domain import events
from playhead.domain.accounts import Present
from playhead.domain.coverage import Reason
from playhead.testing.clock import START_US

PAGE = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text()
LATE = Present(
    WorkstationId("desk-7"), "jane", "idle", covered=False, code=Reason.UNKNOWN, since_us=START_US, alarm=True,
    message="Nothing of it becomes durable here, and nothing says why.",
)  # fmt: skip


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


class Example:
    """One that runs."""

    def __init__(self, process):
        self._process = process

    @classmethod
    async def begin(cls, bus, tmp_path, *command):
        address = f"127.0.0.1:{bus.rabbit.port}"
        (tmp_path / "broker").mkdir(exist_ok=True)
        (tmp_path / "broker" / "crm.password").write_text(PASSWORDS["crm"])
        (tmp_path / "premises.toml").write_text(
            f'[messaging]\ntransport = "rabbitmq"\nbroker = "{address}"\nsecurity = "plain"\n'
            f'vhost = "{bus.config.vhost}"\n'
        )
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PLAYHEAD_DATA": str(tmp_path),
            "AMQP_URL": f"amqp://crm:{PASSWORDS['crm']}@{address}/{bus.config.vhost}",
        }
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                *command, cwd=tmp_path, env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT
            )
        )

    async def line(self):
        return (await asyncio.wait_for(self._process.stdout.readline(), 60)).decode().strip()

    async def rest(self):
        said, _ = await asyncio.wait_for(self._process.communicate(), 60)
        return said.decode().strip(), self._process.returncode

    def end(self):
        self._process.kill()


@pytest.fixture
async def bus(through_rabbit):
    """With the true time: the programs of the page tell it."""
    from playhead.base.clock import SystemClock  # noqa: PLC0415 - of this page alone

    through_rabbit.site.clock = SystemClock()
    await through_rabbit.start()
    return through_rabbit


async def test_python_starts_a_recording(bus, tmp_path):
    start, _ = examples("python")
    said, code = await (await Example.begin(bus, tmp_path, sys.executable, "-c", start)).rest()
    assert code == 0, said
    assert RecordingId.parse(said)
    assert bus.site.control.asked == [("desk-7", "start", "")]


async def test_python_follows_alarms(bus, tmp_path):
    _, follow = examples("python")
    running = await Example.begin(bus, tmp_path, sys.executable, "-c", follow)
    assert await running.line() == "waiting"
    await bus.tell(events.coverage(events.LOST, LATE, START_US), events.link(events.UP, LATE.workstation, START_US))
    assert await running.line() == f"playhead.coverage.lost.v1 desk-7 {LATE.message}"
    running.end()
    await running.rest()


async def test_the_command_line_starts_a_recording_and_a_blackout_and_follows_alarms(bus, tmp_path):
    _, start, dark, follow = examples("sh")
    said, code = await (await Example.begin(bus, tmp_path, "sh", "-c", start)).rest()
    assert (code, '"ok": true' in said) == (0, True), said
    said, code = await (await Example.begin(bus, tmp_path, "sh", "-c", dark)).rest()
    assert code == 0, said
    assert bus.site.control.asked == [("desk-7", "start", ""), ("desk-7", "blackout_on", "card payment")]
    assert bus.site.control.blackouts[0].length_ms == 300_000
    running = await Example.begin(bus, tmp_path, "sh", "-c", follow)
    assert await running.line() == "Listening."
    await bus.tell(events.coverage(events.LOST, LATE, START_US))
    said, code = await running.rest()
    assert (code, '"type":"playhead.coverage.lost.v1"' in said) == (0, True), said
