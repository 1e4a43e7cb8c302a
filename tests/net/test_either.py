"""TLS and plain TCP on one port: told apart by the first byte, and nobody who is silent keeps others out."""

import asyncio
import contextlib
import ssl

import pytest
from net.site import Site
from structlog.testing import capture_logs

from playhead.base.addresses import Address
from playhead.net import either
from playhead.net.either import EitherListening
from playhead.net.tls import inquiry_context, server_context

LOOPBACK = Address("127.0.0.1", 0)


class Echo(asyncio.Protocol):
    """Says back what it reads, and whether it came over TLS."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        kind = b"plain" if self.transport.get_extra_info("ssl_object") is None else b"tls"
        self.transport.write(kind + b":" + data)
        self.transport.close()


@pytest.fixture
def context(tmp_path):
    keyring = Site(tmp_path).keyring
    return server_context(keyring.server_file, keyring.server_file, keyring.authority.certificate, alpn="")


async def said(address, data, tls=None):
    """What comes back."""
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=tls)
    writer.write(data)
    try:
        return await reader.read()
    finally:
        writer.close()


def stranger():
    found = inquiry_context()
    found.verify_mode = ssl.CERT_NONE
    return found


async def test_both_on_one_port_with_every_byte(context):
    listening = EitherListening(Echo, LOOPBACK, context, may_be_plain=lambda remote: remote == "127.0.0.1")
    assert await said(listening.address, b"<13>a line\n") == b"plain:<13>a line\n"
    assert await said(listening.address, b"<13>a line\n", stranger()) == b"tls:<13>a line\n"
    await listening.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await said(listening.address, b"x")


async def test_who_may_not_be_plain_is_cut_off_and_noted(context):
    listening = EitherListening(Echo, LOOPBACK, context, may_be_plain=lambda _remote: False)
    with capture_logs() as logs:
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.address.port)
        writer.write(b"<13>a line\n")
        with contextlib.suppress(ConnectionResetError):  # what was not read is told so
            assert await reader.read() == b""
        writer.close()
        assert await said(listening.address, b"x", stranger()) == b"tls:x"
    assert [entry["event"] for entry in logs] == ["plain_refused"]
    await listening.close()


async def test_the_silent_give_their_places_to_others(context, monkeypatch):
    monkeypatch.setattr(either, "STRANGERS_MAX", 2)
    listening = EitherListening(Echo, LOOPBACK, context, may_be_plain=lambda _remote: True, first_byte_s=0.05)
    silent = [await asyncio.open_connection("127.0.0.1", listening.address.port) for _ in range(5)]
    assert await said(listening.address, b"x") == b"plain:x"
    assert [await reader.read() for reader, _ in silent] == [b""] * 5
    for _, writer in silent:
        writer.close()
    for _ in range(5):  # and who began gave back its place
        assert await said(listening.address, b"x") == b"plain:x"
    await listening.close()


async def test_what_only_begins_like_tls_is_dropped(context):
    listening = EitherListening(Echo, LOOPBACK, context, may_be_plain=lambda _remote: True)
    with capture_logs() as logs:
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.address.port)
        writer.write(b"\x16" + b"x" * 100)
        with contextlib.suppress(ConnectionResetError):
            await reader.read()
        writer.close()
        assert await said(listening.address, b"x") == b"plain:x"
    assert [entry["event"] for entry in logs] == ["handshake_failed"]
    await listening.close()
