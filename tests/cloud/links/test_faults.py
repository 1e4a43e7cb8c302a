"""What goes wrong on the way, and what is said of it."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from cloud.links.rig import CLOCK, WITHIN_S, Cloud, address, joined, site, until, world
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from net.pool.site import Proxy

from playhead.base.addresses import Address
from playhead.base.ids import CloudId, SiteId, TenantSite
from playhead.net.network import SystemNetwork
from playhead.net.pool.enrolment import Enrolled
from playhead.net.pool.tls import accepting_context
from playhead.premises.link.config import LinkConfig
from playhead.premises.link.enrolment import join
from playhead.premises.link.identity import LinkFolder
from playhead.premises.link.proxying import way_out
from playhead.store.disk import SystemDisk
from playhead.store.sites.keys import CloudKeys
from playhead.wire.pki import create_request

DAY_US = 86_400_000_000


class Skewed:
    """A clock that is wrong."""

    def __init__(self, days):
        self.days = days

    def wall_us(self):
        return CLOCK.wall_us() + self.days * DAY_US

    monotonic_us = staticmethod(CLOCK.monotonic_us)


async def test_one_lost_connection_is_dialled_again_and_the_other_goes_on(tmp_path):
    async with world(tmp_path) as (_, process, link):
        await until(lambda: len(link.state().links) == 2)
        [carrier] = [one for pooled, one in link._end._carriers.items() if pooled.slot == 1]
        carrier.abort()
        await until(lambda: len(link.state().links) == 1)
        assert link.up
        answer = await process.ask(TenantSite.parse("acme/berlin"), "POST", b"/echo", (), b"still there")
        assert await answer.read() == b"still there"
        await until(lambda: len(link.state().links) == 2)
        assert link.state().code == ""


@asynccontextmanager
async def answering(cloud, words):
    """Something that speaks the cloud's TLS and answers this."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        writer.close()

    file = cloud.keys.server_file
    tls = accepting_context(file, file, cloud.keys.authority.certificate)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n", "pool.refused", "does not let the link begin"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "pool.refused", "does not let the link begin"),
        (b"220 mail.example ESMTP\r\n\r\n", "pool.http", "in the cloud's place"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "pool.unavailable", "503"),
    ],
)
async def test_what_strips_the_upgrade_is_named(tmp_path, words, code, said):
    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process, answering(cloud, words) as other:
        await joined(cloud, process, tmp_path / "site")
        async with site(tmp_path / "site", config=LinkConfig(address=other)) as link:
            await until(lambda: link.state().code == code)
            assert said in link.state().message
            assert not link.up


async def test_a_foreign_server_and_a_foreign_certificate_are_told_apart(tmp_path):
    (tmp_path / "other").mkdir()
    async with AsyncExitStack() as stack:
        cloud = await stack.enter_async_context(Cloud.opened(tmp_path))
        other = await stack.enter_async_context(Cloud.opened(tmp_path / "other"))
        process = await stack.enter_async_context(cloud.process())
        theirs = await stack.enter_async_context(other.process())
        await joined(cloud, process, tmp_path / "site")
        config = LinkConfig(address=address(theirs))
        link = await stack.enter_async_context(site(tmp_path / "site", config=config))
        await until(lambda: link.state().code == "net.untrusted_server")

        key = Ed25519PrivateKey.generate()
        certificate = other.keys.issue_site(create_request(key, SiteId("x")), TenantSite.parse("acme/berlin"))
        forged = Enrolled(certificate, cloud.keys.authority.certificate, "acme/berlin")
        LinkFolder(SystemDisk(), tmp_path / "forged").save(address(process), key, forged)
        link = await stack.enter_async_context(site(tmp_path / "forged"))
        await until(lambda: link.state().code == "pool.unanswered")
        assert "certificate" in link.state().hint


@pytest.mark.parametrize(("days", "code"), [(-3, "link.clock"), (400, "link.expired")])
async def test_a_clock_that_is_wrong_here_is_named(tmp_path, days, code):
    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process:
        await joined(cloud, process, tmp_path / "site")
        async with site(tmp_path / "site", clock=Skewed(days)) as link:
            await until(lambda: link.state().code == code)
            link._clock = CLOCK  # somebody set it
            await asyncio.wait_for(link.wait_up(), WITHIN_S)


@pytest.mark.parametrize(("days", "code"), [(-3, "site.not_yet"), (400, "site.expired")])
async def test_a_certificate_that_does_not_hold_by_the_clouds_clock_is_told_so(tmp_path, days, code):
    async with Cloud.opened(tmp_path) as cloud:
        async with cloud.process() as process:
            await joined(cloud, process, tmp_path / "site")
        async with cloud.process(clock=Skewed(days)) as other:
            config = LinkConfig(address=address(other))
            async with site(tmp_path / "site", config=config) as link:
                await until(lambda: link.state().code == code)
                assert "by the cloud's clock" in link.state().message
                assert not link.up


async def test_a_clock_that_is_ahead_at_the_cloud_gives_certificates_of_the_future(tmp_path):
    async with Cloud.opened(tmp_path) as cloud:
        cloud.keys = CloudKeys.open(tmp_path / "keys", CloudId("cloud"), Skewed(10))
        async with cloud.process() as process:
            await joined(cloud, process, tmp_path / "site")
            async with site(tmp_path / "site") as link:
                await until(lambda: link.state().code == "link.clock")


async def test_the_way_leads_through_a_proxy_that_wants_a_password(tmp_path):
    (tmp_path / "password").write_text("p\n")
    proxy = Proxy()
    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process, proxy.listening() as there:
        config = LinkConfig(proxy=there, proxy_user="u", proxy_password_file=tmp_path / "password")
        folder = LinkFolder(SystemDisk(), tmp_path / "site")
        network = way_out(config, SystemNetwork(receive_buffer_bytes=None))
        await join(address(process), await cloud.code("acme/berlin"), SiteId("any"), folder, network=network)
        async with site(tmp_path / "site", config=config) as link:
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            await until(lambda: len(link.state().links) == 2)
        assert set(proxy.asked) == {str(address(process))}
        wrong = LinkConfig(proxy=there, proxy_user="nobody", proxy_password_file=tmp_path / "password")
        async with site(tmp_path / "site", config=wrong) as link:
            await until(lambda: link.state().code == "pool.proxy")
            assert "password" in link.state().message


async def test_the_governor_holds_bulk_and_nothing_else(tmp_path):
    config = LinkConfig(cap_kbit_s=400)
    async with world(tmp_path, config=config) as (_, process, link):
        assert link.state().cap_kbit_s == 400
        bulk = asyncio.create_task(link.ask("POST", b"/site/who", body=bytes(400_000)))
        answer = await process.ask(TenantSite.parse("acme/berlin"), "POST", b"/echo", (), bytes(100_000))
        assert await answer.read() == bytes(100_000)  # what the site answers to people waits for nothing
        assert not bulk.done()
        link._line.allow(None)
        assert (await asyncio.wait_for(bulk, WITHIN_S)).status == 200
