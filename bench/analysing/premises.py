"""The premises' half of desktop analytics in a process of its own: prints its port, and runs until it is killed."""

import asyncio
import sys
from pathlib import Path

import uvloop

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.ids import SiteId
from playhead.base.quantities import Size
from playhead.premises.analytics.acting import Acting
from playhead.premises.analytics.config import AnalyticsConfig
from playhead.premises.analytics.service import AnalyticsService
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring


async def main(folder: Path) -> None:
    clock = SystemClock()
    catalogue = await Catalogue.open(folder / "catalogue.db")
    service = AnalyticsService(
        AnalyticsConfig(enabled=True, listen=Address("127.0.0.1", 0), transport="plain", disk_free_min=Size(0)),
        folder / "analytics",
        disk=SystemDisk(),
        keyring=Keyring.open(folder / "keys", SiteId("bench"), clock),
        catalogue=catalogue,
        acting=Acting(catalogue, AuditTrail(catalogue, clock), clock),
        clock=clock,
    )
    running = asyncio.create_task(service.run())
    await service.ready.wait()
    print(f"PORT {service.port}", flush=True)
    await running


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
