"""One timeline: what workstation, premises and a cloud say of one interaction, in the order in which it happened."""

import asyncio
from pathlib import Path

import structlog
from premises.logs.rig import Logs
from premises.logs.test_workstation import enrolled, saying

from playhead.base import logs as base_logs
from playhead.base.clock import SystemClock
from playhead.base.instants import rfc3339
from playhead.base.logs import Said
from playhead.domain.logs import LogQuery
from playhead.premises.logs.own import OwnLines
from playhead.testing.clock import SimClock
from playhead.wire.relp import RelpClient
from playhead.wire.syslog import Message, render

CALL = "0195d3c1-0000-7000-8000-000000000001"
SLOW_US = 90_000_000
"""How far the workstation's clock is behind."""
SECOND_US = 1_000_000


async def from_a_cloud(logs: Logs, at_us: int, text: str) -> None:
    """A line as any service of ours elsewhere sends it: RELP over TLS, with its host and its service."""
    reader, writer = await logs.dial(tls=True)
    client = RelpClient("cloud")
    data = {"fields@32473": {"interaction": CALL, "site": "site-1"}}
    writer.write(client.data_to_send())
    while not client.room:
        client.receive_data(await reader.read(1 << 16))
    client.submit(render(Message(3, 6, text, at_us, "cloud", "links", data=data)))
    writer.write(client.data_to_send())
    while not client.receive_data(await reader.read(1 << 16)):
        pass
    writer.close()


async def test_workstation_premises_and_cloud_in_true_order(tmp_path: Path) -> None:
    now_us = SystemClock().wall_us() - 60 * SECOND_US
    ours = SimClock(now_us + 2 * SECOND_US)
    base_logs.configure(ours)
    own = OwnLines(ours)
    structlog.get_logger("playhead.premises.screen.service").info("segment sealed", recording=CALL)
    own.close()  # the workstation of this test is in this process, too
    query = LogQuery(interaction=CALL)
    async with Logs(tmp_path, own=own).running() as logs, saying(enrolled(logs, logs.service.port)) as desk:
        desk.offset_us = lambda: SLOW_US
        await from_a_cloud(logs, now_us + 3 * SECOND_US, "uploaded")
        for second, text in ((1, "recording began"), (4, "recording stopped")):
            at = rfc3339(now_us + second * SECOND_US - SLOW_US)
            desk.add(Said(at, "info", "recorder", text, {"recording": CALL}))
        desk.add(Said(rfc3339(now_us), "info", "recorder", "of another", {"recording": "other"}))
        lines = await asyncio.wait_for(logs.until(4, query), 60)
    told = [(line.workstation, line.service, line.text) for line in lines]
    assert told == [
        ("desk-1", "recorder", "recording began"),
        ("", "screen", "segment sealed"),
        ("cloud", "links", "uploaded"),
        ("desk-1", "recorder", "recording stopped"),
    ]
    assert [line.at for line in lines] == [rfc3339(now_us + second * SECOND_US) for second in (1, 2, 3, 4)]
    assert [bool(line.said_at) for line in lines] == [True, False, False, True]
    assert [line.proven for line in lines] == [True, True, False, True]
    assert lines[3].n > lines[0].n > lines[2].n  # they came in another
