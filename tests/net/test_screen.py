"""Both ends over real sockets, on asyncio's own loop and on uvloop; and what strangers may try on port 5633."""

import asyncio
import ssl
from contextlib import suppress

import pytest
from net.site import SITE, Site, raw, ship
from structlog.testing import capture_logs

from playhead.base.addresses import Address
from playhead.base.errors import CorruptError, LimitError, RefusedError, UnavailableError
from playhead.base.ids import SiteId
from playhead.net import screen as screen_module
from playhead.net.core import End, Timings
from playhead.net.network import SystemNetwork
from playhead.net.screen import connect
from playhead.net.tls import client_context, inquiry_context
from playhead.store.keyring import Keyring
from playhead.testing.clock import SimClock
from playhead.wire.screen import Connection, Goodbye, Hello, Inquire, Role, Status
from playhead.wire.screen.codec import encode_control
from playhead.wire.screen.frames import control_frame


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def framed(message):
    return control_frame(encode_control(message))


async def answer(reader):
    """All that the server says until it closes."""
    core, said = Connection(Role.WORKSTATION), []
    with suppress(OSError):
        while data := await reader.read(65536):
            assert b"Traceback" not in data
            assert b".py" not in data
            said += core.receive_data(data)
    return said


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
async def test_a_segment_goes_over(site, tls):
    content = bytes(range(256)) * 4096
    async with site.listening(tls=tls) as listener:
        if tls:
            peer = await site.connect(listener)
        else:
            peer = await connect(listener.address, tls=None, clock=site.clock)
            await peer.send(Hello((1,), "ws-1", "test"))
            await anext(peer)
        await ship(peer, 1, content)
        await ship(peer, 2, b"short")
        assert peer.held_bytes == 0
        await peer.close()
    sent = [bytes(message.data) for message in site.seen if hasattr(message, "data")]
    assert b"".join(sent) == content + b"short"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_versions_with_ed25519_certificates(site, version):
    context = site.client_tls()
    context.maximum_version = version
    async with site.listening() as listener:
        peer = await site.connect(listener, tls=context)
        assert peer._transport.get_extra_info("ssl_object").version() == version.name.replace("_", ".")
        await ship(peer, 1, bytes(1000))
        await peer.close()


async def test_a_closing_server_says_when_to_come_back(site):
    async with site.listening() as listener:
        peer = await site.connect(listener)
        await listener.close(retry_ms=1234)
        farewell = await anext(peer)
        assert (farewell.code, farewell.retry_ms) == ("screen.shutdown", 1234)
        assert peer.end is End.GOODBYE
        assert listener.peers == 0


async def test_a_server_that_fails_tells_the_log_and_not_the_peer(site):
    with capture_logs() as logs:
        async with site.listening() as listener:
            witness = await site.connect(listener, "ws-2")
            peer = await site.connect(listener)
            await peer.send(Status("failed", reason="fail"))
            assert await anext(peer) == Goodbye("screen.internal", "The server failed.")
            await ship(witness, 1, b"still served")
            await witness.close()
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["peer_failed"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LimitError("x.full", "Too much.", hint="Wait."), Goodbye("x.full", "Too much. Wait.")),
        (
            UnavailableError("x.disk", "/srv/secret is gone."),
            Goodbye("x.disk", "The server cannot go on with this now."),
        ),
        (CorruptError("x.bad", "/srv/secret is bad."), Goodbye("x.bad", "The server cannot go on with this now.")),
    ],
)
async def test_refusals_are_told_in_words_and_troubles_of_the_server_by_their_code(site, error, told):
    async def serve(_peer):
        raise error

    site.serve = serve
    async with site.listening() as listener:
        peer = await connect(listener.address, tls=site.client_tls(), clock=site.clock, site=SITE)
        assert await anext(peer) == told


