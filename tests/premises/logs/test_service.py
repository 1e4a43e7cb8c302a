"""The service itself: who may send, what is acknowledged when, and what it lets go."""

import asyncio
import contextlib
import errno
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from premises.logs.rig import DESK, Logs

from playhead.base import logs as base_logs
from playhead.base.clock import SystemClock
from playhead.base.quantities import Size
from playhead.domain.logs import LogLine, LogQuery
from playhead.net.either import EitherListening
from playhead.premises.logs import connection, own, service
from playhead.premises.logs.own import OwnLines
from playhead.store.catalogue.workstations import enrol_workstation, revoke_workstation
from playhead.store.disk import SystemDisk
from playhead.store.logs import list_files
from playhead.wire.relp import RelpClient
from playhead.wire.relp.frames import Frame


class FailingDisk(SystemDisk):
    """Whose files cannot be synced while `broken`."""

    broken = False

    def open(self, path: Path, *, create: bool = False):
        file = super().open(path, create=create)
        real = file.sync

        def sync() -> None:
            if self.broken and path.suffix == ".log":
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            real()

        file.sync = sync  # type: ignore[method-assign]
        return file


async def relp(
    logs: Logs, *messages: bytes, **dial: bool
) -> tuple[RelpClient, asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which these were sent."""
    reader, writer = await logs.dial(**dial)
    client = RelpClient("test")
    writer.write(client.data_to_send())
    while not client.room:
        client.receive_data(await reader.read(4096))
    for message in messages:
        client.submit(message)
    writer.write(client.data_to_send())
    return client, reader, writer


async def answers(client: RelpClient, reader: asyncio.StreamReader, count: int) -> int:
    """How many messages were acknowledged, until so many were or the server closed."""
    found = 0
    while found < count:
        data = await reader.read(4096)
        if not data:
            break
        found += sum(answer.accepted for answer in client.receive_data(data))
    return found


async def test_a_certificate_proves_who_says_it(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs:
        for dial in ({"proven": True}, {"tls": True}, {}):
            client, reader, writer = await relp(logs, b"<14>1 - desk-9 - - - - x", **dial)
            assert await answers(client, reader, 1) == 1
            writer.close()
        lines = await logs.until(3)
    assert [(line.workstation, line.proven) for line in sorted(lines, key=lambda line: line.n)] == [
        (str(DESK), True),
        ("desk-9", False),
        ("desk-9", False),
    ]


async def test_plain_is_refused_where_it_may_not_be(tmp_path: Path) -> None:
    async with Logs(tmp_path, config={"plain": "no"}).running() as logs:
        reader, writer = await logs.dial()
        writer.write(b"<14>secretly\n")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        client, reader, writer = await relp(logs, b"<14>over TLS", tls=True)
        assert await answers(client, reader, 1) == 1
        writer.close()
        (line,) = await logs.until(1)
    assert line.text == "over TLS"


async def test_a_stranger_that_says_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EitherListening.__init__.__kwdefaults__, "first_byte_s", 0.05)
    async with Logs(tmp_path).running() as logs:
        reader, _ = await logs.dial()
        assert await reader.read() == b""


async def test_too_many_are_turned_away(tmp_path: Path) -> None:
    async with Logs(tmp_path, config={"connections_max": 2}).running() as logs:
        held = [await relp(logs) for _ in range(2)]
        reader, writer = await logs.dial()
        with contextlib.suppress(ConnectionError):
            writer.write(b"<14>x\n")
            assert await reader.read() == b""
        held[0][2].close()
        while len(logs.service._connections) == 2:  # noqa: ASYNC110 - it is told to nobody
            await asyncio.sleep(0)
        client, reader, writer = await relp(logs, b"<14>x")
        assert await answers(client, reader, 1) == 1
        for each in (writer, held[1][2]):
            each.close()


async def test_who_breaks_the_protocol_is_cut_off(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs:
        reader, writer = await logs.dial()
        writer.write(b"1 open 5 xxxxx\n")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_what_cannot_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    disk = FailingDisk()
    async with Logs(tmp_path, disk).running() as logs:
        client, reader, writer = await relp(logs, b"<14>first")
        assert await answers(client, reader, 1) == 1
        disk.broken = True
        client.submit(b"<14>second")
        writer.write(client.data_to_send())
        with contextlib.suppress(ConnectionError):
            assert await answers(client, reader, 1) == 0
        disk.broken = False
        client, reader, writer = await relp(logs, b"<14>second")
        assert await answers(client, reader, 1) == 1
        writer.close()
        lines = await logs.until(2)
    assert [line.text for line in lines] == ["first", "second"]


async def test_lines_without_acknowledgement_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "RETRY_S", 0.05)
    disk = FailingDisk()
    async with Logs(tmp_path, disk).running() as logs:
        disk.broken = True
        _, writer = await logs.dial()
        writer.write(b"<14>first\n")
        (one,) = await _connections(logs)
        while one._retry is None:  # noqa: ASYNC110 - it is told to nobody
            await asyncio.sleep(0)
        writer.write(b"<14>second\n")
        disk.broken = False
        lines = await logs.until(2)
        writer.close()
    assert [line.text for line in lines] == ["first", "second"]


async def _connections(logs: Logs) -> set[connection.LogConnection]:
    while not logs.service._connections:  # noqa: ASYNC110 - it is told to nobody
        await asyncio.sleep(0)
    return logs.service._connections


async def test_no_more_is_read_of_a_sender_that_is_ahead_and_all_of_it_can_be_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "UNSTORED_MAX", 10)
    async with Logs(tmp_path).running() as logs:
        _, writer = await logs.dial()
        writer.write(b"".join(b"<14>line %d\n" % number for number in range(5000)))
        writer.write_eof()
        with logs.service.follow(LogQuery()) as follower:
            count = 0
            while count < 5000:
                lines, lost = await follower.next(30)
                assert lines
                count += len(lines) + lost
        writer.close()
        assert count == 5000
        taken = [line.n async for lines in logs.service.export(LogQuery(text="line")) for line in lines]
    assert taken == sorted(taken)
    assert len(taken) == 5000


async def test_a_revoked_workstation_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "UPKEEP_S", 0.05)
    async with Logs(tmp_path).running() as logs:
        async with logs.catalogue.writing() as transaction:
            await enrol_workstation(
                transaction, workstation=DESK, signer=b"k" * 32, certificate_hash=b"h" * 32, now_us=1
            )
        client, reader, writer = await relp(logs, b"<14>x", proven=True)
        assert await answers(client, reader, 1) == 1
        async with logs.catalogue.writing() as transaction:
            await revoke_workstation(transaction, DESK, 2)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_old_files_are_packed_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "UPKEEP_S", 0.05)
    old = (datetime.now(UTC) - timedelta(days=31)).date().isoformat()
    for number, day in ((1, old), (2, datetime.now(UTC).date().isoformat())):
        folder = tmp_path / "logs" / day
        folder.mkdir(parents=True)
        (folder / f"{number:08}.log").write_bytes(
            b'{"at":"2026-11-23T00:00:00.000000Z","n":%d,"level":"info","workstation":"d","service":"s","text":"x"}\n'
            % number
        )
    async with Logs(tmp_path).running() as logs:
        client, reader, writer = await relp(logs, b"<14>x")
        assert await answers(client, reader, 1) == 1
        writer.close()
        while [(file.number, file.is_packed) for file in list_files(SystemDisk(), tmp_path / "logs")] != [  # noqa: ASYNC110 - it is told to nobody
            (2, True),
            (3, False),
        ]:
            await asyncio.sleep(0.01)


async def test_a_processs_own_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "WAITING_MAX", 5)
    base_logs.configure(SystemClock())
    lines = OwnLines(SystemClock())
    try:
        log = structlog.get_logger("playhead.premises.tokens.service")
        for number in range(7):
            log.warning("said early", number=number, password="hunter2", recording="r-1")
        async with Logs(tmp_path, own=lines).running() as logs:
            found = await logs.until(5, LogQuery(service="tokens"))
            (told,) = await logs.until(1, LogQuery(service="logs", text="lines were lost"))
    finally:
        lines.close()
    first = found[0]
    assert (first.workstation, first.level, first.text, first.interaction) == ("", "warning", "said early", "r-1")
    assert first.fields["number"] == "0"
    assert "hunter2" not in str(first.fields)
    assert int(told.fields["lines"]) >= 2


SERVER = """
import asyncio, sys, uvloop
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from premises.logs.rig import Logs

async def serve():
    async with Logs(Path(sys.argv[1])).running() as logs:
        print(logs.service.port, flush=True)
        await asyncio.sleep(3600)

uvloop.run(serve())
"""


async def test_killed_at_any_moment_it_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    acknowledged, number = list[int](), 0
    for life in range(2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SERVER, str(tmp_path), str(Path(__file__).parents[2])),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        port = b""
        while not port.strip().isdigit():
            port = await process.stdout.readline()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        client, sent = RelpClient("test"), list[int]()
        writer.write(client.data_to_send())
        while len(acknowledged) < (life + 1) * 400:
            for answer in client.receive_data(await reader.read(1 << 16)):
                assert answer.accepted
                acknowledged.append(sent.pop(0))
            while client.room:
                client.submit(b"<14>1 - - - - - - number=%d" % number)
                sent.append(number)
                number += 1
            writer.write(client.data_to_send())
        process.send_signal(signal.SIGKILL)
        await process.wait()
        writer.close()
    async with Logs(tmp_path).running() as logs:
        lines = list[LogLine]()
        before = None
        while True:
            page = await logs.service.find(LogQuery(text="number"), before=before, limit=1000)
            lines += page.lines
            before = page.following
            if before is None:
                break
    found = [int(line.text.removeprefix("number=")) for line in lines]
    assert set(acknowledged) <= set(found)
    assert len(set(found)) == len(found)


async def test_closing_says_so_to_those_who_wait_for_answers(tmp_path: Path) -> None:
    async with Logs(tmp_path).running() as logs:
        _, reader, writer = await relp(logs)
    data = await reader.read()
    assert data.endswith(Frame(0, "serverclose").encode())
    writer.close()


def test_a_setting_that_cannot_be() -> None:
    for settings in ({"quota": Size(1)}, {"file_size": Size(1)}):
        with pytest.raises(ValueError, match="is"):
            service.LogsConfig(**settings)
