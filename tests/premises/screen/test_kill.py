"""A real premises process is killed in the middle of ingest: whatever it acknowledged is there when it comes back."""

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from premises.screen.rig import Desk, Premises

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError
from playhead.base.ids import WorkstationId
from playhead.wire.screen.messages import Accept, Ack, End, Records
from playhead.wire.vid import verify

TESTS = Path(__file__).parents[2]


@dataclass
class PremisesProcess:
    """Stands in for `Premises` where a `Desk` asks for its address and folder."""

    folder: Path
    port: int = 0

    @property
    def address(self):
        return Address("127.0.0.1", self.port)

    @contextlib.asynccontextmanager
    async def running(self):
        environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("process.py")),
            str(self.folder),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            line = b""
            while not line.strip().isdigit():  # log lines come first
                line = await process.stdout.readline()
                assert line, "the premises did not start"
            self.port = int(line)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()


async def _pour(desk, segments, acknowledged, enough):
    """Ship all segments side by side in small portions; note every acknowledgement; say when there were enough."""
    with contextlib.suppress(PlayheadError, ConnectionError):  # it ends when the server is killed
        async with desk.connected() as conversation:
            for made in segments:
                answer = await conversation.offer(made)
                assert isinstance(answer, Accept), answer
                assert answer.offset >= acknowledged[made.header.segment]
                acknowledged[made.header.segment] = answer.offset
            sending = asyncio.create_task(_send(conversation, segments, dict(acknowledged)))
            try:
                async for message in conversation.peer:
                    assert isinstance(message, Ack), message
                    acknowledged[segments[message.channel - 1].header.segment] = message.offset
                    enough()
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)


async def _send(conversation, segments, offsets):
    while offsets:
        for channel, made in enumerate(segments, 1):
            offset = offsets.get(made.header.segment)
            if offset is None:
                continue
            part = made.data[offset : offset + 3000]
            if part:
                await conversation.peer.send(Records(channel, offset, part))
                offsets[made.header.segment] += len(part)
            else:
                await conversation.peer.send(End(channel, len(made.data), "sealed"))
                del offsets[made.header.segment]
        await asyncio.sleep(0)


@pytest.mark.parametrize("after", [2, 12])
async def test_every_acknowledged_byte_outlives_kill_9(tmp_path, after):
    async with Premises(tmp_path).running() as premises:
        code = await premises.code()
        desk = Desk(premises, WorkstationId("desk-1"))
        await desk.enrol(code)
    desk.premises = PremisesProcess(tmp_path)
    segments = [desk.made(pieces=[20_000] * 100, seed=number) for number in range(6)]
    acknowledged = dict.fromkeys((made.header.segment for made in segments), 0)

    for _ in range(2):
        async with desk.premises.running() as process:
            left = after

            def enough(process=process):
                nonlocal left
                left -= 1
                if left == 0:
                    process.send_signal(signal.SIGKILL)

            await _pour(desk, segments, acknowledged, enough)
            assert await process.wait() == -signal.SIGKILL
        _check(tmp_path, segments, acknowledged, whole=False)
    assert 0 < sum(acknowledged.values()) < sum(len(made.data) for made in segments)

    async with Premises(tmp_path).running() as premises:
        desk.premises = premises
        await asyncio.wait_for(_finish(desk, segments, acknowledged), 60)
    _check(tmp_path, segments, acknowledged, whole=True)


async def _finish(desk, segments, acknowledged):
    async with desk.connected() as conversation:
        for made in segments:
            answer = await conversation.offer(made)
            assert answer.offset >= acknowledged[made.header.segment]
            acknowledged[made.header.segment] = answer.offset
        sending = asyncio.create_task(_send(conversation, segments, dict(acknowledged)))
        left = len(segments)
        while left:
            ack = await conversation.next(Ack)
            acknowledged[segments[ack.channel - 1].header.segment] = ack.offset
            left -= ack.final
        await sending


def _check(folder, segments, acknowledged, *, whole):
    for made in segments:
        promised = acknowledged[made.header.segment]
        if promised == 0:
            continue
        (path,) = (folder / "segments").rglob(f"{made.header.segment}.vid")
        data = path.read_bytes()
        assert data[:promised] == made.data[:promised]
        found = verify(lambda size, offset, data=data: data[offset : offset + size], promised)
        assert found.chain_whole
        assert found.truncated_bytes == 0
        if whole:
            assert data == made.data
            assert found.complete
