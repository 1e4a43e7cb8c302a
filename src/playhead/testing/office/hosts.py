"""The machines of an office: what runs on each, how it dies, and how it comes back."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from playhead.base.errors import ConflictError, PlayheadError, UnavailableError
from playhead.base.ids import SegmentId, WorkstationId
from playhead.base.quantities import Duration, Size
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.coverage.service import CoverageService
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.service import ScreenService
from playhead.store.catalogue import Catalogue
from playhead.store.segments import CatalogueLedger, SegmentStore
from playhead.store.server_id import server_id
from playhead.testing.clock import SimClock
from playhead.testing.disk import SimulatedDisk, Step
from playhead.testing.loop import Simulation
from playhead.testing.network import SimNetwork
from playhead.testing.office.database import SimDatabase
from playhead.testing.office.desk import Desk, DeskPipeline
from playhead.testing.office.history import History
from playhead.testing.office.site import PREMISES, provision, signer_of, site_keyring
from playhead.testing.threads import SimThreads
from playhead.workstation.config import WorkstationConfig
from playhead.workstation.control import Answer, Question
from playhead.workstation.machine import Threads
from playhead.workstation.service import WorkstationService

DATA = Path("/data")
SEGMENTS = DATA / "segments"
RESTART_S = 2.0
"""After how long the system starts a program again that ended by itself."""
LOOK_S = 0.24
"""A look at the screen, with its encoding, takes up to so long."""
WELL_S = 10.0
"""Programs try again within so long what their disk did not take."""
STOP_S = 60.0
"""A program that was asked to stop has ended by then."""


class HostClock:
    """A machine's own clock: it runs as fast as all others, and may show another time."""

    def __init__(self, true: SimClock) -> None:
        self._true = true
        self.off_us = 0
        """By how much it is fast."""

    def wall_us(self) -> int:
        """As `playhead.base.clock.Clock`."""
        return self._true.wall_us() + self.off_us

    def monotonic_us(self) -> int:
        """As `playhead.base.clock.Clock`."""
        return self._true.monotonic_us()


