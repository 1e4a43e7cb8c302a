"""The workstation's log says more for a while, because the premises wants it to (docs/wire/screen.md §8.3).

Until when is durable before it begins, so that a restart goes on with what is left of it. By the wall clock, which may
be set: it never lasts longer than it was said to from where it is looked at.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import UnavailableError
from playhead.base.log_levels import WHOLE, raise_levels
from playhead.store.disk import Disk
from playhead.store.small_files import read_small_file, write_small_file
from playhead.wire.screen import Command
from playhead.wire.screen.log_orders import LogLevel

LOOK_S: Final = 60.0
"""How often it is looked at the latest whether the time is over: the clock may be set."""
_BYTES_MAX: Final = 4096

_log: Any = structlog.get_logger()


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    level: LogLevel = ""
    until_us: int = 0
    length_us: int = 0
    """From the order to the end."""

    def left_us(self, now_us: int) -> int:
        left_us = self.until_us - now_us
        return min(left_us, self.length_us) if self.level and left_us > 0 else 0


class RaisedLevel:
    """See the module.

    Args:
        disk: where ``path`` is.
        path: a small file.
        clock: for the time.
        say: has this program say more; for tests.
    """

    def __init__(
        self, disk: Disk, path: Path, clock: Clock, *, say: Callable[[Mapping[str, str]], None] = raise_levels
    ) -> None:
        self._disk = disk
        self._path = path
        self._clock = clock
        self._say = say
        self._kept = _Kept()
        self._until_us = 0
        """Monotonic time."""
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Go on with what was ordered before, and fall back when its time is over, until cancelled."""
        try:
            async with self._turn:
                self._begin(await asyncio.to_thread(self._load))
            while True:
                self._changed.clear()
                left_us = min(self._until_us - self._clock.monotonic_us(), self._kept.left_us(self._clock.wall_us()))
                if self._kept.level and left_us <= 0:
                    _log.info("log says what is configured")
                    self._begin(_Kept())
                try:
                    async with asyncio.timeout(min(LOOK_S, left_us / 1e6) if left_us > 0 else None):
                        await self._changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._say({})

    async def carry_out(self, command: Command) -> None:
        """Do what the premises orders, where it is about the log.

        Raises:
            UnavailableError: ``file.unwritable``: it could not be kept, and is not done.
        """
        if command.name != "log_level":
            return
        length_us = command.log.length_ms * 1000
        until_us = self._clock.wall_us() + length_us
        wanted = _Kept(command.log.level, until_us, length_us) if command.log.level and length_us else _Kept()
        async with self._turn:
            await asyncio.to_thread(write_small_file, self._disk, self._path, msgspec.json.encode(wanted))
            self._begin(wanted)
        _log.info("log says more" if wanted.level else "log says what is configured", to=wanted.level)

    def _begin(self, kept: _Kept) -> None:
        left_us = kept.left_us(self._clock.wall_us())
        self._kept = kept
        self._until_us = self._clock.monotonic_us() + left_us
        self._say({WHOLE: kept.level} if left_us else {})
        self._changed.set()

    def _load(self) -> _Kept:
        try:
            data = read_small_file(self._disk, self._path, bytes_max=_BYTES_MAX)
            return _Kept() if data is None else msgspec.json.decode(data, type=_Kept)
        except (UnavailableError, msgspec.MsgspecError) as error:  # no reason not to record
            _log.warning("level of the log not read", reason=str(error))
            return _Kept()
