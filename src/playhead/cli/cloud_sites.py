"""``playhead cloud site``: what a site's own server says, asked through the pool of the cloud that runs.

The command is one more process of the cloud: with the cloud's certificate it has the process that has the site's links
ask.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from playhead.base.clock import SystemClock
from playhead.base.errors import UnavailableError
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cli.cloud_databases import opened_control
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.console import emit_json
from playhead.cli.doctoring import show
from playhead.cli.log_desk import show_line
from playhead.cli.operator import ANSWER_BYTES_MAX, OPERATOR
from playhead.cli.pool_desk import link_state_of, show_link
from playhead.cloud.asking import Asking, Somebody
from playhead.cloud.links.found import Found
from playhead.cloud.links.interface import Presence
from playhead.cloud.links.relay import Peers, request_of
from playhead.domain.logs import LogLine, LogQuery
from playhead.environment.doctor.findings import Report
from playhead.net.network import SystemNetwork
from playhead.net.pool.http import Answer, Header
from playhead.store.catalogue import Catalogue
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.processes import connected_sites
from playhead.store.sites.sites import get_site, list_sites
from playhead.wire.pool import Urgency

_BEHALF: Final = Somebody(str(OPERATOR), frozenset({"operate"}))


class _Way:
    """`playhead.cloud.links.Links` of a process that has no links itself."""

    def __init__(self, control: Catalogue, peers: Peers) -> None:
        self._control = control
        self._peers = peers
        self._found = Found(control, "", SystemClock())

    async def ask(
        self,
        site: TenantSite,
        method: str,
        target: bytes,
        headers: Iterable[Header] = (),
        body: AsyncIterator[bytes] | bytes = b"",
        *,
        urgency: Urgency = Urgency.INTERACTIVE,
    ) -> Answer:
        """As `Links.ask`."""
        found = await self._found.look(site)
        if not found:
            raise UnavailableError("link.down", f"No process of the cloud has a link of site {site}.")
        return await self._peers.ask(found[0], site, request_of(method, target, headers, body, urgency))

    async def presences(self, tenant: TenantId) -> Mapping[SiteId, Presence]:
        """As `Links.presences`."""
        async with self._control.reading() as connection:
            up = await connected_sites(connection, tenant, SystemClock().wall_us())
            return {one.id.site: Presence(one.id in up, one.seen_at_us) for one in await list_sites(connection, tenant)}


@asynccontextmanager
async def _asking(places: CloudPlaces, site: TenantSite) -> AsyncGenerator[Asking]:
    """A way to a site that there is.

    Raises:
        UnavailableError: ``data.no_cloud``, ``catalogue.unavailable``.
        NotFoundError: ``site.not_found``.
    """
    places.require()
    settings, clock = CloudSettings.load(places), SystemClock()
    peers = Peers(CloudKeys.open(places.keys, settings.cloud.id, clock), SystemNetwork(receive_buffer_bytes=None))
    async with opened_control(places, settings) as control:
        async with control.reading() as connection:
            await get_site(connection, site)
        try:
            yield Asking(site.tenant, _Way(control, peers))
        finally:
            await peers.close()


async def _ask(places: CloudPlaces, site: TenantSite, method: str, path: str) -> dict[str, Any]:
    async with _asking(places, site) as asking:
        target = f"/asked/operate/{path}"
        body = await asking.whole(site.site, method, target, _BEHALF, bytes_max=ANSWER_BYTES_MAX)
    return msgspec.json.decode(body, type=dict[str, Any])


async def show_doctor(places: CloudPlaces, site: str, *, anew: bool, as_json: bool) -> int:
    """Print what a site's doctor finds; the exit code.

    Args:
        places: of the cloud.
        site: which one, ``tenant/name``.
        anew: have it look now; otherwise what it found last is told, where it has looked.
        as_json: for a program.

    Raises:
        PlayheadError: the site cannot be reached, or could not do it.
    """
    identifier = TenantSite.parse(site)
    told: dict[str, Any] | None = None
    if not anew:
        told = (await _ask(places, identifier, "GET", "environment/findings"))["premises"]
    if told is None:
        told = await _ask(places, identifier, "POST", "environment/doctor")
    return show(Report.from_json(json.dumps(told)), as_json=as_json)


async def show_site_link(places: CloudPlaces, site: str, *, as_json: bool) -> None:
    """Print how a site sees its links.

    Raises:
        PlayheadError: as `show_doctor`.
    """
    told = await _ask(places, TenantSite.parse(site), "GET", "link")
    if as_json:
        emit_json(told)
    else:
        show_link(link_state_of(told))


async def show_logs(places: CloudPlaces, site: str, query: LogQuery, *, limit: int, as_json: bool) -> None:
    """Print lines of a site's logs, oldest first: the newest of what is asked for.

    Raises:
        PlayheadError: as `show_doctor`.
    """
    asked = {
        "from": query.since,
        "to": query.until,
        "service": query.service or "",
        "q": query.text,
        "interaction": query.interaction,
    }
    told = {name: value for name, value in asked.items() if value}
    if query.workstation is not None:
        told["workstation"] = query.workstation
    target = f"logs?{urlencode({**told, 'level': query.level.name.lower(), 'limit': limit})}"
    found = await _ask(places, TenantSite.parse(site), "GET", target)
    for item in reversed(found["items"]):
        known = {name: value for name, value in item.items() if value is not None}
        show_line(msgspec.convert(known, type=LogLine), as_json=as_json)