class Host:
    """A machine with its disk and its place in the network. ``life`` is what runs on it; see the subclasses' `run`.

    Args:
        name: in the network and the history.
        simulation: of which it is a part.
        network: likewise.
        history: likewise.
    """

    def __init__(self, name: str, simulation: Simulation, network: SimNetwork, history: History) -> None:
        self.name = name
        self.simulation = simulation
        self.chance = simulation.chance
        self.network = network
        self.history = history
        self.clock = HostClock(simulation.clock)
        self.disk = SimulatedDisk(seed=simulation.chance.getrandbits(32), fault=self._fault)
        self.disk.on_cut = self._cut
        self.fails: dict[str, tuple[int, float]] = {}
        """Kinds of steps that fail now and then: their errno, and how often."""
        self.well_at = 0.0
        """Since when nothing fails, where nothing does."""
        self.has_failed = False
        """It has failed, in some way other than being full."""
        self.lives = 0
        self.up = False
        self.stopped = asyncio.Event()
        """Set when the machine is dead and waits for `come_back`."""
        self._life: asyncio.Task[None] | None = None
        self._is_silent = False
        self._doom = ""

    def start(self) -> None:
        """The program starts."""
        self.lives += 1
        self.up = True
        self.simulation.loop.dead.discard(self.name)
        self.stopped.clear()
        self.history.note(self.name, f"starts (life {self.lives})")
        self._life = self.simulation.spawn(self.name, self._live())

    @property
    def is_well(self) -> bool:
        """Its disk has not failed for so long that all that was put off has been done."""
        return not self.fails and self.simulation.loop.time() >= self.well_at + WELL_S

    def heal(self) -> None:
        """Its disk does not fail any more."""
        self.fails.clear()
        self.disk.capacity_bytes = None
        self.well_at = self.simulation.loop.time()

    def cut_after(self, kind: str, *, silent: bool) -> None:
        """Die right after the next step of a kind, or one step later."""
        self._doom, self._is_silent = kind, silent

    def cut_soon(self, steps: int, *, silent: bool) -> None:
        """Die at one of the next steps of the disk."""
        self._is_silent = silent
        self.disk.cut_at = len(self.disk.steps) + steps

    def spare(self) -> None:
        """Let it live, whatever was planned."""
        self._doom, self.disk.cut_at = "", 0

    async def die(self, *, power: bool) -> None:
        """Die now, if it has not already. Returns when nothing of it runs any more, and its disk is as it is found."""
        if self.up:
            self.disk.cut()
        self.history.note(self.name, "loses power" if power else "is killed")
        await self.simulation.kill(self.name)
        self.forget(power=power)
        if power:
            self.disk.restart()
        else:
            self.disk.kill()
        self.disk.fault = self._fault

    async def restart(self) -> None:
        """Stop in good order, and start again."""
        self.history.note(self.name, "stops")
        life, lives = self._life, self.lives
        if life is not None:
            life.cancel()
            async with asyncio.timeout(STOP_S):
                await asyncio.wait([life])
        if self.up and self.lives == lives:  # it has not died over it
            await self.simulation.kill(self.name)
            self.start()

    async def run(self) -> None:
        """One life of the program."""
        raise NotImplementedError

    def forget(self, *, power: bool) -> None:
        """What the machine loses beside its files."""

    async def _live(self) -> None:
        while True:
            try:
                await self.run()
            except PlayheadError as error:
                self.history.note(self.name, f"ends: {error.code}: {error.message}")
                await asyncio.sleep(RESTART_S)

    def _cut(self) -> None:
        self.up = False
        self.simulation.loop.dead.add(self.name)
        self.network.crash(self.name, silent=self._is_silent)
        self._is_silent, self._doom = False, ""
        self.stopped.set()
        step = self.disk.steps[-1] if self.disk.steps else None
        self.history.note(self.name, f"dies at {step.name} {step.path} (step {step.number})" if step else "dies")

    def note_step(self, step: Step) -> None:
        """The disk is about to do something, and will not fail."""

    def _fault(self, step: Step) -> int | None:
        number, share = self.fails.get(step.name, (0, 0.0))
        if number and self.chance.random() < share:
            self.has_failed = True
            return number
        self.note_step(step)
        if step.name == self._doom:
            self._doom = ""
            self.disk.cut_at = step.number + self.chance.randint(1, 2)
        return None


class Premises(Host):
    """The site's server."""

    def __init__(
        self, simulation: Simulation, network: SimNetwork, history: History, folder: Path, signers: dict[str, bytes]
    ) -> None:
        super().__init__("premises", simulation, network, history)
        self.database = SimDatabase(
            folder,
            provision(signers),
            disk=self.disk,
            chance=simulation.chance,
            delay_s=lambda: self.chance.random() * 0.004,
        )
        self.service: ScreenService | None = None
        self.catalogue: Catalogue | None = None
        self.store: SegmentStore | None = None
        self.coverage: CoverageService | None = None
        self.has_ledger = False
        """It keeps the ledger of coverage; that takes as long as all else."""

    async def run(self) -> None:
        """As `playhead.cli.roles` does it, with the screen service alone."""
        catalogue = await Catalogue.open(self.database.path, engines=self.database.engines)
        try:
            store = SegmentStore(
                SEGMENTS,
                disk=self.disk,
                ledger=CatalogueLedger(catalogue, self.clock),
                clock=self.clock,
                interval_s=0.2,
                reserve_bytes=1 << 20,
            )
            service = ScreenService(
                ScreenConfig(listen=PREMISES, transport="plain"),
                catalogue=catalogue,
                segments=store,
                keyring=site_keyring(),
                clock=self.clock,
                network=self.network.host(self.name),
                server=await asyncio.to_thread(self._server_id),
            )
            self.catalogue, self.store, self.service = catalogue, store, service
            async with asyncio.TaskGroup() as group:
                group.create_task(service.run())
                if self.has_ledger:
                    self.coverage = CoverageService(
                        CoverageConfig(time_zone="UTC"), catalogue=catalogue, watched=service, clock=self.clock
                    )
                    group.create_task(self.coverage.run())
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            self.service = None
            await catalogue.close()

    def _server_id(self) -> bytes:
        try:
            self.disk.make_folder(DATA)
            for folder in DATA.parents:
                self.disk.sync_folder(folder)
        except OSError as error:
            raise UnavailableError("folder.unusable", f"{DATA} cannot be made: {error.strerror}.") from error
        return server_id(self.disk, DATA / "server-id", self.clock)

    def forget(self, *, power: bool) -> None:
        """The catalogue is a file of its own."""
        self.service = self.catalogue = self.store = self.coverage = None
        self.database.die(power=power)


