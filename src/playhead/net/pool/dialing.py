"""Keeps the links of a pool up: dials, and dials again, with pauses that double and are never the same for two."""

import asyncio
import random
import ssl
from typing import Final

import structlog

from playhead.base.addresses import Address
from playhead.base.errors import PlayheadError
from playhead.net.network import Network
from playhead.net.pool.end import PoolEnd
from playhead.net.pool.upgrade import Asking

PAUSE_FIRST_S: Final = 0.1
PAUSE_LONGEST_S: Final = 15.0
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
    ) -> None:
        self._end = end
        self._address = address
        self._tls = tls
        self._network = network
        self._chance = chance
        self._links = links

    async def run(self) -> None:
        """Keep them up until cancelled."""
        async with asyncio.TaskGroup() as group:
            for slot in range(self._links):
                group.create_task(self._keep_up(slot), name=f"pool link {slot}")

    async def _keep_up(self, slot: int) -> None:
        pause_s = PAUSE_FIRST_S
        while True:
            try:
                carrier = await self._network.connect(
                    lambda: self._end.dial(slot, Asking(str(self._address))), self._address, self._tls
                )
            except PlayheadError as error:
                log.info("pool_unreachable", slot=slot, address=str(self._address), code=error.code)
            else:
                try:
                    await carrier.wait_closed()
                finally:
                    carrier.abort()
                if carrier.link is not None and carrier.link.joined:
                    pause_s = PAUSE_FIRST_S
                if isinstance(carrier.error, PlayheadError):
                    log.warning("pool_refused", slot=slot, address=str(self._address), code=carrier.error.code)
            await asyncio.sleep(self._chance.uniform(0.0, pause_s))
            pause_s = min(pause_s * 2, PAUSE_LONGEST_S)
