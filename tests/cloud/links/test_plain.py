"""Links without TLS, where both sides are set to that: who is there is proven, and nothing else protected."""

import asyncio
import json

import msgspec
import pytest
from cloud.links.rig import CLOCK, WITHIN_S, Cloud, address, joined, site, until
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from playhead.base.addresses import Address
from playhead.base.ids import SiteId, TenantSite
from playhead.net.pool.enrolment import RENEWAL_PATH, Enrol
from playhead.premises.link.config import LinkConfig
from playhead.store.sites.sites import revoke_site
from playhead.wire.pki import create_request

BERLIN = TenantSite.parse("acme/berlin")
PLAIN = LinkConfig(transport="plain")


async def said(there, request):
    """What is answered, up to the end of the connection."""
    reader, writer = await asyncio.open_connection(there.host, there.port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), WITHIN_S)
    finally:
        writer.close()


async def test_both_ask_each_other_in_clear_and_know_who_it_is(tmp_path):
    async with Cloud.opened(tmp_path) as cloud, cloud.process(plain=True) as process:
        await joined(cloud, process, tmp_path / "site")  # by TLS, on the same port: the code is a secret
        passed = bytearray()

        async def listen_in(reader, writer):
            onward = await asyncio.open_connection("127.0.0.1", process.port)

            async def copy(one, other):
                while data := await one.read(65536):
                    passed.extend(data)
                    other.write(data)
                other.close()

            await asyncio.gather(copy(reader, onward[1]), copy(onward[0], writer), return_exceptions=True)

        server = await asyncio.start_server(listen_in, "127.0.0.1", 0)
        there = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        async with site(tmp_path / "site", config=LinkConfig(transport="plain", address=there)) as link:
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            answer = await link.ask("POST", b"/site/who", body=b"in clear")
            assert json.loads(await answer.read()) == {"site": "acme/berlin", "body": "in clear"}
            answer = await process.ask(BERLIN, "POST", b"/echo", (), bytes(300_000))
            assert await answer.read() == bytes(300_000)
            await until(lambda: len(link.state().links) == 2)
            assert b"in clear" in passed
            assert link._identity.key.private_bytes_raw() not in passed

            # Whoever has taken the link over gets no certificate for a key of his own.
            body = msgspec.json.encode(Enrol(create_request(Ed25519PrivateKey.generate(), SiteId("berlin"))))
            answer = await link.ask("POST", RENEWAL_PATH.encode(), body=body)
            assert answer.status >= 400
            assert b"enrolment.other_key" in await answer.read()

            async with cloud.control.writing() as connection:
                await revoke_site(connection, BERLIN, CLOCK.wall_us())
            await until(lambda: link.state().code == "site.revoked")
        server.close()


async def test_a_cloud_that_is_not_set_to_it_takes_no_plain_link(tmp_path):
    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process:
        await joined(cloud, process, tmp_path / "site")
        async with site(tmp_path / "site", config=PLAIN) as link:
            await until(lambda: link.state().code)
            assert not link.up
            assert "plain HTTP" in link.state().hint


async def test_who_proves_nothing_gets_nothing(tmp_path):
    upgrade = b"GET /pool HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: playhead-pool/1\r\n%b\r\n"
    async with Cloud.opened(tmp_path) as cloud, cloud.process(plain=True) as process:
        there = address(process)
        answer = await said(there, upgrade % b"" + upgrade % b"")
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b"WWW-Authenticate: Playhead-Key challenge=" in answer
        assert b"HTTP/1.1 403 " in answer
        assert (await said(there, upgrade % b"Authorization: Basic dTpw\r\n")).startswith(b"HTTP/1.1 403 ")
        assert (await said(there, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).startswith(b"HTTP/1.1 404 ")
        assert not process._pools.pools


async def test_a_site_links_by_plain_http_to_nobody_who_does_not_prove_to_be_its_cloud(tmp_path):
    (tmp_path / "other").mkdir()
    async with Cloud.opened(tmp_path) as cloud, Cloud.opened(tmp_path / "other") as other:
        async with cloud.process(plain=True) as process, other.process(plain=True) as theirs:
            await joined(cloud, process, tmp_path / "site")
            config = LinkConfig(transport="plain", address=address(theirs))
            async with site(tmp_path / "site", config=config) as link:
                await until(lambda: link.state().code == "pool.proof")
                assert "another authority" in link.state().message

        async def welcome(reader, writer):  # asks nobody who he is, and does not say it either
            await reader.readuntil(b"\r\n\r\n")
            words = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: playhead-pool/1\r\n\r\n"
            writer.write(words)

        server = await asyncio.start_server(welcome, "127.0.0.1", 0)
        there = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        async with site(tmp_path / "site", config=LinkConfig(transport="plain", address=there)) as link:
            await until(lambda: link.state().code == "pool.proof")
            assert not link.up
        server.close()


@pytest.mark.parametrize("transport", ["tls", "plain"])
async def test_where_plain_is_allowed_tls_goes_on(tmp_path, transport):
    async with Cloud.opened(tmp_path) as cloud, cloud.process(plain=True) as process, cloud.process() as second:
        await joined(cloud, process, tmp_path / "site")
        async with site(tmp_path / "site", config=LinkConfig(transport=transport)) as link:
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            async with asyncio.timeout(WITHIN_S):
                while not (await second.presences(BERLIN.tenant))[BERLIN.site].up:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
            answer = await second.ask(BERLIN, "POST", b"/echo", (), b"by the other process, over TLS")
            assert await answer.read() == b"by the other process, over TLS"