async def test_one_peer_too_many_is_told_to_come_back(site):
    async with site.listening(peers_max=1) as listener:
        peer = await site.connect(listener)
        second = await connect(listener.address, tls=site.client_tls("ws-2"), clock=site.clock, site=SITE)
        farewell = await anext(second)
        assert farewell.code == "screen.busy"
        assert farewell.retry_ms > 0
        await ship(peer, 1, b"unharmed")
        await peer.close()
        await second.wait_closed()
        await (await site.connect(listener, "ws-2")).close()


class TestServersThatAreNotOurs:
    async def test_of_another_authority(self, site, tmp_path):
        other = Site(tmp_path / "other")
        async with other.listening() as listener:
            with pytest.raises(RefusedError) as caught:
                await connect(listener.address, tls=site.client_tls(), clock=site.clock, site=SITE)
        assert caught.value.code == "net.untrusted_server"
        assert other.seen == []

    async def test_of_another_site(self, site):
        async with site.listening() as listener:
            with pytest.raises(RefusedError) as caught:
                await connect(listener.address, tls=site.client_tls(), clock=site.clock, site=SiteId("site-2"))
        assert caught.value.code == "pki.other_site"
        assert site.seen == []

    async def test_a_workstation_that_plays_server(self, site):
        path = site.workstation_file("ws-9")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
            with pytest.raises(RefusedError) as caught:
                await connect(address, tls=site.client_tls(), clock=site.clock, site=SITE)
        assert caught.value.code == "net.untrusted_server"

    async def test_that_speak_no_tls(self, site):
        async def serve(_reader, writer):
            writer.write(b"220 mail.example ESMTP\r\n")
            await writer.drain()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
            with pytest.raises(RefusedError) as caught:
                await connect(address, tls=site.client_tls(), clock=site.clock, site=SITE)
        assert caught.value.code == "net.tls"

    async def test_that_are_not_there(self, site):
        async with site.listening() as listener:
            address = listener.address
        with pytest.raises(UnavailableError) as caught:
            await connect(address, tls=site.client_tls(), clock=site.clock, site=SITE)
        assert caught.value.code == "net.unreachable"


@pytest.fixture
async def guarded(site):
    """A listener with a witness on it, who must not notice anything."""
    async with site.listening() as listener:
        witness = await site.connect(listener, "witness")
        await site.arrivals.get()
        yield listener
        await ship(witness, 1, b"unharmed" * 1000)
        await witness.close()


