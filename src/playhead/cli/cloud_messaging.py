"""Messaging in the cloud: what happens at the sites of a tenant, told to the tenant's other programs.

It is the messaging service of a site, over the tenant's catalogue. A tenant without a ``[[messaging]]`` has nobody who
listens: what comes is let go.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from msgspec import Meta

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import SiteId, TenantId
from playhead.cloud.links import Links
from playhead.cloud.present import Present
from playhead.premises.messaging.config import MessagingConfig
from playhead.premises.messaging.service import MessagingService
from playhead.store.catalogue import Catalogue
from playhead.store.catalogue.teller import TURN_US, leave_turn, take_turn
from playhead.store.event_log import forget_unheard
from playhead.store.tenants import Tenants

FORGET_S: Final = 60.0
"""How often events are let go that nobody wants."""

TURN_S: Final = TURN_US / 3e6
"""How often a process says that it goes on telling, or asks whether it may."""

_log: Final[Any] = structlog.get_logger()


class TenantMessagingConfig(MessagingConfig, frozen=True):
    """``[[messaging]]``: what takes the events of a tenant's sites, and brings commands for them."""

    tenant: Annotated[
        str, Meta(description="Whose. Give each tenant a virtual host of its own: whoever reads there reads all of it.")
    ] = ""


class CloudMessaging:
    """See the module.

    Args:
        configs: of the tenants that have one.
        tenants: the way to their catalogues.
        links: to the sites, for commands.
        process: the name of this one among those of the cloud.
        clock: tells the time.
    """

    def __init__(
        self,
        configs: Sequence[TenantMessagingConfig],
        *,
        tenants: Tenants,
        links: Links,
        process: str,
        clock: Clock,
    ) -> None:
        self._configs = {TenantId(one.tenant): one for one in configs if one.tenant}
        self._tenants = tenants
        self._links = links
        self._process = process
        self._clock = clock
        self.services: dict[TenantId, MessagingService] = {}
        """Those that run here."""

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._forget(), name="events that nobody wants")
            for tenant, config in self._configs.items():
                tasks.create_task(self._keep_telling(tenant, config), name=f"messaging of {tenant}")

    async def forget(self) -> None:
        """Let go of what nobody wants, once.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
        """
        for tenant in await self._tenants.all():
            if tenant not in self._configs:
                async with self._tenants.catalogue(tenant) as catalogue:
                    await forget_unheard(catalogue)

    async def _forget(self) -> None:
        while True:
            try:
                await self.forget()
            except PlayheadError as error:
                _log.warning("events not forgotten", code=error.code)
            await asyncio.sleep(FORGET_S)

    async def _keep_telling(self, tenant: TenantId, config: TenantMessagingConfig) -> None:
        while True:
            try:
                async with self._tenants.catalogue(tenant) as catalogue:
                    if await self._may(catalogue):
                        await self._tell(tenant, config, catalogue)
            except PlayheadError as error:
                _log.warning("other programs are not told", tenant=str(tenant), code=error.code, reason=error.message)
            await asyncio.sleep(TURN_S)

    async def _tell(self, tenant: TenantId, config: TenantMessagingConfig, catalogue: Catalogue) -> None:
        """As long as it is this process's turn."""
        present = Present(tenant, catalogue, self._links, self._clock)
        service = MessagingService(
            config,
            catalogue=catalogue,
            control=present,
            site=SiteId(str(tenant)),
            clock=self._clock,
            jitter=random.random,
        )
        self.services[tenant] = service
        telling = [asyncio.create_task(one) for one in (present.run(), service.run(), self._keep_turn(catalogue))]
        try:
            done, _ = await asyncio.wait(telling, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            del self.services[tenant]
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)
            await self._leave(catalogue)

    async def _may(self, catalogue: Catalogue) -> bool:
        async with catalogue.writing(durable=False) as connection:
            return await take_turn(connection, self._process, self._clock.wall_us())

    async def _keep_turn(self, catalogue: Catalogue) -> None:
        """Return when it is another's."""
        until_us = self._clock.monotonic_us() + TURN_US
        while True:
            await asyncio.sleep(TURN_S)
            now_us = self._clock.monotonic_us()
            try:
                if not await self._may(catalogue):
                    return
                until_us = now_us + TURN_US
            except UnavailableError as error:
                _log.warning("it is not known whose turn it is to tell", code=error.code)
                if now_us >= until_us - TURN_US // 3:
                    return

    async def _leave(self, catalogue: Catalogue) -> None:
        try:
            async with catalogue.writing(durable=False) as connection:
                await leave_turn(connection, self._process)
        except PlayheadError as error:
            _log.warning("the others find out by themselves", code=error.code)
