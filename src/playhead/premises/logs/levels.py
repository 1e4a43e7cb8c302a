"""Logs that say more for a while: of workstations, which are told, and of services of this server.

What was wanted is durable here before anybody is told. A workstation keeps the end of its time itself, and falls back
without us; one that is not connected is told when it comes. An end before the time is remembered until its workstation
has been told, or until it would have fallen back by itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, LimitError, NotFoundError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.base.log_levels import WHOLE, raise_levels
from playhead.domain.live import LiveWorkstation
from playhead.domain.log_levels import Kind, Raise, with_raise
from playhead.premises.arrivals import Arrivals
from playhead.premises.screen.live import Subscription
from playhead.store.disk import Disk
from playhead.store.logs.levels import load_levels, save_levels
from playhead.wire.screen import LogOrder
from playhead.wire.screen.log_orders import AS_CONFIGURED
from playhead.wire.screen.messages import Result

LOOK_S: Final = 60.0
"""How often it is looked at the latest whose time is over: clocks may be set."""

_log: Any = structlog.get_logger()


class Screen(Protocol):
    """What is needed of `playhead.premises.screen.service.ScreenService`, which documents it."""

    async def command(self, workstation: WorkstationId, name: Literal["log_level"], *, log: LogOrder) -> Result:
        """Have a workstation do something."""
        ...

    def workstations(self) -> list[LiveWorkstation]:
        """All that are enrolled."""
        ...

    def subscribe(self) -> Subscription:
        """What changes."""
        ...


class LogLevels:
    """See the module.

    Args:
        disk: where they are kept.
        root: folder of the log store.
        screen: reaches workstations.
        clock: for the time.
        say: has this program's services say more; for tests.
    """

    def __init__(
        self,
        disk: Disk,
        root: Path,
        screen: Screen,
        clock: Clock,
        *,
        say: Callable[[Mapping[str, str]], None] = raise_levels,
    ) -> None:
        self._disk = disk
        self._root = root
        self._screen = screen
        self._clock = clock
        self._say = say
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._raises: tuple[Raise, ...] = ()
        try:
            self._raises = load_levels(disk, root)
        except (CorruptError, UnavailableError) as error:  # no reason for a server not to start
            _log.warning("levels of logs not read", code=error.code, reason=error.message)

    async def run(self) -> None:
        """Tell workstations that come, and let go of what is over, until cancelled."""
        watching = asyncio.create_task(Arrivals(self._screen, self._tell_of).run(), name="levels of logs")
        try:
            while True:
                self._changed.clear()
                async with self._turn:
                    await self._let_go()
                ends = [left for one in self._raises if (left := one.left_us(self._clock.wall_us()))]
                try:
                    async with asyncio.timeout(min([LOOK_S, *(left / 1e6 for left in ends)])):
                        await self._changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._say({})
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def all(self) -> list[Raise]:
        """Those whose time is not over, by workstation and service."""
        now_us = self._clock.wall_us()
        return sorted((one for one in self._raises if one.left_us(now_us)), key=lambda one: one.target)

    async def begin(self, wanted: Raise) -> Raise:
        """Have a log say more, in the place of what was wanted of it before; how that stands now.

        Raises:
            NotFoundError: ``workstation.not_found``.
            LimitError: ``logs.levels``.
            UnavailableError: ``file.unwritable``: it could not be kept, and is not so.
        """
        if wanted.kind == "workstation" and all(str(live.id) != wanted.name for live in self._screen.workstations()):
            raise NotFoundError("workstation.not_found", f"There is no workstation {wanted.name[:64]!r}.")
        async with self._turn:
            await self._let_go()
            await self._keep(with_raise(self._raises, wanted))
        self._changed.set()
        _log.info("log says more", of=wanted.name, to=wanted.level, by=wanted.by)
        return await self._tell(wanted) or wanted

    async def end(self, kind: Kind, name: str) -> Raise:
        """Have a log say what it is configured to, before the time is over.

        Returns:
            What it was: ``ending`` where its workstation is still to be told.

        Raises:
            NotFoundError: ``logs.not_raised``.
            UnavailableError: ``file.unwritable``.
        """
        async with self._turn:
            found = self._find((kind, name))
            if found is None or found.state == "ending":
                raise NotFoundError("logs.not_raised", f"The log of {name[:64]!r} says what is configured.")
            ending = msgspec.structs.replace(found, state="ending", problem="")
            others = tuple(one for one in self._raises if one is not found)
            await self._keep((*others, ending) if kind == "workstation" else others)
        self._changed.set()
        return await self._tell(ending) or found

    async def _tell_of(self, workstation: WorkstationId) -> None:
        found = self._find(("workstation", str(workstation)))
        if found is not None and found.state in {"waiting", "ending"}:
            await self._tell(found)

    async def _tell(self, raised: Raise) -> Raise | None:
        """Tell its workstation, if it has one; how it stands now, or None where it is over."""
        if raised.kind == "service":
            return raised if raised.state == "in_force" else None
        is_ending = raised.state == "ending"
        left_ms = raised.left_us(self._clock.wall_us()) // 1000
        order = AS_CONFIGURED if is_ending else LogOrder(raised.level, left_ms)
        try:
            result = await self._screen.command(WorkstationId(raised.name), "log_level", log=order)
        except (UnavailableError, LimitError) as error:
            state = "failed" if error.code == "screen.too_old" else raised.state
            return await self._note(raised, msgspec.structs.replace(raised, state=state, problem=error.message))
        if not result.ok:
            return await self._note(raised, msgspec.structs.replace(raised, state="failed", problem=result.message))
        told = None if is_ending else msgspec.structs.replace(raised, state="in_force", problem="")
        return await self._note(raised, told)

    async def _note(self, before: Raise, now: Raise | None) -> Raise | None:
        """How it stands, unless something else was wanted meanwhile."""
        async with self._turn:
            if before in self._raises:
                others = tuple(one for one in self._raises if one != before)
                await self._keep(others if now is None else (*others, now))
        return now

    async def _let_go(self) -> None:
        """Of what is over, and have this program's services say what is left."""
        now_us = self._clock.wall_us()
        over = [one for one in self._raises if not one.left_us(now_us)]
        for one in over:
            _log.info("log says what is configured", of=one.name, by=one.by)
        if over:
            try:
                await self._keep(tuple(one for one in self._raises if one not in over))
            except UnavailableError as error:  # it is over all the same, by its time
                _log.warning("levels of logs not kept", code=error.code, reason=error.message)
        self._apply()

    async def _keep(self, raises: tuple[Raise, ...]) -> None:
        await asyncio.to_thread(save_levels, self._disk, self._root, raises)
        self._raises = raises
        self._apply()

    def _apply(self) -> None:
        now_us = self._clock.wall_us()
        mine = [one for one in self._raises if one.kind == "service" and one.left_us(now_us)]
        self._say({WHOLE if one.name == "premises" else one.name: one.level for one in mine})

    def _find(self, target: tuple[Kind, str]) -> Raise | None:
        now_us = self._clock.wall_us()
        return next((one for one in self._raises if one.target == target and one.left_us(now_us)), None)
