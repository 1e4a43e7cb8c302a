"""The policy listener in virtual time, over a socket, and over HTTP."""

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette

from playhead.base.addresses import Address
from playhead.base.errors import InvalidInputError
from playhead.net.network import SystemNetwork
from playhead.premises.policy.config import PolicyConfig
from playhead.premises.policy.service import CONNECTIONS_MAX, TERMINATOR_S, WITHIN_S, PolicyService
from playhead.testing.loop import run
from playhead.testing.network import Conditions, SimNetwork
from playhead.wire.policy import ORIGINS_MAX, REQUEST, Wanted

CONFIG = PolicyConfig(enabled=True, listen=Address("127.0.0.1", 0), origins=("https://desk.example",))


class Client(asyncio.Protocol):
    def __init__(self):
        self.answer = b""
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.answer += data

    def connection_lost(self, exc):
        self.lost.set_result(exc)


def simulated(scenario, config=CONFIG):
    """Run ``scenario(simulation, service, connect)`` against a service in virtual time."""

    async def whole(simulation):
        network = SimNetwork(simulation.chance, Conditions(delay_ms_max=0, tiny_pieces=0))
        service = PolicyService(config, network.host("premises"), player_port=lambda: 4510)
        simulation.spawn("premises", service.run())
        await service.ready.wait()

        async def connect():
            return await network.host("client").connect(Client, Address("premises", service.port), None)

        await scenario(simulation, service, connect)
        await simulation.kill("premises")

    run(whole, seed=1)


@pytest.mark.parametrize(("request_", "wanted"), [(REQUEST + b"\0", Wanted.CROSS_DOMAIN), (REQUEST, Wanted.ACCESS)])
def test_each_kind_gets_its_policy_and_the_connection_ends(request_, wanted):
    async def scenario(simulation, service, connect):
        client = await connect()
        began_us = simulation.clock.monotonic_us()
        client.transport.write(request_)
        assert await client.lost is None
        assert client.answer == service.policy().document(wanted)
        waited_s = (simulation.clock.monotonic_us() - began_us) / 1e6
        assert waited_s < (TERMINATOR_S * 1.1 if wanted is Wanted.ACCESS else 0.01)

    simulated(scenario)


def test_a_nul_that_comes_after_the_request_is_waited_for_and_not_for_long():
    async def scenario(_simulation, service, connect):
        client = await connect()
        client.transport.write(REQUEST)
        await asyncio.sleep(TERMINATOR_S / 2)
        client.transport.write(b"\0")
        await client.lost
        assert client.answer == service.policy().document(Wanted.CROSS_DOMAIN)

    simulated(scenario)


@pytest.mark.parametrize("said", [b"", REQUEST[:-1], b"GET / HTTP/1.1\r\n\r\n", REQUEST + b"x"])
def test_anything_else_is_closed_without_a_word_and_silence_after_three_seconds(said):
    async def scenario(simulation, _service, connect):
        client = await connect()
        began_us = simulation.clock.monotonic_us()
        client.transport.write(said)
        await client.lost
        assert client.answer == b""
        is_beginning = (REQUEST + b"\0").startswith(said)
        waited_s = (simulation.clock.monotonic_us() - began_us) / 1e6
        assert waited_s == pytest.approx(WITHIN_S if is_beginning else 0, abs=0.01)

    simulated(scenario)


def test_who_takes_no_answer_is_dropped_after_three_seconds():
    async def scenario(simulation, _service, connect):
        client = await connect()
        client.transport.pause_reading()
        began_us = simulation.clock.monotonic_us()
        client.transport.write(REQUEST + b"\0")
        assert isinstance(await client.lost, ConnectionResetError)
        assert (simulation.clock.monotonic_us() - began_us) / 1e6 == pytest.approx(WITHIN_S, abs=0.01)

    simulated(scenario)


def test_past_the_limit_further_ones_wait_until_others_are_gone():
    async def scenario(_simulation, service, connect):
        silent = [await connect() for _ in range(CONNECTIONS_MAX - 1)]
        last = await connect()
        waiting = asyncio.create_task(connect())
        await asyncio.sleep(0.5)
        assert not waiting.done()
        last.transport.write(REQUEST + b"\0")
        await last.lost
        late = await waiting
        late.transport.write(REQUEST + b"\0")
        await late.lost
        assert last.answer == late.answer == service.policy().document(Wanted.CROSS_DOMAIN)
        await asyncio.gather(*(one.lost for one in silent))

    simulated(scenario)


async def test_over_a_socket_as_flash_and_silverlight_ask():
    service = PolicyService(CONFIG, SystemNetwork(), player_port=lambda: 4510)
    running = asyncio.create_task(service.run())
    await service.ready.wait()
    try:
        for request, wanted in ((REQUEST, Wanted.ACCESS), (REQUEST + b"\0", Wanted.CROSS_DOMAIN)):
            reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
            writer.write(request)
            writer.write_eof()
            assert await reader.read() == service.policy().document(wanted)
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        running.cancel()
        assert await reader.read() == b""
        writer.close()
    except ConnectionResetError:
        pass  # an open connection is dropped at the stop
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_off_by_default_it_listens_nowhere_and_serves_nothing():
    service = PolicyService(PolicyConfig(), SystemNetwork(), player_port=lambda: 4510)
    running = asyncio.create_task(service.run())
    await service.ready.wait()
    assert (service.port, service.routes) == (0, [])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_http_serves_the_same_files_with_the_port_that_there_is_now():
    port = None
    service = PolicyService(CONFIG, SystemNetwork(), player_port=lambda: port)
    transport = httpx.ASGITransport(Starlette(routes=service.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://premises") as client:
        assert b"desk.example" not in (await client.get("/crossdomain.xml")).content
        port = 4510
        answer = await client.get("/clientaccesspolicy.xml")
        assert answer.content == service.policy().document(Wanted.ACCESS)
        answer = await client.get("/crossdomain.xml")
        assert answer.content + b"\0" == service.policy().document(Wanted.CROSS_DOMAIN)
        assert answer.headers["content-type"].startswith("text/x-cross-domain-policy")


async def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = PolicyConfig(enabled=True, listen=Address(*other.getsockname()))
        with pytest.raises(Exception, match="taken") as caught:
            await PolicyService(config, SystemNetwork(), player_port=lambda: None).run()
        assert caught.value.code == "net.port_taken"


def test_origins_are_looked_at_when_they_are_configured():
    with pytest.raises(InvalidInputError):
        PolicyConfig(origins=("desk.example",))
    assert len(PolicyConfig(origins=("https://a",) * ORIGINS_MAX).origins) == ORIGINS_MAX
