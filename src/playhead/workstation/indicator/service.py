"""The indicator: asks the workstation what it does, twice a second, and has a click begin or end a blackout."""

import asyncio
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from playhead.base.errors import PlayheadError
from playhead.workstation.control import Question, ask
from playhead.workstation.indicator.face import Face, face_of
from playhead.workstation.indicator.window import IndicatorWindow
from playhead.workstation.indicator.x11 import Desktop
from playhead.workstation.status import LocalStatus

POLL_S: Final = 0.5
ANSWER_S: Final = 2.0
"""A workstation that takes longer to answer is not known to record."""

_log: Any = structlog.get_logger(__name__)


class Indicator:
    """See the module.

    Args:
        folder: the workstation's data folder.
        display: name of the display; empty for the one in the environment.
        zone: of the times shown.
    """

    def __init__(self, folder: Path, display: str, zone: tzinfo) -> None:
        self._folder = folder
        self._display = display
        self._zone = zone
        self._clicks = asyncio.Event()
        self.window: IndicatorWindow | None = None
        self.face: Face | None = None
        """What is shown."""

    async def run(self) -> None:
        """Show until cancelled, or until the display is gone.

        Raises:
            UnavailableError: ``indicator.no_display``.
        """
        desktop = Desktop(self._display)
        try:
            window = self.window = IndicatorWindow(desktop, self._clicks.set)
            async with desktop.watched(window.take) as gone:
                showing = asyncio.ensure_future(self._show(window))
                try:
                    await asyncio.wait({gone, showing}, return_when=asyncio.FIRST_COMPLETED)
                    if gone.done():
                        gone.result()
                    showing.result()
                finally:
                    showing.cancel()
        finally:
            desktop.close()

    async def _show(self, window: IndicatorWindow) -> None:
        while True:
            if self._clicks.is_set():
                self._clicks.clear()
                await self._ask("blackout_toggle")
            self.face = face_of(await self._ask("status"), self._zone)
            window.show(self.face)
            try:
                async with asyncio.timeout(POLL_S):
                    await self._clicks.wait()
            except TimeoutError:
                continue

    async def _ask(self, command: str) -> LocalStatus | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await ask(self._folder, Question(command))
            return msgspec.convert(answer.get("status"), LocalStatus)
        except PlayheadError as error:
            if command != "status":
                _log.warning("blackout not switched", code=error.code, error=error.message)
        except (TimeoutError, msgspec.ValidationError) as error:
            _log.warning("the workstation does not answer", error=type(error).__name__)
        return None
