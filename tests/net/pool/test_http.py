"""HTTP over a pool, over real sockets: plain, TLS on both sides, and through a proxy."""

import asyncio

import pytest
from net.pool.site import Authority, Proxy, accepting, dialing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from playhead.base.addresses import Address
from playhead.base.errors import RefusedError, UnavailableError
from playhead.net.network import SystemNetwork
from playhead.net.pool.http import ask, serve_asgi
from playhead.net.pool.proxy import ProxiedNetwork
from playhead.wire.pool import Urgency

BODY = bytes(range(256)) * 20_000
stopped = asyncio.Event()


async def hello(request: Request):
    return PlainTextResponse(
        f"{request.method} {request.url.path} {request.query_params['q']} {request.headers['x-a']}"
    )


async def mirror(request: Request):
    return StreamingResponse(request.stream(), status_code=201, headers={"X-B": "2", "Connection": "close"})


async def endless(request: Request):
    async def pieces():
        try:
            while True:
                yield bytes(100_000)
        finally:
            request.app.state.stopped.set()

    return StreamingResponse(pieces())


async def broken(_request: Request):
    raise UnavailableError("test.broken", "It cannot now.")


def application():
    app = Starlette(
        routes=[
            Route("/hello there", hello),
            Route("/mirror", mirror, methods=["POST"]),
            Route("/endless", endless),
            Route("/broken", broken),
        ]
    )
    app.state.stopped = asyncio.Event()
    return app


async def in_pieces():
    for at in range(0, len(BODY), 50_000):
        yield BODY[at : at + 50_000]


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


async def asked_of_the_premises(pools, app):
    """The cloud asks what the premises serves."""
    [end] = pools.pools.values()
    answer = await ask(end, "GET", b"/hello%20there?q=1", [(b"x-a", b"2")])
    assert (answer.status, await answer.read()) == (200, b"GET /hello there 1 2")
    for body in (BODY, in_pieces()):
        answer = await ask(end, "POST", b"/mirror", body=body, urgency=Urgency.PLAYBACK)
        assert answer.status == 201
        assert dict(answer.headers)[b"x-b"] == b"2"
        assert b"connection" not in dict(answer.headers)
        assert await answer.read() == BODY
    answer = await ask(end, "GET", b"/nothing")
    assert answer.status == 404
    await answer.read()
    answer = await ask(end, "GET", b"/endless", urgency=Urgency.PLAYBACK)
    async for _ in answer:
        break
    answer.give_up()
    await asyncio.wait_for(app.state.stopped.wait(), 20)


@pytest.mark.parametrize("way", ["plain", "tls", "proxy", "tls through a proxy"])
async def test_the_cloud_asks_the_premises_as_if_it_were_here(way, authority):
    app = application()
    secured = "tls" in way
    proxy = Proxy()
    async with accepting(authority.accepting() if secured else None) as (pools, address), proxy.listening() as by:
        network = ProxiedNetwork(by, SystemNetwork(), "u", "p") if "proxy" in way else None
        tls = authority.dialing() if secured else None
        async with dialing(address, tls, serve_asgi(app), network):
            await asked_of_the_premises(pools, app)
            [(who, _)] = pools.pools
            assert who == ("site-1" if secured else "plain")
    assert proxy.asked == ([str(address)] * 2 if "proxy" in way else [])


async def test_what_fails_at_the_other_end_fails_here_with_its_code():
    async with accepting() as (pools, address), dialing(address, None, serve_asgi(application())):
        [end] = pools.pools.values()
        with pytest.raises(UnavailableError) as caught:
            await ask(end, "GET", b"/broken")
        assert caught.value.code == "test.broken"


async def test_only_http_is_served():
    async with accepting() as (pools, address), dialing(address, None, serve_asgi(application())):
        [end] = pools.pools.values()
        with pytest.raises(UnavailableError) as caught:
            await end.open("ssh").read()
        assert caught.value.code == "http.kind"
        with pytest.raises(UnavailableError) as caught:
            await end.open("http", head=b"\xc1").read()
        assert caught.value.code == "http.request"


@pytest.mark.parametrize(("user", "error"), [(None, RefusedError), ("nobody", RefusedError)])
async def test_a_proxy_that_wants_a_password(user, error):
    proxy = Proxy()
    async with proxy.listening() as by:
        network = ProxiedNetwork(by, SystemNetwork(), user)
        with pytest.raises(error) as caught:
            await network.connect(asyncio.Protocol, Address("127.0.0.1", 9), None)
        assert caught.value.code == "pool.proxy"
        assert "password" in caught.value.hint


async def test_a_proxy_that_cannot_get_there(unused_tcp_port):
    async with Proxy().listening() as by:
        network = ProxiedNetwork(by, SystemNetwork(), "u", "p")
        with pytest.raises(UnavailableError) as caught:
            await network.connect(asyncio.Protocol, Address("127.0.0.1", unused_tcp_port), None)
        assert caught.value.code == "pool.proxy"
