"""One player's session: its streams, and what is being played on them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.premises.native_players.access import Access, Admitted
from playhead.premises.native_players.config import NativePlayersConfig
from playhead.premises.native_players.playing import Outlet, Playing, Wire
from playhead.premises.native_players.reels import Reels
from playhead.premises.native_players.rules import BEFORE_TICKS, LEAD_US, Pace, Window, keys_only
from playhead.premises.native_players.walks import Program, Walk
from playhead.premises.player.demand import Demand, Screen
from playhead.premises.player.live import Lookup
from playhead.premises.player.shelf import Shelf
from playhead.premises.player.streamed import Turns
from playhead.premises.player.viewings import Viewings
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.wire import rtp, rtsp

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all sessions have in common."""

    config: NativePlayersConfig
    clock: Clock
    catalogue: Catalogue
    access: Access
    audit: AuditTrail
    lookup: Lookup
    shelf: Shelf
    reels: Reels
    screen: Screen
    demand: Demand
    viewings: Viewings
    viewers: Turns


@dataclass(frozen=True, slots=True)
class Order:
    """How it is to be played."""

    window: Window
    scale: float = 1.0
    speed: float = 1.0
    live: bool = False
    """From the live edge on."""
    lead_us: float = LEAD_US
    """As of `Pace`."""


class Session:
    """See the module.

    Args:
        shared: with all others.
        program: what is played.
        admitted: by whom.
        wire: to the player.
        address: of the player.
        says_goodbye: as of `Playing`.
        on_over: called where playing has come to its end, with what went wrong if that is why.
    """

    def __init__(
        self,
        shared: Shared,
        program: Program,
        admitted: Admitted,
        wire: Wire,
        *,
        address: str,
        says_goodbye: bool,
        on_over: Callable[[PlayheadError | None], Awaitable[None]],
    ) -> None:
        self.id = secrets.token_hex(8)
        self.program = program
        self.admitted = admitted
        self.outlets: dict[int, Outlet] = {}
        """By track."""
        self.playing: Playing | None = None
        """What is played, or paused."""
        self._shared = shared
        self._wire = wire
        self._address = address
        self._says_goodbye = says_goodbye
        self._on_over = on_over
        self._task: asyncio.Task[None] | None = None
        self._order: Order | None = None
        self._began_us = shared.clock.monotonic_us()
        self._origin = secrets.randbits(31)
        self._base = 0

    @property
    def is_playing(self) -> bool:
        """Whether something is being sent."""
        return self._task is not None

    @property
    def is_live(self) -> bool:
        """Whether what is played, or paused, is what is recorded now."""
        return self._order is not None and self._order.live

    def set_up(self, track: int, channels: tuple[int, int]) -> Outlet:
        """A stream goes there from now on."""
        self.outlets[track] = Outlet(channels, secrets.randbits(32), secrets.randbits(15))
        return self.outlets[track]

    def channels_for(self, wanted: rtsp.Channels) -> tuple[int, int] | None:
        """What is wanted, where no stream uses it, or another pair; None where there is none left."""
        used = {channel for outlet in self.outlets.values() for channel in outlet.channels}
        pairs = [(one, one + 1) for one in range(0, 255, 2)]
        if wanted.rtp is not None and wanted.rtcp is not None:
            pairs.insert(0, (wanted.rtp, wanted.rtcp))
        return next((pair for pair in pairs if used.isdisjoint(pair)), None)

    async def prepare(self, order: Order) -> Playing:
        """Have something played from `begin` on; what was played before has ended."""
        await self.rest()
        shared = self._shared
        from_us = None if order.live else order.window.start_us
        only_keys = keys_only(order.scale)
        elapsed = rtp.ticks(shared.clock.monotonic_us() - self._began_us)
        reached = 0 if self.playing is None else self.playing.base - self._origin + self.playing.highest
        self._base = max(reached, elapsed) + BEFORE_TICKS
        pace = Pace(asyncio.get_running_loop().time(), order.window.start_us, order.scale, order.speed, order.lead_us)
        self._order = order
        self.playing = Playing(
            program=self.program,
            walks={
                track: Walk(self.program, track, shared.shelf, shared.reels, from_us=from_us, only_keys=only_keys)
                for track in self.outlets
            },
            outlets=self.outlets,
            wire=self._wire,
            clock=shared.clock,
            pace=pace,
            base=self._origin + self._base,
            start_us=order.window.start_us,
            end_us=order.window.end_us,
            says_goodbye=self._says_goodbye,
            cname=self.id,
            tell=self._tell,
            may=self._may,
            position_us=order.window.start_us,
        )
        return self.playing

    def begin(self) -> None:
        """Send what was prepared, or go on with what was paused."""
        if self.playing is not None and self._task is None:
            self._task = asyncio.create_task(self._play(self.playing), name=f"play {self.program.recording.id}")
            self._task.add_done_callback(self._played)

    async def rest(self) -> None:
        """Send no more; what was being played stays where it is."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _play(self, playing: Playing) -> None:
        fault: PlayheadError | None = None
        try:
            if self.program.is_over:
                await playing.run(None)
            else:
                recording = self.program.recording
                with (
                    self._shared.screen.subscribe(recording.id) as changes,
                    self._shared.demand.watching(recording.workstation),
                ):
                    await playing.run(changes)
        except PlayheadError as error:
            fault = error
            _log.warning("playing ended", recording=str(self.program.recording.id), code=error.code)
        self._task = None
        await self._on_over(fault)

    def _played(self, task: asyncio.Task[None]) -> None:
        """Where it ended by a mistake of ours, the player is not left waiting."""
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("playing broke", recording=str(self.program.recording.id), exc_info=error)
            self._wire.close()

    async def _may(self) -> None:
        await self._shared.access.look_again(self.admitted, "live" if self.is_live else "play")

    def _tell(self, from_us: int, to_us: int, size: int) -> None:
        begun_us = self.program.recording.started_at_us
        self._shared.viewings.sent(
            str(self.admitted.user),
            self.program.recording.id,
            self._address,
            (begun_us + from_us, begun_us + to_us),
            size=size,
        )
