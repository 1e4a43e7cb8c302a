"""One look for all who want one: who asks while somebody looks gets the same."""

import asyncio
from collections.abc import Awaitable, Callable

from playhead.environment.doctor.findings import Report

Examine = Callable[[], Awaitable[Report]]
"""Looks over this machine. May take ten seconds; must not hold up the loop."""


class SharedLook:
    """See the module.

    Args:
        examine: looks.
    """

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._looking: asyncio.Task[Report] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether somebody looks now."""
        return self._looking is not None

    async def look(self) -> Report:
        """The report of a look that ends after this was called.

        Raises:
            PlayheadError: it could not look.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="doctor")
            self._looking.add_done_callback(self._looked)
        return await asyncio.shield(self._looking)

    def close(self) -> None:
        """Stop looking; nobody waits any more."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self) -> Report:
        return await self._examine()

    def _looked(self, task: asyncio.Task[Report]) -> None:
        self._looking = None
        if not task.cancelled():
            task.exception()  # where nobody waits any more, nobody is to be told
