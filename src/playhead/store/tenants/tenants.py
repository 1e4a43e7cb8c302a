"""The one way to a tenant's catalogue."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from playhead.base.ids import TenantId
from playhead.store.catalogue import Catalogue
from playhead.store.tenants.homes import Homes

OPEN_MAX: Final = 64
"""Catalogues kept open that nobody uses. Each costs a few threads in SQLite and some 300 KiB; to open one again, some
milliseconds."""


@dataclass(slots=True)
class _Kept:
    """A tenant's catalogue, open or about to be."""

    catalogue: Catalogue | None = None
    users: int = 0
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


class Tenants:
    """Catalogues of tenants, each opened when it is first wanted and then once for all who want it."""

    def __init__(self, homes: Homes, *, open_max: int = OPEN_MAX) -> None:
        self._homes = homes
        self._open_max = open_max
        self._kept: OrderedDict[TenantId, _Kept] = OrderedDict()
        """The one that was wanted longest ago comes first."""

    async def create(self, tenant: TenantId) -> None:
        """Make a place for a tenant's catalogue, with it; it does no harm to do so again.

        Raises:
            UnavailableError: ``catalogue.unavailable``.
            ConflictError: ``catalogue.newer``.
        """
        await self._homes.create(tenant)
        async with self.catalogue(tenant):
            pass

    async def all(self) -> list[TenantId]:
        """Those for whom a place was made, by name."""
        return await self._homes.tenants()

    @asynccontextmanager
    async def catalogue(self, tenant: TenantId) -> AsyncGenerator[Catalogue]:
        """A tenant's catalogue, which stays open within; whoever goes on using it does so within.

        Raises:
            NotFoundError: ``tenant.not_found``.
            UnavailableError: ``catalogue.unavailable``.
            ConflictError: ``catalogue.newer``.
        """
        kept = self._kept.setdefault(tenant, _Kept())
        self._kept.move_to_end(tenant)
        kept.users += 1
        try:
            async with kept.opening:
                if kept.catalogue is None:
                    kept.catalogue = await self._homes.open(tenant)
            yield kept.catalogue
        finally:
            kept.users -= 1
            if kept.catalogue is None and not kept.users:
                del self._kept[tenant]
            await self._let_go(self._open_max)

    async def close(self) -> None:
        """Close every catalogue; nobody uses one any more."""
        await self._let_go(0)
        await self._homes.close()

    async def _let_go(self, keep: int) -> None:
        """Close what was wanted longest ago, until only so many are open or the others are in use."""
        while len(self._kept) > keep:
            # Looked for anew each time: others come and go while one is closed.
            unused = next((tenant for tenant, kept in self._kept.items() if not kept.users), None)
            if unused is None:
                return
            catalogue = self._kept.pop(unused).catalogue
            if catalogue is not None:
                await catalogue.close()
