"""What a running cloud tells other commands on its machine: how the links of its sites are."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.base.ids import TenantSite
from playhead.cli.cloud_places import CloudPlaces
from playhead.cloud.links import LinksService
from playhead.domain.link import LinkLine, LinkTraffic
from playhead.net.pool.gauging import EVERY_S, Gauge, line_of
from playhead.store.disk import SystemDisk
from playhead.store.small_files import write_small_file

OLD_US: Final = 15_000_000
"""What is older was written by a process that is no more."""

_log: Any = structlog.get_logger()


class SiteLinks(msgspec.Struct, frozen=True):
    """One site's."""

    site: str
    links: tuple[LinkLine, ...]
    traffic: tuple[LinkTraffic, ...]


class CloudStatus(msgspec.Struct, frozen=True):
    """All of it."""

    process: int
    at_us: int
    portal: str
    pool_port: int
    sites: tuple[SiteLinks, ...] = ()


async def keep_status(
    places: CloudPlaces, links: LinksService, clock: Clock, portal: str, on_first: Callable[[], None]
) -> None:
    """Write it every few seconds until cancelled."""
    gauges: dict[TenantSite, Gauge] = {}
    disk = SystemDisk()
    try:
        while True:
            figures = links.figures()
            gauges = {site: gauges.get(site) or Gauge() for site in figures}
            for site, one in figures.items():
                gauges[site].take(clock.monotonic_us(), one)
            status = CloudStatus(
                os.getpid(),
                clock.wall_us(),
                portal,
                links.port,
                tuple(
                    SiteLinks(str(site), tuple(map(line_of, one.links)), gauges[site].traffic())
                    for site, one in figures.items()
                ),
            )
            try:
                await asyncio.to_thread(write_small_file, disk, places.status, msgspec.json.encode(status))
            except PlayheadError as error:
                _log.warning("status not written", code=error.code, error=error.message)
            on_first()
            await asyncio.sleep(EVERY_S)
    finally:
        places.status.unlink(missing_ok=True)


def read_status(places: CloudPlaces, now_us: int) -> CloudStatus:
    """That of the process that runs on this machine with this data folder.

    Raises:
        UnavailableError: ``cloud.not_running``.
    """
    try:
        status = msgspec.json.decode(places.status.read_bytes(), type=CloudStatus)
        os.kill(status.process, 0)
    except (OSError, msgspec.MsgspecError):
        status = None
    if status is None or now_us - status.at_us > OLD_US:
        hint = "Start it with `playhead cloud run`, or name another data folder with --data."
        raise UnavailableError("cloud.not_running", f"No cloud is running with {places.root}.", hint=hint)
    return status
