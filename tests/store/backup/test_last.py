"""When the last backup was made is known to whoever watches."""

import asyncio
from pathlib import Path

from prometheus_client import REGISTRY

from playhead.store.backup.last import DONE, last_backup, watch_backups
from playhead.testing.site import opened_site


async def test_the_newest_counts_and_none_is_told_as_such(tmp_path: Path) -> None:
    def metric(name: str) -> float | None:
        return REGISTRY.get_sample_value(f"playhead_backup_last_{name}")

    async def until(at_s: float) -> None:
        while metric("timestamp_seconds") != at_s:  # noqa: ASYNC110 - a gauge tells nobody that it changed
            await asyncio.sleep(0)

    async with opened_site(tmp_path) as site:
        async with site.catalogue.reading() as connection:
            assert await last_backup(connection) is None
        watching = asyncio.create_task(watch_backups(site.catalogue, every_s=0))
        await asyncio.wait_for(until(0), 20)
        for name, faults in (("first", 0), ("second", 2)):
            site.clock.advance(3_600_000_000)
            await site.audit.note("operator", DONE, name, "", {"faults": faults})
            await asyncio.wait_for(until(site.clock.wall_us() / 1e6), 20)
            assert metric("faults") == faults
        async with site.catalogue.reading() as connection:
            last = await last_backup(connection)
        assert (last.id, last.at_us, last.faults) == ("second", site.clock.wall_us(), 2)
        watching.cancel()
