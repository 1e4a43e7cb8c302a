"""The stores of objects that the cloud reads for its tenants: each tenant's are its own, and no other's are reached."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from playhead.base.clock import Clock
from playhead.base.ids import TenantId
from playhead.cli.cloud_portals import ObjectPlayer
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.service import ExportService
from playhead.premises.player.config import PlayerConfig
from playhead.premises.player.stored import StoredPlayer
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.objects import Objects, StoreConfig, open_store


class TenantStoreConfig(StoreConfig, frozen=True):
    """``[[objects]]``: a store that a tenant's sites upload to. What lies in none is played through its site."""

    tenant: Annotated[str, Meta(description="Whose store it is. No other tenant's recordings are read from it.")] = ""


class ObjectPlayers:
    """Makes players for those tenants that have a store.

    Args:
        config: of every player.
        export: how files to take away are made.
        folder: for those files, with a folder for each tenant.
        stores: of all tenants.
        clock: tells the time.
    """

    def __init__(
        self,
        config: PlayerConfig,
        export: ExportConfig,
        folder: Path,
        stores: Sequence[TenantStoreConfig],
        clock: Clock,
    ) -> None:
        self._config = config
        self._export = export
        self._folder = folder
        self._stores = stores
        self._clock = clock

    def __call__(
        self, tenant: TenantId, catalogue: Catalogue, keyring: Keyring, audit: AuditTrail
    ) -> ObjectPlayer | None:
        """As `playhead.cli.cloud_portals.PlayerOver`."""
        own = [one for one in self._stores if one.tenant == str(tenant) and one.url]
        if not own:
            return None
        objects = Objects([open_store(one, disk=SystemDisk(), clock=self._clock) for one in own])
        player = StoredPlayer(
            self._config, catalogue=catalogue, objects=objects, keyring=keyring, audit=audit, clock=self._clock
        )
        exports = ExportService(
            self._export,
            self._folder / str(tenant),
            catalogue=catalogue,
            store=objects,
            keyring=keyring,
            clock=self._clock,
        )

        async def run() -> None:
            try:
                async with asyncio.TaskGroup() as services:
                    services.create_task(player.run())
                    services.create_task(exports.run())
            finally:
                await objects.close()

        return ObjectPlayer(player.routes, run, player.forget, exports)
