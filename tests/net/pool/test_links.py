"""Links over real sockets: how they begin, who is let in, and that they come back."""

import asyncio
import hashlib
import socket
import ssl
import struct

import pytest
from net.pool.site import Authority, Proxy, accepting, dialing, refuse

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.net.network import SystemNetwork
from playhead.net.pool import Answering, Asking, PoolEnd
from playhead.net.pool.dialing import dial_once
from playhead.net.pool.proxy import ProxiedNetwork
from playhead.net.pool.tls import dialing_context
from playhead.wire.pool import Role, Urgency

TOTAL = 450_000_000
PIECE = bytes(range(256)) * 400
UPGRADE = b"GET /pool HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: playhead-pool/1\r\n\r\n"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


async def said(address, request, tls=None):
    """What is answered to a request, up to the end of the connection."""
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=tls)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    finally:
        writer.close()


async def refused(address, tls):
    """Whether nothing is answered to whoever comes with this context: TLS 1.3 says so only after the handshake."""
    try:
        return await said(address, UPGRADE, tls) == b""
    except (ssl.SSLError, ConnectionError):
        return True


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
        (b"POST /pool HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", b"404"),
        (b"GET /pool HTTP/1.1\r\nHost: a\r\n\r\n", b"426"),
        (b"GET /pool HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"426"),
        (b"SSH-2.0-x\r\n\r\n", b"400"),
        (b"GET /pool HTTP/1.1\r\n" + b"X: y\r\n" * 2_800, b"400"),
    ],
)
async def test_what_is_no_link_is_told_so(request_, status):
    async with accepting() as (pools, address):
        answer = await said(address, request_)
        assert answer.split()[1] == status
        assert not pools.pools


async def test_the_upgrade_may_come_in_pieces_and_with_what_follows_it():
    answering = Answering()
    for at in range(len(UPGRADE) - 1):
        assert answering.receive_data(UPGRADE[at : at + 1]) is None
    assert answering.receive_data(UPGRADE[-1:] + b"more") == b"more"
    asking = Asking("cloud:2010")
    assert asking.data_to_send().startswith(b"GET /pool HTTP/1.1\r\n")
    answer = answering.data_to_send()
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert asking.receive_data(answer[:20]) is None
    assert asking.receive_data(answer[20:] + b"frames") == b"frames"


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", RefusedError, "pool.refused"),
        (b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n", UnavailableError, "pool.unavailable"),
    ],
)
def test_an_upgrade_that_is_refused(answer, error, code):
    with pytest.raises(error) as caught:
        Asking("a").receive_data(answer)
    assert caught.value.code == code


async def test_nobody_gets_in_without_a_certificate(authority):
    stranger = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(authority.der))
    stranger.check_hostname = False
    async with accepting(authority.accepting()) as (pools, address):
        assert await refused(address, stranger)
        assert not pools.pools


async def test_nobody_gets_in_with_the_certificate_of_another_authority(authority, tmp_path):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    path = other.issue("site-1")
    tls = dialing_context(path, path, authority.der)
    async with accepting(authority.accepting()) as (pools, address):
        assert await refused(address, tls)
        assert not pools.pools


async def test_who_dials_is_not_led_to_another_authority(authority, tmp_path):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    async with accepting(other.accepting()) as (_, address):
        with pytest.raises(RefusedError) as caught:
            await SystemNetwork().connect(asyncio.Protocol, address, authority.dialing())
        assert caught.value.code == "net.untrusted_server"


async def test_a_busy_server_has_longer_for_tls_than_a_machine_that_is_there_for_a_connection(authority):
    async def busy(_reader, writer):
        writer.transport.pause_reading()
        await asyncio.sleep(0.3)  # it is the other side that takes its time
        await writer.start_tls(authority.accepting())
        writer.close()

    async with await asyncio.start_server(busy, "127.0.0.1", 0) as server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        protocol = await SystemNetwork(connect_s=0.15).connect(asyncio.Protocol, address, authority.dialing())
        assert isinstance(protocol, asyncio.Protocol)


async def test_a_proxy_that_opens_tls_is_known_for_what_it_is(authority, tmp_path):
    (tmp_path / "other").mkdir()
    other, proxy = Authority(tmp_path / "other"), Proxy()
    async with accepting(other.accepting()) as (_, address), proxy.listening() as by:
        with pytest.raises(RefusedError) as caught:
            await ProxiedNetwork(by, SystemNetwork(), "u", "p").connect(asyncio.Protocol, address, authority.dialing())
        assert caught.value.code == "net.untrusted_server"


