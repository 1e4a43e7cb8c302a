"""A premises server as another machine sees it: its name, then every port of the registry that is for that machine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.addresses import Address
from playhead.base.clock import Clock
from playhead.environment.doctor.checks.analytics import look_at_analytics
from playhead.environment.doctor.checks.logs import look_at_logs
from playhead.environment.doctor.checks.native_players import look_at_native_players
from playhead.environment.doctor.checks.policy import look_at_policy
from playhead.environment.doctor.checks.reaching import LookUp, look_up, reach
from playhead.environment.doctor.checks.screen import Trust, look_at_screen
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.checks.web import Web, look_at_tokens, look_at_web
from playhead.environment.doctor.codes import finding
from playhead.environment.doctor.findings import Finding
from playhead.environment.doctor.runner import Check, look
from playhead.environment.ports import REGISTRY, Service
from playhead.net.http.hosts import is_loopback
from playhead.wire.screen import Probed
from playhead.wire.screen.probes import Listens

WITHIN_S: Final = 8.5
"""For everything about one server; what is not done by then is said to be slow, and the rest is told."""
TOLD_S: Final = 3.0
"""How long the others wait to be told where they are; then they are looked for where the registry has them."""
SLOW_LOOK_UP_MS: Final = 1_000
"""A name server that answers takes a few; the first one that does not costs seconds (resolv.conf(5), timeout)."""


@dataclass(frozen=True, slots=True)
class Server:
    """How this machine is told to reach it."""

    screen: Address
    trust: Trust
    in_use: str = ""
    """Numeric address of the connection that runs; empty for none."""


async def look_at_server(server: Server, *, clock: Clock, agents: int = 1) -> Sequence[Finding]:
    """Look at one server, all ports at once, and first at its name."""
    deadline = asyncio.get_running_loop().time() + WITHIN_S
    looked_up = await look_up(server.screen.host)
    found = list(_judge_name(server, looked_up))
    if not looked_up.addresses:
        return found
    address, dead = await _first_open(looked_up.addresses, server.screen.port)
    found += [
        finding("name.partly", f"{server.screen.host}", f"{one} does not answer, and {address} does.", address=one)
        for one in dead
    ]
    told: asyncio.Future[Probed | None] = asyncio.get_running_loop().create_future()

    def on_told(answer: Probed) -> None:
        if not told.done():
            told.set_result(answer)

    def begin(target: Target, work: Callable[[], Awaitable[Sequence[Finding]]]) -> asyncio.Task[Sequence[Finding]]:
        left_s = max(0.0, deadline - asyncio.get_running_loop().time())
        return asyncio.create_task(look(Check(target.subject, work, left_s)))

    screen = Target(Service.SCREEN, server.screen.host, address, server.screen.port)
    looking = [begin(screen, lambda: look_at_screen(screen, server.trust, clock=clock, agents=agents, on_told=on_told))]
    looking[0].add_done_callback(lambda _: None if told.done() else told.set_result(None))
    try:
        await asyncio.wait([told], timeout=TOLD_S)
        answer = told.result() if told.done() else None
        for service, listens in _others(answer).items():
            target = Target(service, server.screen.host, address, listens.port)
            if listens.local and not is_loopback(address):
                if service in _ALWAYS:
                    found.append(target.find("web.local", "It listens for the server itself alone."))
                continue
            looking.append(begin(target, _work(target, listens, server.trust, clock, is_told=answer is not None)))
        return [*found, *(one for some in await asyncio.gather(*looking) for one in some)]
    finally:
        for one in looking:
            one.cancel()


def _work(
    target: Target, listens: Listens, trust: Trust, clock: Clock, *, is_told: bool
) -> Callable[[], Awaitable[Sequence[Finding]]]:
    """The look at one port, by what is spoken there."""
    if target.service is Service.LOGGING:
        return lambda: look_at_logs(target, trust)
    if target.service is Service.ANALYTICS:
        return lambda: look_at_analytics(target, trust)
    if target.service is Service.POLICY:
        return lambda: look_at_policy(target)
    if target.service is Service.CLIENT_PLAYERS:
        return lambda: look_at_native_players(target)
    web = Web(target, listens.certificate, is_told=is_told)
    return lambda: (
        look_at_tokens(web, clock=clock) if target.service is Service.TOKENS else look_at_web(web, clock=clock)
    )


def _others(told: Probed | None) -> dict[Service, Listens]:
    """What else client PCs go to: as the server tells it, else what every server has, as the registry has it."""
    if told is not None:
        return {Service(one.service): one for one in told.listeners if one.service in _ALWAYS | _WHERE_TOLD}
    return {row.service: Listens(row.service.value, row.number) for row in REGISTRY if row.service in _ALWAYS}


_ALWAYS: Final = frozenset({Service.HTTPS, Service.PORTAL, Service.TOKENS, Service.LOGGING})
_WHERE_TOLD: Final = frozenset({Service.POLICY, Service.CLIENT_PLAYERS, Service.ANALYTICS})
"""What not every server has."""


def _judge_name(server: Server, looked_up: LookUp) -> Sequence[Finding]:
    host = server.screen.host
    if not looked_up.addresses:
        text = f"The name has no address: {looked_up.error}."
        return [finding("name.unknown", host, text, host=host, took_ms=looked_up.took_ms)]
    addresses = ", ".join(looked_up.addresses)
    if server.in_use and server.in_use not in looked_up.addresses:
        text = f"The connection in use is with {server.in_use}, and the name leads to {addresses}."
        return [finding("name.moved", host, text, address=server.in_use)]
    if looked_up.took_ms > SLOW_LOOK_UP_MS:
        text = f"Looking it up took {looked_up.took_ms / 1000:.1f} s."
        return [finding("name.slow", host, text, took_ms=looked_up.took_ms)]
    if looked_up.addresses == (host,):
        return []
    return [finding("name.resolved", host, f"It is {addresses}.", took_ms=looked_up.took_ms)]


async def _first_open(addresses: Sequence[str], port: int) -> tuple[str, Sequence[str]]:
    """The first address at which the port is open, and those before it that are dead; the first one where none is."""
    if len(addresses) == 1:
        return addresses[0], ()
    reached = await asyncio.gather(*(reach(Address(one, port)) for one in addresses))
    is_open = [one.connection is not None for one in reached]
    for one in reached:
        one.close()
    if True not in is_open:
        return addresses[0], ()
    return addresses[is_open.index(True)], [one for one, good in zip(addresses, is_open, strict=True) if not good]
