"""The premises that is measured: the real screen service in a process on one core.

``python premises.py FOLDER CORE`` prints its port, and serves until its standard input ends.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import uvloop
from ingesting.site import SITE

from playhead.base import logs
from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.premises.screen.config import ScreenConfig
from playhead.premises.screen.service import ScreenService
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.keyring import Keyring
from playhead.store.segments import CatalogueLedger, SegmentStore


async def serve(folder: Path) -> None:
    clock = SystemClock()
    config = ScreenConfig(listen=Address("127.0.0.1", 0))
    catalogue = await Catalogue.open(folder / "catalogue.db")
    store = SegmentStore(
        folder / "recordings",
        disk=SystemDisk(),
        ledger=CatalogueLedger(catalogue, clock),
        clock=clock,
        interval_s=config.commit_interval.seconds,
    )
    keyring = Keyring.open(folder / "keys", SITE, clock)
    service = ScreenService(config, catalogue=catalogue, segments=store, keyring=keyring, clock=clock)
    running = asyncio.create_task(service.run())
    await service.listening.wait()
    print(service.port, flush=True)
    told = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await catalogue.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    logs.configure(SystemClock(), level="warning")
    uvloop.run(serve(Path(sys.argv[1])))