class TestStrangers:
    """What may be tried on the port; the witness is served throughout."""

    async def refused_by_tls(self, listener, tls):
        """The server ends the handshake, or (TLS 1.3) the connection before it says anything."""
        try:
            reader, writer = await raw(listener, tls)
            writer.write(framed(Hello((1,), "ws-1", "test")))
            assert await answer(reader) == []
            writer.close()
        except OSError:
            pass

    @pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"x" * 70000])
    async def test_no_tls(self, guarded, site, data):
        reader, writer = await raw(guarded)
        writer.write(data)
        with suppress(OSError):
            assert b"Traceback" not in await reader.read()
        writer.close()
        assert len(site.peers) == 1

    async def test_a_certificate_of_another_authority(self, guarded, site, tmp_path):
        path = Site(tmp_path / "other").workstation_file()
        await self.refused_by_tls(guarded, client_context(site.keyring.authority.certificate, path, path))
        assert len(site.peers) == 1

    async def test_an_expired_certificate(self, guarded, site):
        long_ago = SimClock(wall_us=1_400_000_000_000_000)
        ring = Keyring.open(site.folder / "keys", SITE, long_ago)
        path = site.workstation_file("ws-1", ring)
        await self.refused_by_tls(guarded, client_context(site.keyring.authority.certificate, path, path))
        assert len(site.peers) == 1

    async def test_a_server_certificate_as_a_workstation(self, guarded, site):
        path = site.keyring.server_file
        await self.refused_by_tls(guarded, client_context(site.keyring.authority.certificate, path, path))
        assert len(site.peers) == 1

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (framed(Hello((1,), "ws-1", "x")), "screen.certificate_required"),
            (framed(Hello((99,), "ws-1", "x")), "screen.certificate_required"),
            (framed(Status("idle")), "screen.order"),
            (b"\0\0\0\x05\x02", "screen.order"),
            (b"\xff\xff\xff\xff\x01", "screen.frame_too_large"),
            (b"\0\0\x50\x02\x01", "screen.frame_too_large"),
            (b"\0\0\0\x02\x07", "screen.frame_type"),
            (b"\0\0\0\x00\x01", "screen.frame"),
            (b"\0\0\0\x05\x01\xc1\xc1\xc1\xc1", "screen.message"),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01", "screen.foreign"),
            (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", "screen.foreign"),
            (framed(Inquire()) + framed(Inquire()), "screen.order"),
        ],
    )
    async def test_nonsense_inside_tls(self, guarded, data, code):
        reader, writer = await raw(guarded, inquiry_context())
        writer.write(data)
        said = await answer(reader)
        assert [message.code for message in said if isinstance(message, Goodbye)] == [code]
        writer.close()

    async def test_nonsense_of_an_enrolled_workstation(self, guarded, site):
        for data, code in (
            (framed(Hello((99,), "ws-1", "x")), "screen.version"),
            (framed(Hello((1,), "ws-2", "x")), "screen.identity"),
            (framed(Hello((1,), "ws-1", "x")) + b"\0\x10\0\0\x01", "screen.frame_too_large"),
        ):
            reader, writer = await raw(guarded, site.client_tls("ws-1"))
            writer.write(data)
            assert (await answer(reader))[-1].code == code
            writer.close()

    async def test_a_frame_that_ends_in_the_middle(self, guarded, site):
        reader, writer = await raw(guarded, inquiry_context())
        writer.write(framed(Inquire())[:-1])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        peer = await site.arrivals.get()
        await peer.wait_closed()
        assert peer.end is End.FAULT
        assert reader.at_eof()

    async def test_tls_to_a_plain_port(self, site):
        async with site.listening(tls=False) as listener:
            with pytest.raises(RefusedError) as caught:
                await connect(listener.address, tls=site.client_tls(), clock=site.clock, site=SITE)
            assert caught.value.code == "net.tls"


async def test_slow_ones_are_given_up(site):
    timings = Timings(handshake_s=0.2, heartbeat_s=10, silence_s=30)
    async with site.listening(timings=timings) as listener:
        reader, writer = await raw(listener, inquiry_context())
        writer.write(b"\0\0\x10\0\x01")
        farewell = (await answer(reader))[-1]
        assert farewell.code == "net.timeout"
        writer.close()


async def test_strangers_wait_in_line_and_do_not_hold_it_up_for_ever(site, monkeypatch):
    """Idle sockets take all places of strangers; each loses its place in time, and then workstations get through."""
    monkeypatch.setattr(screen_module, "STRANGERS_MAX", 2)
    async with site.listening(network=SystemNetwork(handshake_s=0.2)) as listener:
        idle = [await raw(listener) for _ in range(4)]
        peer = await site.connect(listener)
        for reader, writer in idle:
            with suppress(OSError):
                assert await reader.read() == b""
            writer.close()
        await ship(peer, 1, b"x")
        await peer.close()


async def test_an_established_workstation_is_no_stranger(site, monkeypatch):
    monkeypatch.setattr(screen_module, "STRANGERS_MAX", 1)
    async with site.listening() as listener:
        peers = [await site.connect(listener, f"ws-{number}") for number in range(3)]
        assert listener.peers == 3
        for peer in peers:
            await peer.close()


async def test_a_taken_port_is_said(site):
    async with site.listening() as listener:
        with pytest.raises(UnavailableError) as caught:
            await screen_module.listen(site.serve, listener.address, tls=None, clock=site.clock)
    assert caught.value.code == "net.port_taken"
