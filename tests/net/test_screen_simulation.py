"""Seeded runs of the screen protocol, both real ends, in virtual time: docs/wire/screen.md §1, its three promises."""

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from playhead.net.peer import INBOUND_BYTES, OUTBOUND_BYTES_MAX, READ_BYTES
from playhead.testing.loop import Simulation, run
from playhead.testing.network import Conditions, SimNetwork
from playhead.testing.screen_model import ModelPremises, ModelWorkstation, PremisesPlatter, WorkstationPlatter
from playhead.wire.screen.limits import MAX_CONTROL_BYTES, MAX_RECORDS_BYTES

SEEDS = range(300)
FAULTS_S = 40
CALM_S = 600
HELD_BYTES_MAX = INBOUND_BYTES + READ_BYTES + MAX_RECORDS_BYTES + MAX_CONTROL_BYTES + OUTBOUND_BYTES_MAX


@dataclass
class Faults:
    """What is wrong with the code under test on purpose."""

    premises: dict[str, bool] = field(default_factory=dict)
    workstation: dict[str, bool] = field(default_factory=dict)


class World:
    """Two workstations, a premises, the wires between them, and what may befall them."""

    def __init__(self, simulation: Simulation, faults: Faults) -> None:
        self.simulation = simulation
        self.chance = simulation.chance
        self.faults = faults
        self.network = SimNetwork(simulation.chance)
        self.stored = PremisesPlatter()
        self.platters = {name: WorkstationPlatter() for name in ("ws-1", "ws-2")}
        self.workstations: dict[str, ModelWorkstation] = {}
        self.premises: ModelPremises
        self.commands: dict[int, str] = {}
        self.start_premises()
        for name in self.platters:
            self.start_workstation(name)

    def start_premises(self) -> None:
        host = self.network.host("premises")
        self.premises = ModelPremises(self.simulation, host, self.stored, **self.faults.premises)
        self.simulation.spawn("premises", self.premises.run())

    def start_workstation(self, name: str) -> None:
        workstation = ModelWorkstation(
            name, self.simulation, self.network.host(name), self.platters[name], **self.faults.workstation
        )
        self.workstations[name] = workstation
        self.simulation.spawn(name, workstation.run())

    async def kill(self, host: str) -> None:
        self.network.crash(host, silent=self.chance.random() < 0.5)
        if host == "premises":
            self.premises.crash()
        await self.simulation.kill(host)
        self.check()
        await asyncio.sleep(self.chance.uniform(0, 10))
        if host == "premises":
            self.start_premises()
        else:
            self.start_workstation(host)

    async def misfortune(self) -> None:
        links = self.network.links
        match self.chance.randrange(8):
            case 0:
                await self.kill("premises")
            case 1:
                await self.kill(self.chance.choice(list(self.platters)))
            case 2 if links:
                self.chance.choice(links).cut()
            case 3 if links:
                self.chance.choice(links).cut_half(self.chance.randrange(2))
            case 4 if links:
                self.chance.choice(links).stall(self.chance.uniform(0, 60))
            case 5:
                self.network.conditions.reachable = not self.network.conditions.reachable
            case 6:
                self.network.conditions.delay_ms_max = self.chance.choice((1, 20, 400))
                self.network.conditions.piece_bytes_max = self.chance.choice((40, 1500, 65536))
            case _:
                self.send_command()

    def send_command(self) -> None:
        name = self.chance.choice(list(self.platters))
        if self.commands and self.chance.random() < 0.5:
            known = self.chance.choice(list(self.commands))
            self.repeat(known)
        else:
            self.commands[self.premises.command(name)] = name

    def repeat(self, command: int) -> None:
        """Ask again, as after a lost connection: allowed only in a connection that has not seen this or a later id."""
        peer = self.premises.peers.get(self.commands[command])
        if peer is not None and peer.end is None and peer.core.established and command > peer.core._last_command:
            self.premises.command(self.commands[command], command)

    def check(self) -> None:
        """What must hold at every moment."""
        for platter in self.platters.values():
            for segment, offset in platter.acknowledged.items():
                stored = bytes(self.stored.segments[segment])
                assert len(stored) >= offset, "an acknowledged byte is lost"
                assert platter.captured[segment].startswith(stored), "a byte is altered"
                if segment not in platter.spool:
                    assert stored == platter.captured[segment], "deleted before all of it was durable"
            assert len(set(platter.carried_out)) == len(platter.carried_out), "a command was carried out twice"
        for peer in [*self.premises.peers.values(), *(w.peer for w in self.workstations.values() if w.peer)]:
            assert peer.held_bytes <= HELD_BYTES_MAX

    async def calm_down(self) -> None:
        """End all faults; everything must arrive."""
        self.network.conditions = Conditions()
        for workstation in self.workstations.values():
            workstation.capturing = False
        deadline = self.simulation.loop.time() + CALM_S
        while any(platter.spool for platter in self.platters.values()):
            assert self.simulation.loop.time() < deadline, "not everything arrived once the faults stopped"
            await asyncio.sleep(1)
            self.check()
        last = {name: self.premises.command(name) for name in self.platters}
        while not all(command in self.premises.results for command in last.values()):
            assert self.simulation.loop.time() < deadline, "a command was not answered once the faults stopped"
            await asyncio.sleep(1)
        self.check()
        for platter in self.platters.values():
            for segment, content in platter.captured.items():
                assert self.stored.segments[segment] == content
                assert self.stored.ended[segment]


def scenario(faults: Faults | None = None):
    async def act(simulation: Simulation) -> int:
        world = World(simulation, faults or Faults())
        ends_at = simulation.loop.time() + FAULTS_S
        while simulation.loop.time() < ends_at:
            await asyncio.sleep(simulation.chance.uniform(0, 4))
            await world.misfortune()
            world.check()
        await world.calm_down()
        for host in ("premises", *world.platters):
            world.network.crash(host, silent=True)
            await simulation.kill(host)
        return sum(len(content) for content in world.stored.segments.values())

    return act


def play(seed: int, faults: Faults | None = None) -> int:
    with capture_logs() as logs:
        stored = run(scenario(faults), seed=seed, limit_s=3600)
    assert [entry for entry in logs if entry["log_level"] not in {"info", "warning"}] == [], f"seed {seed}"
    return stored


@pytest.mark.parametrize("start", range(SEEDS.start, SEEDS.stop, 50))
def test_promises_hold_whatever_happens(start: int) -> None:
    stored = [play(seed) for seed in range(start, start + 50)]
    assert sum(stored) > 50 * 100_000


def test_the_same_seed_is_the_same_run() -> None:
    assert play(7) == play(7)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(Faults(premises={"acknowledges_early": True}), id="acknowledged before it is durable"),
        pytest.param(Faults(premises={"believes_old_connections": True}), id="takes records of a replaced connection"),
        pytest.param(Faults(workstation={"forgets": True}), id="forgets at a restart which commands it has taken"),
    ],
)
def test_wrong_orders_are_caught(faults: Faults) -> None:
    for seed in SEEDS:
        try:
            play(seed, faults)
        except AssertionError:
            return
    pytest.fail(f"{len(SEEDS)} seeds have not noticed")
