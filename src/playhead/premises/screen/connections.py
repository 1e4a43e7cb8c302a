"""Who is connected: of each workstation the newest connection."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from playhead.base.errors import UnavailableError
from playhead.base.ids import WorkstationId
from playhead.premises.screen.connected import ConnectedWorkstation
from playhead.wire.screen.messages import CommandName

REPLACED_RETRY_MS: Final = 5_000
"""When the older of two connections of one workstation may come back, should it be another machine with the same
keys."""


class Connections(Mapping[WorkstationId, ConnectedWorkstation]):
    """See the module."""

    def __init__(self) -> None:
        self._connected: dict[WorkstationId, ConnectedWorkstation] = {}

    def __getitem__(self, workstation: WorkstationId) -> ConnectedWorkstation:
        return self._connected[workstation]

    def __iter__(self) -> Iterator[WorkstationId]:
        return iter(self._connected)

    def __len__(self) -> int:
        return len(self._connected)

    def speaking(self, workstation: WorkstationId, command: CommandName = "status") -> ConnectedWorkstation:
        """One that can be spoken to now.

        Args:
            workstation: its name.
            command: that its program must know.

        Raises:
            UnavailableError: ``screen.not_connected``, ``screen.too_old``.
        """
        connected = self._connected.get(workstation)
        if connected is None or connected.peer.end is not None or not connected.peer.core.established:
            raise UnavailableError("screen.not_connected", f"Workstation {workstation} is not connected.")
        if command in connected.unknown:
            text = f"The program of workstation {workstation} does not know this command."
            raise UnavailableError("screen.too_old", text, hint="Bring its Playhead up to date.")
        return connected

    async def add(self, connected: ConnectedWorkstation) -> None:
        """The newest connection of a workstation wins; the one before is gone without a trace before it begins."""
        name = connected.workstation.id
        while (before := self._connected.get(name)) is not None:
            text = "This workstation has connected anew."
            closing = asyncio.ensure_future(before.peer.close("screen.replaced", text, retry_ms=REPLACED_RETRY_MS))
            try:
                await before.gone.wait()
            finally:
                closing.cancel()
                before.peer.abort()
        self._connected[name] = connected

    def remove(self, workstation: WorkstationId) -> None:
        """Its connection has ended."""
        del self._connected[workstation]
