"""The same report over the same files on a distributed engine."""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from store.analytics.eventrows import DAY_US, EVERYONE, MIDNIGHT_US, some_days, store_rig

from playhead.domain.spans import Span
from playhead.store.analytics.queries import usage
from playhead.store.analytics.questions import By, Question

SCRIPT = Path(__file__).parents[3] / "bench" / "analysing" / "on_ray.py"


async def test_two_workers_of_ray_say_what_we_say(tmp_path):
    period = Span(MIDNIGHT_US + 7_777_777_777, MIDNIGHT_US + DAY_US + 12_345_678_901)
    async with store_rig(tmp_path) as rig:
        told = some_days(1200)
        for first in range(0, len(told), 300):  # several files of each day
            await rig.add(told[first : first + 300])
            await rig.store.pack(now=True)
        question = Question(sight=EVERYONE, period=period)
        report = await rig.ask(lambda session: usage(session, question, [By.APPLICATION]))
        ours = {row.keys[0]: {**asdict(row.usage), "agents": row.agents} for row in report.rows}
        command = [sys.executable, str(SCRIPT), str(rig.root), "--workers", "2"]
        ray = await asyncio.create_subprocess_exec(
            *command,
            *("--from-us", str(period.from_us), "--to-us", str(period.to_us)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, errors = await ray.communicate()
        assert ray.returncode == 0, errors.decode()
    theirs = json.loads(said.splitlines()[-1])
    assert theirs["shares"] == 2
    assert len(ours) > 3
    assert theirs["applications"] == ours
