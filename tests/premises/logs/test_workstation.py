"""A workstation's own lines, over mutual TLS and a bad network: each arrives once, in order."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from premises.logs.rig import DESK, SITE, Logs

from playhead.base import logs as base_logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.instants import from_rfc3339, rfc3339
from playhead.base.logs import Said
from playhead.domain.logs import LogLine, LogQuery
from playhead.net.relay import Relay
from playhead.store.disk import SystemDisk
from playhead.testing.clock import SimClock
from playhead.wire.pki import create_request
from playhead.wire.screen.messages import Enrolled
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.enrolment import IDENTITY_FOLDER
from playhead.workstation.identity import IdentityFolder
from playhead.workstation.logs import WorkstationLogs, service

QUERY = LogQuery(workstation="desk-1", service="test")


def enrolled(logs: Logs, port: int) -> WorkstationConfig:
    """Settings of a workstation that is enrolled."""
    data = logs.folder / "desk"
    data.mkdir(exist_ok=True)
    identities = IdentityFolder(SystemDisk(), data / IDENTITY_FOLDER)
    (data / IDENTITY_FOLDER).mkdir(exist_ok=True)
    certificate = logs.keyring.issue_workstation(create_request(identities.load_or_make_key(), DESK), DESK)
    authority = logs.keyring.authority.certificate
    identities.save_enrolled(DESK, Enrolled(certificate, authority, str(SITE), logs.keyring.site_key))
    return WorkstationConfig(id=DESK, data=data, premises=("127.0.0.1",), logs_port=port)


@contextlib.asynccontextmanager
async def saying(config: WorkstationConfig, seed: int = 1) -> AsyncIterator[WorkstationLogs]:
    own = WorkstationLogs(config, SystemClock(), chance=random.Random(seed))  # noqa: S311 - repeatable
    running = asyncio.create_task(own.run())
    try:
        yield own
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def said(number: int, **fields: str) -> Said:
    return Said("2026-11-23T12:00:00.000000Z", "warning", "test", f"line {number}", fields)


def texts(lines: list[LogLine]) -> list[str]:
    return [line.text for line in sorted(lines, key=lambda line: line.n)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(service, "_LONGEST_PAUSE_S", 0.1)
    monkeypatch.setattr(service, "_OPEN_RETRY_S", 0.05)


async def test_lines_come_with_all_they_say(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs, saying(enrolled(logs, logs.service.port)) as own:
        own.offset_us = lambda: 1_500_000
        own.add(said(1, recording="0195", code="net.timeout"))
        (line,) = await logs.until(1, QUERY)
    assert (line.level, line.proven, line.interaction) == ("warning", True, "0195")
    assert line.fields == {"recording": "0195", "code": "net.timeout"}
    assert (line.sequence, bool(line.spool)) == (1, True)
    if line.said_at:  # the machine's clock is near the time that the line says
        assert from_rfc3339(line.at) - from_rfc3339(line.said_at) == 1_500_000


async def test_none_lost_and_none_twice_over_cuts_and_restarts(tmp_path: Path) -> None:
    logs, total = Logs(tmp_path), 0
    relay = Relay(Address("127.0.0.1", 1))
    port = (await relay.open()).port
    config = enrolled(logs, port)
    chance = random.Random(7)  # noqa: S311 - repeatable
    for life in range(4):
        async with logs.running(), saying(config, life) as own:
            relay._to = Address("127.0.0.1", logs.service.port)
            relay.mend()
            for _ in range(4):
                for _ in range(chance.randrange(10, 80)):
                    own.add(said(total))
                    total += 1
                    await asyncio.sleep(0)
                with logs.service.follow(QUERY) as follower:
                    await follower.next(0.2)
                relay.cut()
                await asyncio.sleep(0)
                relay.mend()
            if life == 3:
                lines = await logs.until(total, QUERY)
        relay.cut()
    await relay.close()
    assert texts(lines) == [f"line {number}" for number in range(total)]
    assert [line.sequence for line in sorted(lines, key=lambda line: line.n)] == list(range(1, total + 1))
    assert len({line.spool for line in lines}) == 1


async def test_another_site_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    logs, other = Logs(tmp_path), Logs(tmp_path / "other")
    async with other.running(), saying(enrolled(logs, other.service.port)) as own:
        own.add(said(1))
        while "not of this site" not in own.problem:  # noqa: ASYNC110 - it is told to nobody
            await asyncio.sleep(0)
        page = await other.service.find(LogQuery())
    assert page.lines == ()


async def test_who_takes_over_waits_for_the_one_before(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs:
        config = enrolled(logs, logs.service.port)
        async with saying(config) as before:
            before.add(said(0))
            await logs.until(1, QUERY)
            after = WorkstationLogs(config, SystemClock())
            running = asyncio.create_task(after.run())
            after.add(said(2))
            while "Another workstation" not in after.problem:  # noqa: ASYNC110 - it is told to nobody
                await asyncio.sleep(0)
            before.add(said(1))
            await logs.until(2, QUERY)
        lines = await logs.until(3, QUERY)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert texts(lines) == ["line 0", "line 1", "line 2"]


async def test_what_is_too_much_is_counted_over_restarts(tmp_path: Path) -> None:
    clock, config = SimClock(), enrolled(Logs(tmp_path), 1)
    written = []
    for _ in range(3):
        own = WorkstationLogs(config, clock)
        own._open()
        for number in range(service.BURST_LINES):
            own.add(Said(base_at(clock), "info", "test", str(number), {}))
        own.stop()
        own.spool.sync()
        written += own.spool.read(10_000)
        own.spool.acknowledge(written[-1].sequence)
        own.spool.save()
        own.spool.close()
    assert service.BURST_LINES <= len(written) <= service.BURST_LINES + 10
    clock.advance(service.RECENT_US)
    own = WorkstationLogs(config, clock)
    own._open()
    own.spool.lost = 7
    own.add(Said(base_at(clock), "info", "test", "again", {}))
    own.stop()
    own.spool.sync()
    told, again = own.spool.read(10)
    assert (told.text, told.fields["given_up"], again.text) == ("lines were left out", "7", "again")


def base_at(clock: SimClock) -> str:
    return rfc3339(clock.wall_us())


async def test_secrets_never_reach_the_spool(tmp_path: Path) -> None:
    config = enrolled(Logs(tmp_path), 1)
    base_logs.configure(SystemClock())
    own = WorkstationLogs(config, SystemClock())
    own._open()
    structlog.get_logger("playhead.workstation.shipper").warning(
        "asked https://jo:hunter2@example.org/?token=abcdef", password="hunter2", size=5
    )
    own.stop()
    own.spool.close()
    kept = b"".join(path.read_bytes() for path in (config.data / "logs").glob("*.log"))
    assert b"shipper" in kept
    assert b"hunter2" not in kept
    assert b"abcdef" not in kept


async def test_a_clean_stop_sends_the_last_lines(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs:
        async with saying(enrolled(logs, logs.service.port)) as own:
            own.add(said(0))
            await logs.until(1, QUERY)
            own.add(said(1))
        assert own.spool.sent == 2
        assert texts(await logs.until(2, QUERY)) == ["line 0", "line 1"]
