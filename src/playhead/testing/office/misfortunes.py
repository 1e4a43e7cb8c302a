"""What may befall an office, and how often. Each misfortune is a method; a seed chooses."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from typing import Any, Final

from playhead.base.ids import RecordingId
from playhead.testing.network import Conditions
from playhead.testing.office.hosts import Host, Workstation
from playhead.testing.office.office import Office

STEPS_MAX: Final = 40
"""A death is planned for one of so many steps of the disk: about two seconds of work."""

Misfortune = Callable[[], Coroutine[Any, Any, None]]


class Misfortunes:
    """See the module.

    Args:
        office: whom they befall.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._chance = office.chance
        self._are_clocks_left_alone = office.chance.random() < 0.5  # noqa: PLR2004 - a fair coin
        self._kinds: list[tuple[int, Misfortune]] = [
            (8, self.record),
            (3, self.stop_recording),
            (8, self.darken),
            (4, self.lighten),
            (10, self.die_at_a_step),
            (14, self.die_after),
            (3, self.die_now),
            (5, self.die_when_acknowledging),
            (3, self.restart),
            (4, self.cut),
            (3, self.cut_half),
            (3, self.abandon),
            (3, self.stall),
            (4, self.unreachable),
            (3, self.weather),
            (6, self.repeat_command),
            (4, self.full_disk),
            (3, self.bad_disk),
            (3, self.clock_step),
            (2, self.display),
            (2, self.capture_breaks),
            (2, self.update),
        ]

    async def strike(self) -> None:
        """The next one."""
        weights, kinds = zip(*self._kinds, strict=True)
        (misfortune,) = self._chance.choices(kinds, weights)
        await misfortune()

    def end(self) -> None:
        """No disk, network or desk is at fault any more."""
        office = self._office
        office.network.conditions = Conditions()
        office.wires.on_ack = lambda: None
        for link in list(office.network.links):
            if link.ends[0].stalled_until > office.simulation.loop.time():
                link.cut()
        for host in office.hosts:
            host.spare()
            host.heal()
        for workstation in office.workstations:
            workstation.desk.away = workstation.desk.breaks = False
        office.history.note("", "the faults end")

    # People

    async def record(self) -> None:
        """Somebody starts a recording."""
        workstation = self._workstation()
        if self._chance.random() < 0.3:  # noqa: PLR2004 - mostly from afar
            await self._office.ask(workstation, "start")
        else:
            recording = RecordingId.new(self._office.premises.clock)
            await self._office.command(workstation, "start", recording)

    async def stop_recording(self) -> None:
        """Somebody ends it."""
        await self._order("stop")

    async def darken(self) -> None:
        """Somebody begins a blackout."""
        await self._order("blackout_on")

    async def lighten(self) -> None:
        """Somebody ends it."""
        await self._order("blackout_off")

    async def repeat_command(self) -> None:
        """A command arrives twice, under its own id, as from a server that heard no answer."""
        await self._office.repeat(self._workstation())

    # Machines

    async def die_at_a_step(self) -> None:
        """A machine dies at some step of its disk."""
        host = self._host()
        if host.up:
            steps = self._chance.randint(1, STEPS_MAX)
            host.cut_soon(steps, silent=self._is_silent())
            self._office.history.note(host.name, f"will die in {steps} steps")

    async def die_after(self) -> None:
        """A machine dies in the middle of one of the orders of steps that matter."""
        host = self._host()
        if host.up:
            kind = self._chance.choice(("rename", "sync_files", "sync", "commit", "committed", "create", "remove"))
            host.cut_after(kind, silent=self._is_silent())
            self._office.history.note(host.name, f"will die after its next {kind}")

    async def die_now(self) -> None:
        """A machine dies while it does nothing with its disk."""
        host = self._host()
        if host.up:
            host.disk.cut()

    async def die_when_acknowledging(self) -> None:
        """The premises dies in the moment in which it promises something."""
        premises = self._office.premises

        def on_ack() -> None:
            self._office.wires.on_ack = lambda: None
            if premises.up:
                premises.disk.cut()

        self._office.wires.on_ack = on_ack

    async def restart(self) -> None:
        """A program is updated: it stops in good order, and starts again."""
        host = self._host()
        if host.up:
            await self._office.restart(host)

    async def update(self) -> None:
        """A machine that has a program of the first version gets the present one. That takes a new start."""
        old = [host for host in self._office.hosts if host.name in self._office.old and host.up]
        if old:
            host = self._chance.choice(old)
            self._office.old.discard(host.name)
            self._office.history.note(host.name, "is updated to this version")
            await self._office.restart(host)

    async def clock_step(self) -> None:
        """Somebody sets a clock; in half of all offices nobody ever does."""
        if self._are_clocks_left_alone:
            return
        host = self._host()
        by_s = self._chance.choice((-3600, -30, -2, 1, 5, 30, 3600))
        host.clock.off_us += by_s * 1_000_000
        self._office.history.note(host.name, f"clock set by {by_s} s")

    async def full_disk(self) -> None:
        """A disk has no room; later it has some again."""
        host = self._host()
        if host.disk.capacity_bytes is None:
            host.disk.capacity_bytes = host.disk.used_bytes() + self._chance.randrange(4_096)
        else:
            host.disk.capacity_bytes = None
        self._office.history.note(host.name, "disk has room again" if host.disk.capacity_bytes is None else "disk full")

    async def bad_disk(self) -> None:
        """A disk fails now and then; later it does not."""
        host = self._host()
        if host.fails:
            host.heal()
        else:
            kind = self._chance.choice(("sync", "sync_files", "sync_folder", "write", "rename", "remove", "create"))
            host.fails[kind] = (errno.EIO, self._chance.choice((0.05, 0.3, 1.0)))
        self._office.history.note(host.name, f"disk fails: {host.fails}")

    async def display(self) -> None:
        """The display goes, or comes back."""
        desk = self._workstation().desk
        desk.away = not desk.away
        self._office.history.note(desk.name, "display off" if desk.away else "display on")

    async def capture_breaks(self) -> None:
        """The capture fails in some way that nobody thought of."""
        desk = self._workstation().desk
        desk.breaks = True
        self._office.history.note(desk.name, "capture breaks")

    # Wires

    async def cut(self) -> None:
        """A connection breaks, for both."""
        for link in self._link():
            link.cut()

    async def cut_half(self) -> None:
        """One end loses it, the other hears nothing any more."""
        for link in self._link():
            link.cut_half(self._chance.randrange(2))

    async def abandon(self) -> None:
        """The workstation gives a connection up; what it sent there arrives after what it sends anew."""
        for link in self._link():
            link.abandon(self._chance.uniform(0, 8))

    async def stall(self) -> None:
        """Nothing arrives for a while."""
        for link in self._link():
            link.stall(self._chance.uniform(0, 30))

    async def unreachable(self) -> None:
        """Nobody reaches anybody, or can again."""
        conditions = self._office.network.conditions
        conditions.reachable = not conditions.reachable
        self._office.history.note("", "network up" if conditions.reachable else "network down")

    async def weather(self) -> None:
        """The wires are slow, or swift."""
        conditions = self._office.network.conditions
        conditions.delay_ms_max = self._chance.choice((1, 20, 400))
        conditions.piece_bytes_max = self._chance.choice((300, 1500, 65536))

    # How

    async def _order(self, command: str) -> None:
        workstation = self._workstation()
        if self._chance.random() < 0.5:  # noqa: PLR2004 - a fair coin
            await self._office.ask(workstation, command)
        else:
            await self._office.command(workstation, command)  # pyright: ignore[reportArgumentType] - one of theirs

    def _host(self) -> Host:
        return self._chance.choice(self._office.hosts)

    def _workstation(self) -> Workstation:
        return self._chance.choice(self._office.workstations)

    def _link(self) -> list[Any]:
        links = self._office.network.links
        if not links:
            return []
        self._office.history.note("", "a connection is disturbed")
        return [self._chance.choice(links)]

    def _is_silent(self) -> bool:
        return self._chance.random() < 0.5  # noqa: PLR2004 - a fair coin


async def pause(office: Office) -> None:
    """The time to the next misfortune."""
    await asyncio.sleep(office.chance.uniform(0, office.size.pause_s))