class SimMachine:
    """Implements `playhead.workstation.machine.Machine`."""

    def __init__(self, threads: SimThreads) -> None:
        self.threads: Threads = threads
        self.answer: Answer | None = None
        """Whom a person at this machine asks."""
        self._locked: set[Path] = set()

    @contextmanager
    def lock(self, folder: Path) -> Generator[None]:
        """As `FolderLock`."""
        if folder in self._locked:
            raise ConflictError("folder.locked", "Another workstation is running with the folder.")
        self._locked.add(folder)
        try:
            yield
        finally:
            self._locked.discard(folder)

    @asynccontextmanager
    async def control(self, folder: Path, answer: Answer) -> AsyncGenerator[None]:
        """As `control_socket`."""
        del folder
        self.answer = answer
        try:
            yield
        finally:
            self.answer = None


class Workstation(Host):
    """An agent's PC."""

    def __init__(
        self, name: str, simulation: Simulation, network: SimNetwork, history: History, settings: dict[str, Any]
    ) -> None:
        super().__init__(name, simulation, network, history)
        self.id = WorkstationId(name)
        self.desk = Desk(name)
        self.signer = signer_of(name)
        self.machine = SimMachine(simulation.loop.threads_of(name))
        values: dict[str, Any] = {
            "pre_buffer": Duration(3_000_000),
            "segment_length": Duration(10_000_000),
            **settings,
        }
        self.config = WorkstationConfig(
            id=self.id,
            data=DATA,
            premises=(str(PREMISES),),
            plain=True,
            agent=f"agent.{name}",
            disk_free_min=Size(1 << 20),
            **values,
        )
        self.service: WorkstationService | None = None
        self.given_up: dict[SegmentId, bytes] = {}
        """What it removed from its spool, as it was then."""

    async def run(self) -> None:
        """One life of the workstation's program."""
        self.service = WorkstationService(
            self.config,
            self._pipeline,
            self.clock,
            disk=self.disk,
            network=self.network.host(self.name),
            chance=self.chance,
            machine=self.machine,
        )
        try:
            await self.service.run()
        finally:
            self.service = None

    async def ask(self, command: str, reason: str = "") -> dict[str, Any]:
        """What a person at this machine asks for.

        Raises:
            PlayheadError: as the workstation answers.
        """
        if self.machine.answer is None:
            raise UnavailableError("workstation.not_running", "It does not run.")
        return await self.machine.answer(Question(command, reason=reason))

    def note_step(self, step: Step) -> None:
        """Remember what is removed from the spool: somebody else has it by now."""
        if step.name == "remove" and step.path.parent.name == "finished":
            name, files = step.path.name.partition(".")[0], self.disk.files()
            if not any(path.name.startswith(name) and path.suffix == ".vid" for path in files.keys() - {step.path}):
                self.given_up[SegmentId.parse(name)] = files[step.path]

    def forget(self, *, power: bool) -> None:
        """Its locks, and the people who waited for an answer."""
        del power
        self.service = None
        self.machine = SimMachine(self.simulation.loop.threads_of(self.name))

    def _pipeline(self) -> DeskPipeline:
        threads = self.simulation.loop.threads_of(self.name)
        return DeskPipeline(self.desk, self.clock, threads, lambda: self.chance.random() * LOOK_S / 2)
