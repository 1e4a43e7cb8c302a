import asyncio
import socket
import ssl

import pytest
from net.site import Site
from structlog.testing import capture_logs

from playhead.base.addresses import Address
from playhead.base.errors import UnavailableError
from playhead.net import accepting
from playhead.net.network import SystemNetwork
from playhead.net.tls import client_context, inquiry_context, load_certificate


class Greeter(asyncio.Protocol):
    """Says one word and closes; gives its place back, as a protocol on a `Network` must."""

    def __init__(self, strangers):
        self.strangers = strangers

    def connection_made(self, transport):
        self.strangers.release()
        transport.write(b"word")
        transport.close()


class Listener(asyncio.Protocol):
    def __init__(self):
        self.data = b""
        self.over = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.data += data

    def connection_lost(self, _exc):
        self.over.set_result(self.data)


async def listen(host, strangers=None):
    strangers = strangers or asyncio.Semaphore(3)
    return await SystemNetwork().listen(lambda: Greeter(strangers), Address(host, 0), None, strangers=strangers)


async def hear(address):
    return await (await SystemNetwork().connect(Listener, address, None)).over


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*"])
async def test_connections_are_accepted_one_after_another(host):
    listening = await listen(host)
    assert listening.address.port > 0
    for _ in range(10):  # more than there are places for strangers
        assert await hear(Address("127.0.0.1", listening.address.port)) == b"word"
    await listening.close()
    with pytest.raises(UnavailableError) as caught:
        await hear(listening.address)
    assert caught.value.code == "net.unreachable"


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_all_addresses_are_of_both_families():
    listening = await listen("*")
    for host in ("127.0.0.1", "::1"):
        assert await hear(Address(host, listening.address.port)) == b"word"
    await listening.close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid"])
async def test_names_that_lead_nowhere(host):
    with pytest.raises(UnavailableError) as caught:
        await SystemNetwork().connect(Listener, Address(host, 9), None)
    assert caught.value.code == "net.unreachable"


async def test_a_server_that_does_not_shake_hands_is_given_up():
    async def sit(reader, writer):
        await reader.read()
        writer.close()

    async with await asyncio.start_server(sit, "127.0.0.1", 0) as server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises(UnavailableError) as caught:
            await SystemNetwork(handshake_s=0.1).connect(Listener, address, inquiry_context())
    assert caught.value.code == "net.timeout"


async def test_who_does_not_answer_at_all_is_given_up_sooner():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = Address("127.0.0.1", listener.getsockname()[1])
        queued = [await SystemNetwork().connect(Listener, address, None)]  # the system takes it; nobody does after it

        async def connect_on():
            while True:
                queued.append(await SystemNetwork(connect_s=0.1).connect(Listener, address, None))

        with pytest.raises(UnavailableError) as caught:
            await asyncio.wait_for(connect_on(), 5)
    assert caught.value.code == "net.timeout"


async def test_when_descriptors_run_out_it_waits_and_goes_on(monkeypatch):
    monkeypatch.setattr(accepting, "ACCEPT_PAUSE_S", 0)
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, [OSError(24, "Too many open files"), OSError(24, "Too many open files")]

    async def failing(listener):
        if failures:
            raise failures.pop()
        return await accept(listener)

    monkeypatch.setattr(loop, "sock_accept", failing)
    with capture_logs() as logs:
        listening = await listen("127.0.0.1", asyncio.Semaphore(1))
        assert await hear(listening.address) == b"word"
        await listening.close()
    assert [entry["event"] for entry in logs] == ["accept_failed"] * 2


def test_contexts_refuse_what_is_old_or_missing(tmp_path):
    context = inquiry_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION
    assert not any(cipher["kea"] == "kx-rsa" for cipher in context.get_ciphers())
    for content in (None, b"", b"junk"):
        path = tmp_path / "key.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UnavailableError) as caught:
            load_certificate(context, path, path)
        assert caught.value.code == "net.tls_files"


def test_trust_is_in_one_authority_only(tmp_path):

    context = client_context(Site(tmp_path).keyring.authority.certificate)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1
