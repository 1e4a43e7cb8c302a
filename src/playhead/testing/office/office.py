"""An office: a premises, its workstations, the wires between them, and the people who press buttons."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from playhead.base.errors import PlayheadError
from playhead.base.ids import RecordingId
from playhead.net.screen import ScreenPeer
from playhead.testing.loop import Simulation
from playhead.testing.network import SimNetwork
from playhead.testing.office.history import History
from playhead.testing.office.hosts import Host, Premises, Workstation
from playhead.testing.office.site import prepare, settle_in, signer_of
from playhead.testing.office.wiretap import Wiretap
from playhead.wire.screen.messages import CommandName, Result

OLD_SHARE: Final = 0.15
"""Of the machines: those that are not updated yet."""

OPEN_S: Final = 120.0
"""A server is there again within so long."""

PATIENCE_S: Final = 20.0
"""Nobody waits longer for an answer."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large an office is, and how long it is haunted."""

    workstations: int
    faults_s: float
    pause_s: float
    """Longest time between two misfortunes."""
    ledger: bool
    """The premises keeps the ledger of coverage."""


SMALL: Final = Size(workstations=1, faults_s=5, pause_s=0.8, ledger=False)
DESK: Final = Size(workstations=1, faults_s=12, pause_s=1, ledger=False)
LARGE: Final = Size(workstations=3, faults_s=60, pause_s=1.5, ledger=True)
SIZES: Final = {"small": SMALL, "desk": DESK, "large": LARGE}


@dataclass(slots=True)
class Promised:
    """What people were promised about one workstation."""

    dark: set[str] = field(default_factory=set[str])
    """Who asked for a blackout that is certainly in force."""
    pending: str = ""
    """Who asks for one at the machine itself and has no answer yet: it counts already, but not after a crash."""
    commands: list[tuple[CommandName, int]] = field(default_factory=list[tuple[CommandName, int]])


