"""Sites and the cloud over real sockets: joining, asking both ways, being cut off, coming back."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from cloud.links.rig import CLOCK, WITHIN_S, Cloud, address, joined, site, until, world

from playhead.base.errors import RefusedError, UnavailableError
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cloud.links import found
from playhead.net.network import SystemNetwork
from playhead.premises.link.config import LinkConfig
from playhead.premises.link.enrolment import join
from playhead.premises.link.identity import LinkFolder
from playhead.store.disk import SystemDisk
from playhead.store.sites.sites import get_site, revoke_site

BERLIN = TenantSite.parse("acme/berlin")


async def test_a_site_joins_and_both_ask_each_other(tmp_path):
    async with world(tmp_path) as (cloud, process, link):
        answer = await link.ask("POST", b"/site/who", body=b"hello")
        assert json.loads(await answer.read()) == {"site": "acme/berlin", "body": "hello"}
        answer = await process.ask(BERLIN, "POST", b"/echo?a=1", [(b"x-a", b"b")], bytes(300_000))
        assert (answer.status, dict(answer.headers)[b"x-query"]) == (200, b"a=1")
        assert await answer.read() == bytes(300_000)
        await until(lambda: len(link.state().links) == 2)
        state = link.state()
        assert (state.up, state.site, state.code) == (True, "acme/berlin", "")
        presence = (await process.presences(TenantId("acme")))[SiteId("berlin")]
        assert presence.up
        async with cloud.control.reading() as connection:
            assert (await get_site(connection, BERLIN)).enrolled_at_us is not None


async def test_a_code_is_good_once_and_for_its_cloud_alone(tmp_path):
    (tmp_path / "other").mkdir()
    async with Cloud.opened(tmp_path) as cloud, Cloud.opened(tmp_path / "other") as other, cloud.process() as process:
        folder = LinkFolder(SystemDisk(), tmp_path / "site")

        async def refused(code):
            with pytest.raises(RefusedError) as caught:
                await join(address(process), code, SiteId("any"), folder, network=SystemNetwork())
            return caught.value.code

        code = await cloud.code("acme/berlin")
        assert await refused(await other.code("acme/berlin")) == "enrolment.authority"
        assert folder.load() is None
        assert str(await join(address(process), code, SiteId("any"), folder, network=SystemNetwork())) == "acme/berlin"
        assert await refused(code) == "enrolment.code"


async def test_revocation_cuts_the_links_and_says_why(tmp_path):
    async with world(tmp_path) as (cloud, process, link):
        async with cloud.control.writing() as connection:
            await revoke_site(connection, BERLIN, CLOCK.wall_us())
        await until(lambda: not link.up)
        with pytest.raises(UnavailableError) as caught:
            await link.ask("GET", b"/site/who")
        assert caught.value.code == "link.down"
        with pytest.raises(UnavailableError) as caught:
            await process.ask(BERLIN, "GET", b"/echo")
        assert caught.value.code == "link.down"
        await until(lambda: link.state().code == "site.revoked")
        assert "playhead premises join" in link.state().hint
        await joined_again(cloud, process, tmp_path)
        await asyncio.wait_for(link.wait_up(), WITHIN_S)


async def joined_again(cloud, process, tmp_path):
    code = await cloud.code("acme/berlin")
    folder = LinkFolder(SystemDisk(), tmp_path / "site")
    await join(address(process), code, SiteId("any"), folder, network=SystemNetwork())


async def test_the_former_certificate_is_worth_nothing_after_a_new_enrolment(tmp_path):
    async with world(tmp_path) as (cloud, process, link):
        await joined(cloud, process, tmp_path / "second")  # as if somebody had restored a copy elsewhere
        await until(lambda: link.state().code == "site.enrolled_anew")


async def test_a_certificate_is_renewed_over_the_link(tmp_path):
    class Later:
        def wall_us(self):
            return CLOCK.wall_us() + 300 * 86_400_000_000

        monotonic_us = CLOCK.monotonic_us

    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process:
        await joined(cloud, process, tmp_path / "site")
        folder = LinkFolder(SystemDisk(), tmp_path / "site")
        before = folder.load().certificate
        async with site(tmp_path / "site", clock=Later()) as link:
            await until(lambda: folder.load().certificate != before)
            async with cloud.control.reading() as connection:
                assert len((await get_site(connection, BERLIN)).certificates) == 2
            await until(lambda: link._identity.certificate == folder.load().certificate)
            await asyncio.wait_for(link.wait_up(), WITHIN_S)


async def test_a_process_asks_a_site_that_is_at_another(tmp_path):
    async with world(tmp_path) as (cloud, first, link), cloud.process() as second:
        answer = await second.ask(BERLIN, "POST", b"/echo?a=1", [(b"playhead-site", b"acme/forged")], bytes(200_000))
        assert (answer.status, dict(answer.headers)[b"x-query"]) == (200, b"a=1")
        assert await answer.read() == bytes(200_000)
        assert (await second.presences(TenantId("acme")))[SiteId("berlin")].up
        answer = await second.ask(BERLIN, "GET", b"/gone")
        assert (answer.status, await answer.read()) == (503, b"no")  # the site's own word
        with pytest.raises(UnavailableError) as caught:
            await second.ask(TenantSite.parse("acme/paris"), "GET", b"/echo")
        assert caught.value.code == "link.down"
        await first._pools.end("acme/berlin", "pool.closed")
        first._pools._identify = lambda _certificate: pytest.fail  # nobody comes back
        await until(lambda: not link.up)
        with pytest.raises(UnavailableError) as caught:
            await second.ask(BERLIN, "GET", b"/echo")
        assert caught.value.code == "link.down"


async def test_where_a_site_is_is_looked_up_once_until_it_is_somewhere_else(tmp_path, monkeypatch):
    looked = []
    look = found.whereabouts

    async def counted(*args):
        looked.append(await look(*args))
        return looked[-1]

    monkeypatch.setattr(found, "whereabouts", counted)
    async with AsyncExitStack() as stack:
        cloud = await stack.enter_async_context(Cloud.opened(tmp_path))
        first = await stack.enter_async_context(cloud.process())
        second = await stack.enter_async_context(cloud.process())
        await joined(cloud, first, tmp_path / "site")
        config = LinkConfig(address=address(first))
        async with site(tmp_path / "site", config=config) as link:
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            await until(first._connected)
            await first._beat(address(first))
            for _ in range(5):
                await (await second.ask(BERLIN, "GET", b"/echo")).read()
        assert len(looked) == 1
        third = await stack.enter_async_context(cloud.process())
        config = LinkConfig(address=address(third))
        async with site(tmp_path / "site", config=config) as link:
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            await until(lambda: not first._connected())
            await third._beat(address(third))
            await first._beat(address(first))
            answer = await second.ask(BERLIN, "POST", b"/echo", (), b"there")
            assert await answer.read() == b"there"
        assert len(looked) == 2


async def test_a_process_that_gives_no_answer_is_connected_to_anew(tmp_path):
    async with world(tmp_path) as (cloud, first, _), cloud.process() as second:
        assert await (await second.ask(BERLIN, "POST", b"/echo", (), b"1")).read() == b"1"
        before = second._peers._ends[first.process]
        for link in before.core.links.values():
            link.doubtful = lambda _now_us: True  # as after seconds without a word
        assert await (await second.ask(BERLIN, "POST", b"/echo", (), b"2")).read() == b"2"
        assert second._peers._ends[first.process] is not before
        await until(lambda: not before.links)


async def test_a_stranger_gets_nowhere_but_to_enrolment(tmp_path):
    from playhead.net.pool.enrolment import _ask  # noqa: PLC0415 - what a stranger would do by hand
    from playhead.net.pool.tls import stranger_context  # noqa: PLC0415

    async with Cloud.opened(tmp_path) as cloud, cloud.process() as process:
        tls = stranger_context(cloud.keys.authority.certificate)
        for method, path in (("GET", "/site/who"), ("POST", "/enrolment/renewal"), ("GET", "/enrolment")):
            with pytest.raises(Exception, match=r"answered 40[45]"):
                await _ask(address(process), tls, SystemNetwork(), method, path)
        with pytest.raises(Exception, match="longer than"):
            await _ask(address(process), tls, SystemNetwork(), "POST", "/enrolment", body=bytes(40_000))
        assert (await process.presences(TenantId("acme"))) == {}


async def test_a_process_that_stops_lets_what_is_under_way_end_and_the_site_comes_back(tmp_path):
    async with Cloud.opened(tmp_path) as cloud:
        going = asyncio.Event()
        go_on = asyncio.Event()

        async def slow(_scope, _receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            going.set()
            await go_on.wait()
            await send({"type": "http.response.body", "body": b"whole"})

        async with AsyncExitStack() as stack:
            process = await stack.enter_async_context(cloud.process(slow))
            await joined(cloud, process, tmp_path / "site")
            link = await stack.enter_async_context(site(tmp_path / "site"))
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            asked = asyncio.create_task(link.ask("GET", b"/site/x"))
            await asyncio.wait_for(going.wait(), WITHIN_S)
            stopping = asyncio.create_task(process.stop())
            await until(lambda: link._end.core.peer_drains)
            with pytest.raises(UnavailableError) as caught:
                await link.ask("GET", b"/site/y")
            assert caught.value.code == "pool.draining"
            assert not stopping.done()
            go_on.set()
            assert await (await asked).read() == b"whole"
            await asyncio.wait_for(stopping, WITHIN_S)
            await until(lambda: not link.up)
            await stack.enter_async_context(cloud.process(slow, listen=address(process)))
            await asyncio.wait_for(link.wait_up(), WITHIN_S)
            assert await (await link.ask("GET", b"/site/z")).read() == b"whole"
