"""Port 4510 as the doctor finds it."""

import asyncio
import ssl

import pytest
from environment.doctor.faults import free_port, mute, serving
from environment.doctor.faults import target as target_at

from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.environment.doctor.checks import native_players
from playhead.environment.doctor.checks.native_players import look_at_native_players
from playhead.environment.doctor.findings import Severity
from playhead.environment.ports import Service
from playhead.net.tls import anonymous_context
from playhead.store.keyring import Keyring
from playhead.wire import rtsp


async def look(port):
    (found,) = await look_at_native_players(target_at(port, Service.CLIENT_PLAYERS))
    return found.code, found.severity


async def ours(reader, writer):
    """As the service answers."""
    core = rtsp.ServerCore(60)
    while data := await reader.read(4096):
        for request in core.receive_data(data):
            writer.write(core.answer(request, 200))


async def another(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: GStreamer RTSP server\r\n\r\n")
    await asyncio.Event().wait()


async def no_rtsp(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await asyncio.Event().wait()


async def shut(_reader, _writer):
    """Closes at once."""


async def test_a_service_of_ours_answers():
    async with serving(ours) as port:
        assert await look(port) == ("port.reached", Severity.OK)


async def test_one_that_takes_tls_alone_is_asked_by_tls(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o700)
    file = Keyring.open(tmp_path / "keys", SiteId("site"), SystemClock()).server_file
    context = anonymous_context(file, file)
    assert context.verify_mode is ssl.CERT_NONE
    async with serving(ours, tls=context) as port:
        assert await look(port) == ("port.reached", Severity.OK)


@pytest.mark.parametrize(
    ("talk", "code"),
    [(mute, "port.silent"), (shut, "port.silent"), (another, "port.foreign"), (no_rtsp, "port.foreign")],
)
async def test_what_is_wrong_has_a_name_and_is_no_error(talk, code, monkeypatch):
    monkeypatch.setattr(native_players, "ANSWER_S", 0.05 if talk is mute else 5)
    async with serving(talk) as port:
        assert await look(port) == (code, Severity.WARNING)
    assert await look(free_port()) == ("port.refused", Severity.WARNING)
