"""What a workstation's doctor is told (docs/wire/screen.md §13)."""

from collections.abc import Callable, Sequence

from playhead import __version__
from playhead.base.clock import Clock
from playhead.base.errors import RefusedError
from playhead.net.screen import ScreenPeer
from playhead.premises.screen.rules import admit
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.workstations import find_workstation
from playhead.store.keyring import Keyring
from playhead.wire.pki import signer_of, workstation_of
from playhead.wire.screen import VERSIONS, Probe, Probed
from playhead.wire.screen.probes import Listens


class Probes:
    """Answers probes.

    Args:
        catalogue: says who is enrolled.
        keyring: says which site this is.
        clock: for the time in answers.
    """

    def __init__(self, *, catalogue: Catalogue, keyring: Keyring, clock: Clock) -> None:
        self._catalogue = catalogue
        self._keyring = keyring
        self._clock = clock
        self.listeners: Callable[[], Sequence[Listens]] = tuple
        """What else this server listens on; whoever knows sets it."""

    async def serve(self, peer: ScreenPeer, first: Probe) -> None:
        """Answer ``first`` and every probe after it, until the connection ends."""
        code = await self._refusal(peer)
        listeners = tuple(self.listeners())
        await peer.send(self._answer(first, code, listeners))
        async for message in peer:
            if isinstance(message, Probe):
                await peer.send(self._answer(message, code, listeners))

    async def _refusal(self, peer: ScreenPeer) -> str:
        """Why the workstation would not be let in; empty where it would. On plain TCP nobody says who it is."""
        if peer.certificate is None:
            return ""
        workstation = workstation_of(peer.certificate)
        async with self._catalogue.reading() as connection:
            known = await find_workstation(connection, workstation)
        try:
            admit(workstation, known, signer_of(peer.certificate))
        except RefusedError as error:
            return error.code
        return ""

    def _answer(self, probe: Probe, code: str, listeners: tuple[Listens, ...]) -> Probed:
        return Probed(
            versions=VERSIONS,
            software=f"playhead {__version__}",
            site=str(self._keyring.site),
            wall_time_us=self._clock.wall_us(),
            code=code,
            listeners=listeners,
            padding=bytes(probe.answer_bytes),
        )