class Office:
    """See the module.

    Args:
        simulation: in which it stands.
        size: how large.
        folder: of the machine, for the catalogue; best one in memory.
    """

    def __init__(self, simulation: Simulation, size: Size, folder: Path) -> None:
        self.simulation = simulation
        self.size = size
        self.chance = simulation.chance
        began_at = simulation.loop.time()
        self.history = History(lambda: simulation.loop.time() - began_at)
        self.network = SimNetwork(simulation.chance)
        self.old: set[str] = set()
        """Hosts whose programs are of the first version."""
        self.were_old: set[str] = set()
        """Hosts whose programs ever were."""
        self.wires = self.network.tap = Wiretap(
            lambda host: host in self.old, lambda host: next(each.lives for each in self.hosts if each.name == host)
        )
        names = names_of(size)
        self.workstations: list[Workstation] = []
        for name in names:
            workstation = Workstation(name, simulation, self.network, self.history, {})
            settle_in(workstation.disk, workstation.config.data, name, workstation.signer)
            self.workstations.append(workstation)
        signers = {each.name: each.signer.public_key().public_bytes_raw() for each in self.workstations}
        self.premises = Premises(simulation, self.network, self.history, folder, signers)
        self.premises.has_ledger = size.ledger
        self.promised = {each.name: Promised() for each in self.workstations}
        self.broken: list[str] = []
        """Promises that were found broken where nothing can be raised."""
        self.on_death: Callable[[Host], None] = lambda _host: None
        """Told when a machine has died, and its disk is as it will be found."""

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All machines."""
        return (self.premises, *self.workstations)

    def open(self) -> None:
        """Everyone comes to work."""
        for host in self.hosts:
            if self.chance.random() < OLD_SHARE:
                self.old.add(host.name)
                self.were_old.add(host.name)
                self.history.note(host.name, "has a program of the first version")
            host.start()
            self.simulation.spawn("", self._take_care(host))

    async def _take_care(self, host: Host) -> None:
        """A machine that died is found by somebody, and started again."""
        while True:
            await host.stopped.wait()
            self._despair(host)
            await host.die(power=self.chance.random() < 0.6)  # noqa: PLR2004 - somewhat more often than a mere crash
            self.on_death(host)
            await asyncio.sleep(self.chance.uniform(0, 3))
            host.start()

    async def until_open(self) -> None:
        """The premises is there, whether or not it was gone."""
        async with asyncio.timeout(OPEN_S):
            while not self.is_open:  # noqa: ASYNC110 - it may be another program each time
                await asyncio.sleep(0.5)

    @property
    def is_open(self) -> bool:
        """The premises takes connections."""
        service = self.premises.service
        return self.premises.up and service is not None and service.listening.is_set()

    def _despair(self, host: Host) -> None:
        promised = self.promised.get(host.name)
        if promised is not None:
            promised.dark.discard(promised.pending)
            promised.pending = ""
            self._doubt(host)
            self.show(host.name)

    async def restart(self, host: Host) -> None:
        """A program stops in good order, and starts again."""
        self._doubt(host)
        await host.restart()

    def _doubt(self, host: Host) -> None:
        """Its state may not be kept, and it said so: a blackout may be forgotten with the program's end."""
        if host.name in self.promised and not host.is_well:
            self.promised[host.name].dark.clear()
            self.show(host.name)

    # What people do

    async def ask(self, workstation: Workstation, command: str) -> None:
        """Somebody at the workstation wants something."""
        promised = self.promised[workstation.name]

        async def do() -> None:
            if command == "blackout_on" and workstation.machine.answer is not None:
                promised.pending = "command line"
                promised.dark.add(promised.pending)
                self.show(workstation.name)  # from this moment on, whatever the answer takes
            await workstation.ask(command, "by hand")

        self._expect_less(workstation.name, command, "command line")
        done, answer = await self.on(workstation, do())
        if command == "blackout_on":
            if not done or answer is not None:
                promised.dark.discard("command line")
            promised.pending = ""
            self.show(workstation.name)
        self.history.note(workstation.name, f"was asked at the machine: {command}: {_said(done, answer)}")

    async def command(
        self, workstation: Workstation, name: CommandName, recording: RecordingId | None = None
    ) -> Result | None:
        """Somebody at the portal wants something."""
        service = self.premises.service
        if service is None:
            return None
        self._expect_less(workstation.name, name, "api")
        results: list[Result] = []

        async def do() -> None:
            results.append(await service.command(workstation.id, name, recording=recording, reason="from afar"))

        done, answer = await self.on(self.premises, do())
        result = results[0] if results else None
        if name == "blackout_on" and result is not None and result.ok and not workstation.fails:
            self.promised[workstation.name].dark.add("api")
            self.show(workstation.name)
        said = _said(done, answer) if result is None else "ok" if result.ok else result.code
        self.history.note("premises", f"asked {workstation.name}: {name}: {said}")
        return result

    async def repeat(self, workstation: Workstation) -> None:
        """The premises sends a command that it sent before, in a connection that has not seen it."""
        for link in self.network.links:
            end = link.ends[1]
            peer = cast("ScreenPeer", end.protocol)
            if end.other.host != workstation.name or peer.end is not None:
                continue
            known = self.wires.repeatable(end)
            if known and peer.core.established:
                command = self.chance.choice(known)
                if command.name == "blackout_off":
                    self._expect_less(workstation.name, command.name, "api")
                elif command.name in {"start", "stop"}:
                    self._expect_less(workstation.name, command.name, "")
                self.history.note("premises", f"repeats command {command.id} ({command.name}) to {workstation.name}")
                peer.post(command)

    def show(self, name: str) -> None:
        """What must not be captured stands on the screen while it certainly is not captured."""
        workstation = next(each for each in self.workstations if each.name == name)
        secret = bool(self.promised[name].dark)
        if secret != workstation.desk.secret:
            workstation.desk.secret = secret
            self.history.note(name, "a card number is on the screen" if secret else "the card number is gone")

    def _expect_less(self, name: str, command: str, who: str) -> None:
        """From now on a blackout may end, whatever comes of the command."""
        if command == "blackout_off":
            self.promised[name].dark.discard(who)
        elif command in {"stop", "start"}:  # a blackout may be bound to what is recorded
            self.promised[name].dark.clear()
        self.show(name)

    async def on(self, host: Host, work: Coroutine[Any, Any, None]) -> tuple[bool, PlayheadError | None]:
        """Do something on a host; whether it came to an end, and the error that it ended with."""
        errors: list[PlayheadError] = []

        async def guarded() -> None:
            try:
                await work
            except PlayheadError as error:
                errors.append(error)

        if not host.up:
            work.close()
            return False, None
        task = self.simulation.spawn(host.name, guarded())
        death = asyncio.ensure_future(host.stopped.wait())
        await asyncio.wait({task, death}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        death.cancel()
        if not task.done() or task.cancelled() or task.exception() is not None:
            return False, None
        return True, errors[0] if errors else None


def names_of(size: Size) -> list[str]:
    """The workstations of an office."""
    return [f"pc-{number}" for number in range(1, size.workstations + 1)]


def furnish(size: Size) -> None:
    """Make what every run of this size begins with; once, outside of any loop."""
    prepare({name: signer_of(name).public_key().public_bytes_raw() for name in names_of(size)})


def _said(done: bool, answer: PlayheadError | None) -> str:  # noqa: FBT001 - it is the answer
    if not done:
        return "no answer"
    return "ok" if answer is None else answer.code
