"""One server as a whole: name, screen port, and what it tells of its other ports."""

import asyncio
import contextlib

import pytest
from environment.doctor.faults import codes, free_port, impatient, only, serving, swallowing
from environment.doctor.test_screen import AT_WORK, trust_of
from environment.doctor.test_web import portal
from premises.screen.rig import Premises

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.environment.doctor import runner
from playhead.environment.doctor.checks import reaching, server, web
from playhead.environment.doctor.checks.reaching import LookUp
from playhead.environment.doctor.checks.screen import Trust
from playhead.environment.doctor.checks.server import Server, look_at_server
from playhead.wire.screen.probes import Listens

LOOK_UP_S, CONNECT_S, SHAKE_S = reaching.LOOK_UP_S, reaching.CONNECT_S, reaching.SHAKE_S
TOLD_S, WITHIN_S, ANSWER_S = server.TOLD_S, server.WITHIN_S, web.ANSWER_S
"""As they are; the tests themselves have more time."""

NOBODY = Trust("desk-1", plain=False)


async def look(host, port, trust=NOBODY, in_use=""):
    return await look_at_server(Server(Address(host, port), trust, in_use), clock=SystemClock())


def names(monkeypatch, *addresses, took_ms=1):
    async def look_up(_host):
        return LookUp(addresses, took_ms)

    monkeypatch.setattr(server, "look_up", look_up)


async def test_everything_that_the_server_tells_of(tmp_path):
    (tmp_path / "web").mkdir()
    async with Premises(tmp_path).running() as premises, portal(tmp_path / "web") as (port, _):
        premises.service.probes.listeners = lambda: [Listens("portal", port), Listens("tokens", port)]
        found = await look("127.0.0.1", premises.service.port, trust_of(await premises.desk()))
    assert set(codes(found)) == AT_WORK | {"web.reached"}
    by_service = {(one.evidence["service"], one.code) for one in found}
    assert {("screen", "port.reached"), ("tokens", "port.reached"), ("portal", "web.reached")} <= by_service


async def test_a_name_without_address_is_said_and_nothing_else_is_tried():
    (found,) = await look("no-such-host.invalid", 5633)
    assert found.code == "name.unknown"
    assert "no-such-host.invalid" in found.mend


async def test_names_that_are_slow_or_lead_elsewhere(monkeypatch):
    impatient(monkeypatch)
    names(monkeypatch, "127.0.0.1", took_ms=server.SLOW_LOOK_UP_MS + 1)
    port = free_port()
    assert only(await look("recorder.example", port), "name.slow").evidence["took_ms"] == 1001
    names(monkeypatch, "127.0.0.1")
    assert "name.resolved" in codes(await look("recorder.example", port))
    moved = only(await look("recorder.example", port, in_use="10.9.0.5"), "name.moved")
    assert "10.9.0.5" in moved.message


async def test_a_name_with_a_dead_address_beside_the_one_that_works(monkeypatch, tmp_path):
    impatient(monkeypatch)
    async with Premises(tmp_path).running() as premises:
        port = premises.service.port
        with swallowing("127.77.1.2", port):
            names(monkeypatch, "127.77.1.2", "127.0.0.1")
            found = await look("recorder.example", port)
    assert only(found, "name.partly").evidence["address"] == "127.77.1.2"
    assert [one.evidence["address"] for one in found if one.code == "port.reached"] == ["127.0.0.1"]


async def test_what_listens_for_the_server_alone_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "is_loopback", lambda _address: False)
    async with Premises(tmp_path).running() as premises:
        premises.service.probes.listeners = lambda: [Listens("https", 443, b"c" * 32, local=True)]
        found = await look("127.0.0.1", premises.service.port, trust_of(await premises.desk()))
    assert set(codes(found)) == AT_WORK | {"web.local"}


async def test_others_do_not_wait_for_a_server_that_answers_nothing(monkeypatch):
    """Its screen port takes the connection, and that is all."""
    monkeypatch.setattr(server, "TOLD_S", 0.01)
    called = asyncio.Event()

    async def note(_reader, _writer):
        called.set()

    async def until_another_is_called(_reader, _writer):
        await called.wait()

    async with serving(note) as port, serving(until_another_is_called) as screen:
        monkeypatch.setattr(server, "_others", lambda _told: {server.Service.PORTAL: Listens("portal", port)})
        found = await look("127.0.0.1", screen)
    assert called.is_set()
    assert {one.evidence["service"] for one in found} == {"screen", "portal"}


async def test_a_look_that_fails_takes_no_other_with_it(tmp_path):
    """The workstation's own key cannot be read."""

    def unreadable():
        raise UnavailableError("net.tls_files", "The certificate cannot be used.")

    (tmp_path / "web").mkdir()
    async with Premises(tmp_path).running() as premises, portal(tmp_path / "web") as (port, _):
        trust = trust_of(await premises.desk(), context=unreadable)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "_others", lambda _told: {server.Service.PORTAL: Listens("portal", port)})
            found = await look("127.0.0.1", premises.service.port, trust)
    assert sorted(codes(found)) == ["doctor.failed", "web.reached"]


async def test_other_ports_are_looked_at_all_at_once(tmp_path):
    """None of them hangs up before each has been called."""
    all_called = asyncio.Barrier(3)

    async def wait_for_the_others(_reader, _writer):
        with contextlib.suppress(asyncio.BrokenBarrierError):
            await all_called.wait()

    async with Premises(tmp_path).running() as premises, contextlib.AsyncExitStack() as stack:
        ports = [await stack.enter_async_context(serving(wait_for_the_others)) for _ in range(3)]
        services = ("https", "portal", "tokens")
        told = [Listens(service, port) for service, port in zip(services, ports, strict=True)]
        premises.service.probes.listeners = lambda: told
        found = await look("127.0.0.1", premises.service.port, trust_of(await premises.desk()))
    assert sorted(one.evidence["service"] for one in found if one.evidence["service"] != "screen") == sorted(services)


async def test_where_everything_is_dropped_every_row_is_named(monkeypatch):
    impatient(monkeypatch)
    with contextlib.ExitStack() as stack:
        numbers = {service: stack.enter_context(swallowing()) for service in ("https", "portal", "tokens")}
        screen = stack.enter_context(swallowing())
        monkeypatch.setattr(server, "_others", lambda _: {server.Service(k): Listens(k, v) for k, v in numbers.items()})
        found = await look("127.0.0.1", screen)
    assert set(codes(found)) == {"port.dropped"}
    assert {one.evidence["rule"] for one in found} == {
        "playhead-screen",
        "playhead-https",
        "playhead-portal",
        "playhead-tokens",
    }


def test_without_an_answer_from_the_server_the_registry_is_gone_by():
    assert {service.value: one.port for service, one in server._others(None).items()} == {
        "https": 443,
        "portal": 2020,
        "logging": 5638,
        "tokens": 5650,
    }


def test_ten_seconds_are_enough_however_dead_the_network_is():
    """What can be waited for one after the other: the name, the screen port, then all the others at once."""
    assert CONNECT_S < TOLD_S  # a port that is dropped is known to be before the others stop waiting
    assert LOOK_UP_S + TOLD_S + max(CONNECT_S, SHAKE_S + ANSWER_S) <= WITHIN_S + 1
    assert WITHIN_S < runner.CHECK_S + 1 < 10
