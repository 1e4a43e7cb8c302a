"""Seeded runs of both ends in virtual time: links are cut, halved, stalled, and an end is restarted."""

import asyncio
import hashlib

import pytest
from structlog.testing import capture_logs

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError
from playhead.net.pool import Caller, Dialing, PoolEnd, Pools
from playhead.testing.loop import run
from playhead.testing.network import Conditions, SimNetwork
from playhead.wire.pool import Role, Urgency
from playhead.wire.pool.limits import MEMORY_BYTES, RETAINED_BYTES_MAX

SEEDS = range(16)
FAULTS_S = 30
CALM_S = 120
ADDRESS = Address("cloud", 2010)


class Cloud:
    """Accepts a premises, takes its uploads, and asks it for things."""

    def __init__(self, world):
        self.world = world
        self.pools = Pools(self.serve, lambda _: Caller("site-1"))

    async def run(self):
        listening = await self.pools.listen(ADDRESS, None, self.world.network.host("cloud"))
        try:
            await asyncio.Event().wait()
        finally:
            await listening.close()

    async def serve(self, _end, _caller, stream):
        if stream.kind == "upload":
            digest, size = hashlib.sha256(), 0
            while data := await stream.read():
                digest.update(data)
                size += len(data)
                if self.world.chance.random() < 0.01:
                    await asyncio.sleep(self.world.chance.random())
            await stream.write(digest.digest() + size.to_bytes(8, "big"))
        else:
            while data := await stream.read():
                await stream.write(data)

    @property
    def ends(self):
        return list(self.pools.pools.values())


class World:
    def __init__(self, simulation):
        self.simulation = simulation
        self.chance = simulation.chance
        self.network = SimNetwork(simulation.chance)
        self.echoes = self.echoes_failed = self.uploads = self.uploaded = self.restarts = 0
        self.faults_over = False
        self.cloud = None
        self.end = None
        self.start_cloud()

    def start_cloud(self):
        self.cloud = Cloud(self)
        self.simulation.spawn("cloud", self.cloud.run())

    async def premises(self):
        self.end = PoolEnd(Role.DIALER, self.chance.randbytes(16), self.serve)
        async with asyncio.TaskGroup() as group:
            host = self.network.host("premises")
            group.create_task(Dialing(self.end, ADDRESS, None, host, self.chance).run())
            group.create_task(self.ask())
            for _ in range(3):
                group.create_task(self.upload())

    async def serve(self, stream):
        while await stream.read():
            pass

    async def ask(self):
        while True:
            await asyncio.sleep(self.chance.uniform(0, 0.5))
            question = self.chance.randbytes(self.chance.randint(1, 2000))
            try:
                stream = self.end.open("echo", data=question, end=True)
                answer = b""
                while data := await stream.read():
                    answer += data
            except PlayheadError:
                self.echoes_failed += 1
            else:
                assert answer == question
                self.echoes += 1

    async def upload(self):
        while not self.faults_over:
            await asyncio.sleep(self.chance.uniform(0, 1))
            content = self.chance.randbytes(self.chance.randint(0, 1_000_000))
            self.uploads += 1
            try:
                stream = self.end.open("upload", urgency=Urgency.BULK, resumable=True)
                for at in range(0, len(content), 100_000):
                    await stream.write(content[at : at + 100_000])
                stream.end()
                answer = b""
                while data := await stream.read():
                    answer += data
            except PlayheadError as error:
                if not self.restarts:
                    raise AssertionError("An upload was broken off") from error
            else:
                assert answer == hashlib.sha256(content).digest() + len(content).to_bytes(8, "big")
                self.uploaded += 1

    async def misfortune(self):
        links = self.network.links
        match self.chance.randrange(8):
            case 0 | 1 if links:
                self.chance.choice(links).cut()
            case 2 if links:
                self.chance.choice(links).cut_half(self.chance.randrange(2))
            case 3 if links:
                self.chance.choice(links).stall(self.chance.uniform(0, 20))
            case 4:
                for link in list(links):
                    link.cut()
            case 5:
                self.network.conditions.delay_ms_max = self.chance.choice((1, 20, 400))
                self.network.conditions.piece_bytes_max = self.chance.choice((40_000, 1500, 65536))
            case 6 if self.restarts or self.chance.random() < 0.2:
                self.restarts += 1
                self.network.crash("cloud", silent=self.chance.random() < 0.5)
                await self.simulation.kill("cloud")
                await asyncio.sleep(self.chance.uniform(0, 3))
                self.start_cloud()
            case _:
                for end in [self.end, *self.cloud.ends]:
                    end.core.spread(end.now_us(), on=self.chance.random() < 0.5)

    def check(self):
        for end in [self.end, *self.cloud.ends]:
            figures = end.figures()
            assert figures.retained_bytes <= RETAINED_BYTES_MAX + 1024 * 1024
            assert figures.unread_bytes <= MEMORY_BYTES
            assert all(link.fault is None for link in end.core.links.values())


async def act(simulation):
    world = World(simulation)
    simulation.spawn("premises", world.premises())
    ends_at = simulation.loop.time() + FAULTS_S
    while simulation.loop.time() < ends_at:
        await asyncio.sleep(simulation.chance.uniform(0, 3))
        await world.misfortune()
        world.check()
    world.network.conditions = Conditions()
    world.faults_over = True
    deadline = simulation.loop.time() + CALM_S
    while any(stream.resumable for stream in world.end.core.streams.values()):
        assert simulation.loop.time() < deadline, "not everything arrived once the faults stopped"
        await asyncio.sleep(1)
    before = world.echoes
    while world.echoes < before + 3:
        assert simulation.loop.time() < deadline, "nobody answers once the faults stopped"
        await asyncio.sleep(1)
    world.check()
    result = world.uploaded, world.echoes, world.echoes_failed, world.restarts
    for host in ("premises", "cloud"):
        world.network.crash(host, silent=True)
        await simulation.kill(host)
    return result


def play(seed):
    with capture_logs() as logs:
        result = run(act, seed=seed, limit_s=3600)
    assert [entry for entry in logs if entry["log_level"] not in {"info", "warning"}] == [], f"seed {seed}"
    return result


@pytest.mark.parametrize("start", range(SEEDS.start, SEEDS.stop, 8))
def test_nothing_of_an_upload_is_lost_whatever_happens(start):
    results = [play(seed) for seed in range(start, start + 8)]
    assert sum(result[0] for result in results) >= 100
    assert sum(result[1] for result in results) >= 100


def test_the_same_seed_is_the_same_run():
    assert play(7) == play(7)