@pytest.mark.parametrize("days", [-3, 3], ids=["expired", "not yet valid"])
@pytest.mark.parametrize("whose", ["cloud", "site"])
async def test_a_certificate_that_does_not_hold_now_is_refused_and_said(days, whose, authority):
    offered = authority.accepting(days if whose == "cloud" else 0)
    shown = authority.dialing(days=days if whose == "site" else 0)
    async with accepting(offered) as (pools, address):
        end = PoolEnd(Role.DIALER, bytes(16), refuse)
        with pytest.raises(PlayheadError) as caught:
            await dial_once(end, address, shown, SystemNetwork())
        await end.close()
        assert not pools.pools
    if whose == "cloud":
        assert caught.value.code == "net.untrusted_server"
    else:  # TLS 1.3 judges it after the handshake: by its alert, or the end of the connection, whichever comes first
        assert caught.value.code in {"net.tls", "pool.unanswered"}  # a cloud judges it later: tests/cloud/links


async def test_less_than_tls_1_3_is_refused(authority):
    old = authority.dialing()
    old.minimum_version = ssl.TLSVersion.TLSv1_2
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with accepting(authority.accepting()) as (_, address):
        assert await refused(address, old)


async def test_a_pool_is_worth_nothing_to_another_identity(authority):
    tls = authority.accepting()
    async with (
        accepting(tls) as (pools, address),
        dialing(address, authority.dialing("site-1")) as one,
        dialing(address, authority.dialing("site-2")) as two,
    ):
        assert set(pools.pools) == {("site-1", one.core.name), ("site-2", two.core.name)}
        two.core.name = one.core.name  # as if it had been stolen
        for carrier in list(two._carriers.values()):
            carrier.abort()
        while ("site-2", one.core.name) not in pools.pools:
            two.changed.clear()
            await asyncio.wait_for(two.changed.wait(), 20)
        assert pools.pools["site-1", one.core.name].links == 2


def tear(end):
    """Reset every connection of an end, as a firewall does that forgot them."""
    for carrier in list(end._carriers.values()):
        wire = carrier._transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        carrier.abort()


async def test_an_upload_survives_twelve_resets_of_all_links(authority):
    async def receive(_end, _caller, stream):
        digest, size = hashlib.sha256(), 0
        while data := await stream.read():
            digest.update(data)
            size += len(data)
            received.append(size)
            if len(resets) < 12 and size > (len(resets) + 1) * TOTAL // 14:
                resets.append(size)
                tear(sender)
        await stream.write(digest.digest())

    received, resets = [], []
    expected = hashlib.sha256()
    async with (
        accepting(authority.accepting(), receive) as (_, address),
        dialing(address, authority.dialing()) as sender,
    ):
        stream = sender.open("upload", urgency=Urgency.BULK, resumable=True)
        for _ in range(TOTAL // len(PIECE)):
            expected.update(PIECE)
            await stream.write(PIECE)
        stream.end()
        assert await stream.read() == expected.digest()
        assert len(resets) == 12
        assert sender.figures().traffic[Urgency.BULK].broken == 0


async def test_a_request_is_broken_off_with_its_link():
    asked = asyncio.Event()

    async def never_answer(_end, _caller, stream):
        asked.set()
        await stream.wait_over()

    async with accepting(None, never_answer) as (_, address), dialing(address) as end:
        stream = end.open("ask", data=b"?")
        await asyncio.wait_for(asked.wait(), 20)
        tear(end)
        with pytest.raises(UnavailableError) as caught:
            await stream.read()
        assert caught.value.code == "pool.link_lost"
        with pytest.raises(UnavailableError):
            await stream.write(b"more")


async def write_on(stream, full):
    while True:
        await stream.write(PIECE)
        if not stream.room:
            full.set()


async def test_who_does_not_read_makes_only_its_own_writer_wait():
    idle = asyncio.Event()

    async def serve(_end, _caller, stream):
        if stream.kind == "stuck":
            await idle.wait()
        else:
            await stream.write(await stream.read())

    async with accepting(None, serve) as (_, address), dialing(address) as end:
        stuck = end.open("stuck")
        full = asyncio.Event()
        writer = asyncio.create_task(write_on(stuck, full))
        await asyncio.wait_for(full.wait(), 20)
        for _ in range(20):
            quick = end.open("echo", data=b"!")
            assert await asyncio.wait_for(quick.read(), 20) == b"!"
        assert not stuck.room
        assert end.figures().traffic[Urgency.INTERACTIVE].sent_bytes < 100_000
        writer.cancel()
        idle.set()
