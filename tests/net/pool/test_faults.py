"""One fault at a time, in virtual time: how soon people and uploads go on after it, and what many sites do at once."""

import asyncio
import hashlib
from collections import Counter

import pytest

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.net.pool import Caller, Dialing, PoolEnd, Pools
from playhead.net.pool.dialing import CONNECT_S
from playhead.net.pool.http import ask, serve_asgi
from playhead.testing.loop import run
from playhead.testing.network import SimNetwork
from playhead.wire.pool import Role, Urgency
from playhead.wire.pool.limits import MEMORY_BYTES, RETAINED_BYTES_MAX

ADDRESS = Address("cloud", 2010)
WITHIN_S = 5.0
SEEDS = (1, 2, 3)
SYN_S = (1.0, 2.0, 4.0)
"""Pauses of the system between attempts to connect."""


async def until(true):
    while not true():  # noqa: ASYNC110 - what is waited for tells nobody, and this is virtual time
        await asyncio.sleep(0.01)


async def says_who(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


class Host:
    """A site's network: the simulated one, where packets may get lost without a word as on a real way."""

    def __init__(self, world, name):
        self.world, self.host = world, world.network.host(name)

    async def connect(self, make_protocol, address, tls):
        self.world.attempts.append(asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(CONNECT_S):
                for pause_s in SYN_S:
                    if not self.world.dark:
                        break
                    await asyncio.sleep(pause_s)
        except TimeoutError as error:
            raise UnavailableError("net.timeout", "Nobody answered in time.") from error
        return await self.host.connect(make_protocol, address, tls)


class World:
    """A cloud, and sites that are connected to it, each with an upload that lasts."""

    def __init__(self, simulation, sites=1):
        self.simulation, self.chance, self.loop = simulation, simulation.chance, simulation.loop
        self.network = SimNetwork(simulation.chance)
        self.network.conditions.tiny_pieces = 0.0
        self.dark = False
        self.attempts = []
        self.uploaded = 0
        self.broken = []
        self.ends = {}
        self.start_cloud()
        for number in range(sites):
            self.start_site(f"site-{number}")

    def start_cloud(self):
        self.simulation.spawn("cloud", self.cloud())

    def start_site(self, name):
        self.simulation.spawn(name, self.site(name))

    async def cloud(self):
        self.pools = Pools(self.serve, lambda _: Caller("site-0"))
        await self.pools.listen(ADDRESS, None, self.network.host("cloud"))
        await asyncio.Event().wait()

    async def serve(self, _end, _caller, stream):
        if stream.kind == "http":
            await serve_asgi(says_who)(stream)
            return
        digest = hashlib.sha256()
        while data := await stream.read():
            digest.update(data)
            await asyncio.sleep(0.01)  # it is not over within a fault
        await stream.write(digest.digest())

    async def site(self, name):
        end = self.ends[name] = PoolEnd(Role.DIALER, self.chance.randbytes(16), serve_asgi(says_who))
        await Dialing(end, ADDRESS, None, Host(self, name), self.chance).run()

    async def upload(self, name):
        """Until told: nothing that was acknowledged is lost, and what is broken off says so."""
        while True:
            content = self.chance.randbytes(400_000)
            try:
                stream = self.ends[name].open("upload", urgency=Urgency.BULK, resumable=True)
                for at in range(0, len(content), 20_000):
                    await stream.write(content[at : at + 20_000])
                stream.end()
                assert await stream.read() == hashlib.sha256(content).digest()
            except PlayheadError as error:
                self.broken.append(error.code)
                await asyncio.sleep(0.1)
            else:
                self.uploaded += 1

    async def is_up(self, name, links=2):
        await until(lambda: name in self.ends and self.ends[name].links >= links)

    async def answered(self, whom):
        """Who waits for an answer asks again where there is none within a second."""
        while True:
            try:
                async with asyncio.timeout(1):
                    answer = await ask(whom(), "GET", b"/")
                    assert await answer.read() == b"here"
                    return
            except (PlayheadError, TimeoutError, IndexError):
                await asyncio.sleep(0.05)

    async def crash(self, host, *, silent):
        self.network.crash(host, silent=silent)
        await self.simulation.kill(host)

    def check(self):
        for end in [*self.ends.values(), *self.pools.pools.values()]:
            figures = end.figures()
            assert figures.retained_bytes <= RETAINED_BYTES_MAX
            assert figures.unread_bytes <= MEMORY_BYTES
            assert all(link.fault is None for link in end.core.links.values())


async def killed_cloud(world):
    await world.crash("cloud", silent=False)
    await asyncio.sleep(40)
    world.start_cloud()


async def lost_machine(world):
    """No word of its end, and another in its place at once: a balancer, or a machine that was switched off and on."""
    await world.crash("cloud", silent=True)
    world.start_cloud()


async def lost_machine_for_long(world):
    await world.crash("cloud", silent=True)
    world.dark = True
    await asyncio.sleep(40)
    world.start_cloud()
    world.dark = False


async def killed_premises(world):
    await world.crash("site-0", silent=False)
    await asyncio.sleep(5)
    world.start_site("site-0")


async def lost_premises(world):
    await world.crash("site-0", silent=True)
    world.start_site("site-0")


async def reset(world):
    for link in list(world.network.links):
        link.cut()


async def half_open(world):
    """One side of each connection has lost it, and the other hears nothing of that."""
    for number, link in enumerate(list(world.network.links)):
        link.cut_half(number % 2)


async def forgotten(world):
    """A firewall drops everything of the connections it knew: neither side learns of it."""
    for link in list(world.network.links):
        for side in link.ends:
            side.silence()


async def dark(world):
    await forgotten(world)
    world.dark = True
    await asyncio.sleep(world.chance.uniform(20, 70))
    world.dark = False


async def stalled(world):
    """Bytes are taken and not delivered, for longer than anybody waits: no end of the fault is waited for."""
    for link in list(world.network.links):
        link.stall(300)


RESTARTS = (killed_cloud, lost_machine, lost_machine_for_long, killed_premises, lost_premises)
FAULTS = (*RESTARTS, reset, half_open, forgotten, dark, stalled)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_both_ways_go_on_within_five_seconds(fault):
    async def scenario(simulation):
        world = World(simulation)
        await world.is_up("site-0")
        uploading = simulation.spawn("site-0", world.upload("site-0"))
        await asyncio.sleep(world.chance.uniform(1, 4))
        before = world.uploaded
        await fault(world)
        ended_at = world.loop.time()
        if uploading.done():
            uploading = None
        ways = [
            world.answered(lambda: world.ends["site-0"]),
            world.answered(lambda: world.pools.of("site-0")[0]),
        ]
        await asyncio.gather(*ways)
        took_s = world.loop.time() - ended_at
        assert took_s < WITHIN_S, f"{took_s:.1f} s"
        if fault in {killed_premises, lost_premises}:
            simulation.spawn("site-0", world.upload("site-0"))
        await world.is_up("site-0")
        await until(lambda: world.uploaded >= before + 2)
        world.check()
        broken = set(world.broken)
        await world.crash("site-0", silent=False)
        await world.crash("cloud", silent=False)
        return broken

    for seed in SEEDS:
        broken = run(scenario, seed=seed, limit_s=300)
        assert broken <= ({"pool.restarted", "pool.lost"} if fault in RESTARTS or fault is dark else set())


@pytest.mark.parametrize("what", ["cut", "stall"])
def test_with_one_link_lost_of_two_a_question_is_answered_by_the_other(what):
    async def scenario(simulation):
        world = World(simulation)
        await world.is_up("site-0")
        simulation.spawn("site-0", world.upload("site-0"))
        for slot in (0, 1):
            await asyncio.sleep(2)
            pooled = world.ends["site-0"].core.links[slot]
            link = world.ends["site-0"]._carriers[pooled]._transport.link
            asked = asyncio.ensure_future(ask(world.ends["site-0"], "GET", b"/"))
            await asyncio.sleep(0)
            before = world.loop.time()
            ordered = asyncio.ensure_future(ask(world.ends["site-0"], "POST", b"/", body=b"once"))
            await asyncio.sleep(0)
            link.cut() if what == "cut" else link.stall(300)
            assert await (await asked).read() == b"here"  # it is idempotent: asked anew on the other
            if slot == 0:  # where people's questions go
                with pytest.raises(UnavailableError) as caught:
                    await ordered
                assert caught.value.code == "pool.link_lost"
            else:
                await (await ordered).read()
            await world.answered(lambda: world.ends["site-0"])
            assert world.loop.time() - before < WITHIN_S
            await until(lambda: world.ends["site-0"].core.links.get(slot, pooled) is not pooled)  # noqa: B023
            assert world.loop.time() - before < WITHIN_S
        assert not world.broken
        assert world.uploaded
        await world.crash("site-0", silent=False)
        await world.crash("cloud", silent=False)

    for seed in SEEDS:
        run(scenario, seed=seed, limit_s=300)


def spread(times, began_at):
    """How many in each tenth of a second."""
    return Counter(int((at - began_at) * 10) for at in times)


SITES = 200


def test_two_hundred_sites_come_back_within_seconds_and_not_at_once():
    async def scenario(simulation):
        world = World(simulation, sites=SITES)
        names = [f"site-{number}" for number in range(SITES)]
        for name in names:
            await world.is_up(name)

        # A process ends, and another is there at once: each site has a link within moments.
        world.attempts.clear()
        lost_at = world.loop.time()
        await world.crash("cloud", silent=False)
        world.start_cloud()
        await asyncio.sleep(2)
        for name in names:
            await world.is_up(name)
        at_once = spread(world.attempts, lost_at)

        # None is there for a minute.
        await world.crash("cloud", silent=False)
        await asyncio.sleep(60)
        world.attempts.clear()
        world.start_cloud()
        back_at = world.loop.time()
        for name in names:
            await world.is_up(name, links=1)
        took_s = world.loop.time() - back_at
        for name in names:
            await world.is_up(name)
        return at_once, spread(world.attempts, back_at), took_s

    at_once, later, took_s = run(scenario, seed=1, limit_s=600)
    links = 2 * SITES
    assert took_s < WITHIN_S
    assert sum(later.values()) <= links  # nobody dials twice
    assert max(at_once.values()) < links * 0.3
    assert max(later.values()) < links * 0.12
    assert len(later) > 20
