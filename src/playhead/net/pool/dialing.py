"""Keeps the links of a pool up: dials, and dials again, with pauses that double and are never the same for two."""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Callable
from typing import Final

import structlog

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.net.network import Network
from playhead.net.pool.carrier import Carrier
from playhead.net.pool.end import PoolEnd
from playhead.net.pool.upgrade import Asking
from playhead.wire.pool.proof import Prover

PAUSE_FIRST_S: Final = 0.5
PAUSE_LONGEST_S: Final = 3.0
"""Pauses are uniform between nothing and these: of hundreds of sites that lost one cloud, no two come back at once, and
each is there within five seconds after the cloud is."""
CONNECT_S: Final = 4.0
"""For TCP alone, of a network for links: the system asks again after 1 and 3 s, and then seldom. A server that is there
takes a connection at once, however much it has to do; TLS may last longer."""
LOOK_S: Final = 0.5
"""How often it is looked whether a link still answers."""
LINKS: Final = 2
"""One for who is in a hurry, one for bulk."""

log = structlog.get_logger(__name__)


class Dialing:
    """Links from this end to one address.

    Args:
        end: the pool.
        address: of who accepts.
        tls: None for plain HTTP.
        network: how to get there; directly, or by a proxy.
        chance: for the pauses: all sites that lost one cloud must not come back at once.
        links: how many to keep up, 1 to 8.
        prove: makes what proves both ends where there is no TLS.
    """

    def __init__(
        self,
        end: PoolEnd,
        address: Address,
        tls: ssl.SSLContext | None,
        network: Network,
        chance: random.Random,
        *,
        links: int = LINKS,
        prove: Callable[[], Prover] | None = None,
    ) -> None:
        self._end = end
        self._address = address
        self._tls = tls
        self._network = network
        self._chance = chance
        self._links = links
        self._prove = prove
        self.trouble: PlayheadError | None = None
        """Why the newest link that was dialled did not come to be, or ended; None while there is none."""

    async def run(self) -> None:
        """Keep them up until cancelled."""
        async with asyncio.TaskGroup() as group:
            for slot in range(self._links):
                group.create_task(self._keep_up(slot), name=f"pool link {slot}")

    async def _keep_up(self, slot: int) -> None:
        """Dial where there is no link in this slot, or none that answers: the new one takes the old one's place."""
        pause_s, carriers = PAUSE_FIRST_S, list[Carrier]()
        try:
            while True:
                carrier = None if _good(carriers) else await self._dial(slot)
                if carrier is not None:
                    if _good(carriers):
                        carrier.abort()  # the one before has answered meanwhile, and nothing is on this one yet
                    else:
                        carriers.append(carrier)
                while await self._goes_on(carriers):
                    pass
                for over in [one for one in carriers if one.gone]:
                    carriers.remove(over)
                    self.trouble = _why(over)
                    log.warning("pool_link_over", slot=slot, address=str(self._address), code=self.trouble.code)
                if carrier is not None and carrier.link is not None and carrier.link.joined:
                    pause_s = PAUSE_FIRST_S
                await asyncio.sleep(self._chance.uniform(0.0, pause_s))
                pause_s = min(pause_s * 2, PAUSE_LONGEST_S)
        finally:
            for carrier in carriers:
                carrier.abort()

    async def _dial(self, slot: int) -> Carrier | None:
        """A connection; None where there is none to be had now."""

        def begin() -> Carrier:
            prover = None if self._prove is None else self._prove()
            return self._end.dial(slot, Asking(str(self._address), prover))

        try:
            return await self._network.connect(begin, self._address, self._tls)
        except PlayheadError as error:
            if self.trouble is None or self.trouble.code != error.code:
                log.info("pool_unreachable", slot=slot, address=str(self._address), code=error.code)
            self.trouble = error
            return None

    async def _goes_on(self, carriers: list[Carrier]) -> bool:
        """Whether there is nothing to do for a while, for one of these is good."""
        good = _good(carriers)
        if good is None:
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await good.wait_closed()
        return True


def _good(carriers: list[Carrier]) -> Carrier | None:
    """One that is there, and answers as far as one can tell."""
    return next((one for one in carriers if not (one.gone or one.doubtful)), None)


async def dial_once(
    end: PoolEnd, address: Address, tls: ssl.SSLContext | None, network: Network, slot: int = 0
) -> Carrier:
    """Have one link, once; return when it carries streams.

    Raises:
        PlayheadError: why there is none.
    """
    carrier = await network.connect(lambda: end.dial(slot, Asking(str(address))), address, tls)
    gone = asyncio.ensure_future(carrier.wait_closed())
    try:
        while not (gone.done() or end.links):
            end.changed.clear()
            changed = asyncio.ensure_future(end.changed.wait())
            await asyncio.wait({gone, changed}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
    except BaseException:
        carrier.abort()
        raise
    finally:
        gone.cancel()
    if not end.links:
        raise _why(carrier)
    return carrier


def _why(carrier: Carrier) -> PlayheadError:
    """Why a connection that was made is over."""
    if isinstance(carrier.error, PlayheadError):
        return carrier.error
    if isinstance(carrier.error, ssl.SSLError):  # with TLS 1.3 the other end judges our certificate after the handshake
        text = f"The other end does not take our certificate: {carrier.error.reason or carrier.error}."
        hint = "Are the clocks of both machines right? Otherwise enrol again."
        return RefusedError("net.tls", text, hint=hint)
    if carrier.link is None:
        hint = (
            "Perhaps it does not know who made this machine's certificate: enrol again. Or something on the way cuts."
        )
        return UnavailableError("pool.unanswered", "The other end closed the connection without a word.", hint=hint)
    code = carrier.link.ended or "pool.link_lost"
    return UnavailableError(code, f"The link ended: {code}.")
