"""The segment store as it runs: real disk, real catalogue."""

import asyncio
from contextlib import asynccontextmanager

from playhead.base.clock import SystemClock
from playhead.store.disk import SystemDisk
from playhead.store.segments import CatalogueLedger, SegmentStore


@asynccontextmanager
async def running(catalogue, tmp_path, *, ledger=None):
    store = SegmentStore(
        tmp_path / "segments",
        disk=SystemDisk(),
        ledger=ledger or CatalogueLedger(catalogue, SystemClock()),
        clock=SystemClock(),
        interval_s=0,
        reserve_bytes=0,
    )
    await store.recover()
    task = asyncio.create_task(store.run())
    try:
        yield store
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
