"""The agent's hotkey: a key combination that counts whichever program has the focus (X11 protocol §9, GrabKey)."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
import xcffib
import xcffib.xproto as x

from playhead.base.errors import ConflictError, PlayheadError, UnavailableError
from playhead.workstation.indicator.keys import Keys
from playhead.workstation.indicator.x11 import Desktop

RETRY_S: Final = 5.0
"""How often it is tried again to get the keys, where there is no display yet or another program has them."""

REPEAT_MS: Final = 500
"""A key that is held repeats itself; presses that follow one another within this are one."""

_LOCKS: Final = (0, 1 << 1, 1 << 4, (1 << 1) | (1 << 4))
"""Caps Lock (Lock) and Num Lock (Mod2), which must not matter."""

_log: Any = structlog.get_logger(__name__)


class Hotkey:
    """See the module.

    Args:
        display: its name; empty for the one in the environment.
        keys: the combination.
        pressed: called for each press, one after another.
    """

    def __init__(self, display: str, keys: Keys, pressed: Callable[[], Awaitable[None]]) -> None:
        self._display = display
        self._keys = keys
        self._pressed = pressed
        self._presses: asyncio.Queue[None] = asyncio.Queue(maxsize=8)
        self._last_ms: int | None = None
        self._code = 0
        self.grabbed = asyncio.Event()
        """Set while presses are noticed."""

    async def run(self) -> None:
        """Listen until cancelled, whatever happens to the display. It never ends by itself."""
        problem = ""
        while True:
            try:
                await self._listen()
            except PlayheadError as error:
                if str(error) != problem:
                    problem = str(error)
                    _log.warning("hotkey not usable", code=error.code, error=error.message)
            finally:
                self.grabbed.clear()
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        desktop = Desktop(self._display)
        try:
            self._grab(desktop)
            async with desktop.watched(lambda event: self._take(desktop, event)) as gone:
                self.grabbed.set()
                _log.info("hotkey ready")
                serving = asyncio.ensure_future(self._serve())
                try:
                    await asyncio.wait({gone, serving}, return_when=asyncio.FIRST_COMPLETED)
                    if gone.done():
                        gone.result()
                    serving.result()
                finally:
                    serving.cancel()
        finally:
            desktop.close()

    async def _serve(self) -> None:
        while True:
            await self._presses.get()
            try:
                await self._pressed()
            except PlayheadError as error:
                _log.error("hotkey not obeyed", code=error.code, error=error.message)

    def _take(self, desktop: Desktop, event: Any) -> None:  # noqa: ANN401 - xcffib has no types
        match event:
            case x.KeyPressEvent():
                at_ms = int(event.time)
                since_ms = None if self._last_ms is None else (at_ms - self._last_ms) & 0xFFFFFFFF
                self._last_ms = at_ms
                if (since_ms is None or since_ms >= REPEAT_MS) and not self._presses.full():
                    self._presses.put_nowait(None)
            case x.MappingNotifyEvent():
                self._follow(desktop)
            case _:
                pass

    def _follow(self, desktop: Desktop) -> None:
        """With another keyboard layout the key may lie elsewhere. Where it does not, no press may be missed."""
        before = self._code
        if self._keycode(desktop) != before:
            self._grab(desktop)
            desktop.core.UngrabKey(before, desktop.root, x.ModMask.Any)

    def _grab(self, desktop: Desktop) -> None:
        """Have the presses of the keys sent here.

        Raises:
            UnavailableError: ``hotkey.no_key``.
            ConflictError: ``hotkey.taken``.
        """
        code = self._code = self._keycode(desktop)
        try:
            for locks in _LOCKS:
                desktop.core.GrabKeyChecked(
                    True,  # noqa: FBT003 - the protocol's order: owner_events
                    desktop.root,
                    self._keys.modifiers | locks,
                    code,
                    x.GrabMode.Async,
                    x.GrabMode.Async,
                ).check()
        except x.AccessError as error:
            message = "Another program has the blackout's hotkey."
            raise ConflictError("hotkey.taken", message, hint="Choose another one as blackout_hotkey.") from error
        except (xcffib.Error, xcffib.XcffibException) as error:
            raise UnavailableError("hotkey.refused", "The X server did not give the blackout's hotkey.") from error

    def _keycode(self, desktop: Desktop) -> int:
        setup = desktop.connection.get_setup()
        first, last = int(setup.min_keycode), int(setup.max_keycode)
        try:
            mapping = desktop.core.GetKeyboardMapping(first, last - first + 1).reply()
        except (xcffib.Error, xcffib.XcffibException) as error:
            raise UnavailableError("hotkey.refused", "The X server did not tell its keys.") from error
        width, keysyms = int(mapping.keysyms_per_keycode), [int(each) for each in mapping.keysyms]
        for index in range(last - first + 1):
            if self._keys.keysym in keysyms[index * width : index * width + min(width, 2)]:
                return first + index
        raise UnavailableError("hotkey.no_key", "This keyboard has no such key as the blackout's hotkey.")
