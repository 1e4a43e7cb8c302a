"""What the doctor looks at on a machine of the cloud."""

import hashlib
import shutil
import socket
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError, UnavailableError
from playhead.cli.cloud_objects import TenantStoreConfig
from playhead.cli.cloud_places import CloudPlaces
from playhead.cli.cloud_settings import CloudSettings
from playhead.cli.cloud_status import read_status
from playhead.cli.ports import why_not
from playhead.environment.doctor.checks.certificates import look_at_certificate
from playhead.environment.doctor.checks.disk import look_at_room
from playhead.environment.doctor.checks.files import look_at_delays
from playhead.environment.doctor.checks.machine import look_at_zone
from playhead.environment.doctor.checks.own import look_at_stopped, target_of
from playhead.environment.doctor.checks.pool import Way, look_at_pool
from playhead.environment.doctor.checks.storage import look_at_storage
from playhead.environment.doctor.checks.target import Target
from playhead.environment.doctor.checks.web import Web, look_at_front
from playhead.environment.doctor.codes import CODES, finding
from playhead.environment.doctor.findings import Finding, Report, Role
from playhead.environment.doctor.runner import Check, examine
from playhead.environment.installation import Listener
from playhead.environment.ports import Service
from playhead.net.http.certificates import FILE as WEB_FILE
from playhead.net.network import SystemNetwork
from playhead.net.pool.tls import stranger_context
from playhead.store.catalogue import Catalogue
from playhead.store.disk import SystemDisk
from playhead.store.objects import open_store
from playhead.store.sites.control import look_at_control
from playhead.store.tenants import homes_at
from playhead.wire.pki import validity_of

RESERVE_BYTES: Final = 1 << 30
"""Room that databases need to go on."""
TENANTS_MAX: Final = 200
"""Whose catalogues are looked at: what is wrong with one is most often wrong with all."""

_START: Final = "playhead cloud run"


async def examine_cloud(places: CloudPlaces, *, clock: Clock, environment: Mapping[str, str]) -> Report:
    """Look over this machine, beside the cloud that runs here or not.

    Raises:
        UnavailableError: ``data.no_cloud``.
        InvalidInputError: as `CloudSettings.load`.
    """
    places.require()
    settings = CloudSettings.load(places)
    checks = [
        Check.blocking("certificates", lambda: _certificates(places, settings, clock)),
        Check.done("plain links", _plain_links(settings)),
        Check("control catalogue", lambda: _look_at_control(places, settings)),
        Check("tenants", lambda: _look_at_tenants(places, settings)),
        Check.blocking("disk", lambda: [_room(places.root)]),
        Check.blocking("writing files", lambda: look_at_delays(places.tenants)),
        Check.blocking("time zone", lambda: look_at_zone(environment.get("TZ", ""))),
        *(_storage(one, clock) for one in settings.objects if one.url),
        *_ports(places, settings, clock),
    ]
    return await examine(checks, machine=socket.gethostname(), role=Role.CLOUD, clock=clock)


def _certificates(places: CloudPlaces, settings: CloudSettings, clock: Clock) -> Sequence[Finding]:
    files = {
        "cloud's authority": places.keys / "authority.pem",
        "certificate of port 2010": places.keys / "server.pem",
        "portals' certificate": _web_file(places, settings),
    }
    found: list[Finding] = []
    for name, path in files.items():
        shown = _shown(path)
        if shown:
            found.append(look_at_certificate(name, validity_of(shown), now_us=clock.wall_us()))
    return found


def _plain_links(settings: CloudSettings) -> Sequence[Finding]:
    if not settings.links.plain:
        return []
    return [finding("cloud.plain", f"port for sites {settings.links.listen}", "Sites may connect by plain HTTP.")]


def _web_file(places: CloudPlaces, settings: CloudSettings) -> Path | None:
    """The certificate that browsers are shown; None for plain HTTP."""
    if settings.portal.transport == "plain":
        return None
    return settings.portal.certificate or places.web_keys / WEB_FILE


def _shown(path: Path | None) -> bytes:
    """A certificate (DER) of a PEM file; empty where there is none yet."""
    if path is None or not path.exists():
        return b""
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)


async def _look_at_control(places: CloudPlaces, settings: CloudSettings) -> Sequence[Finding]:
    location = settings.database.location(places.control)
    subject = str(location) if isinstance(location, Path) else "control catalogue"
    return [await _look_at(subject, look_at_control(location))]


async def _look_at_tenants(places: CloudPlaces, settings: CloudSettings) -> Sequence[Finding]:
    """Each tenant's catalogue."""
    homes = homes_at(settings.database.location(places.tenants))
    try:
        tenants = (await homes.tenants())[:TENANTS_MAX]
        found = [await _look_at(f"catalogue of {one}", homes.look(one)) for one in tenants]
    except UnavailableError:
        return []  # which the control catalogue's finding says
    finally:
        await homes.close()
    return [one for one in found if one.code != "catalogue.fits"] or found[:1]


async def _look_at(subject: str, opening: Awaitable[Catalogue]) -> Finding:
    try:
        catalogue = await opening
    except PlayheadError as error:
        code = error.code if error.code in CODES else "catalogue.unavailable"
        return finding(code, subject, str(error), start=_START)
    await catalogue.close()
    return finding("catalogue.fits", subject, "It can be read.")


def _storage(store: TenantStoreConfig, clock: Clock) -> Check:
    opened = partial(open_store, store, disk=SystemDisk(), clock=clock)
    return Check(f"store of {store.tenant}", lambda: look_at_storage(store.url, opened))


def _room(folder: Path) -> Finding:
    free_bytes = shutil.disk_usage(folder).free
    return look_at_room(
        str(folder), free_bytes=free_bytes, reserve_bytes=RESERVE_BYTES, bytes_per_day=0, oldest_days=0, keep_days=None
    )


def _ports(places: CloudPlaces, settings: CloudSettings, clock: Clock) -> Sequence[Check]:
    portal = settings.portal
    links = settings.links.listen
    plain = portal.transport == "plain"
    web = portal.listen if plain else portal.https_listen
    pool = Listener(Service.POOL, links.host, links.port)
    front = Listener(Service.PORTAL if plain else Service.HTTPS, web.host, web.port)
    try:
        status = read_status(places, clock.wall_us())
    except UnavailableError as error:
        stopped = finding("program.stopped", "cloud", error.message)
        ports = (pool, front)
        return [Check.blocking("ports", lambda: [stopped, *(look_at_stopped(one, why_not=why_not) for one in ports)])]
    runs = finding("program.runs", "cloud", f"It runs as process {status.process}.", process=status.process)
    pool, front = replace(pool, port=status.pool_port), replace(front, port=_port_in(status.portal))
    shown = _shown(_web_file(places, settings))
    certificate = hashlib.sha256(shown).digest() if shown else b""
    return [
        Check.done("program", [runs]),
        Check("port for sites", lambda: _look_at_pool(places, target_of(pool))),
        Check("portals", lambda: _look_at_portals(target_of(front), certificate, clock)),
    ]


async def _look_at_pool(places: CloudPlaces, target: Target) -> Sequence[Finding]:
    authority = _shown(places.keys / "authority.pem")
    network = SystemNetwork(receive_buffer_bytes=None)
    return await look_at_pool(Way(target.numeric, network, stranger_context(authority), authority))


async def _look_at_portals(target: Target, certificate: bytes, clock: Clock) -> Sequence[Finding]:
    found = await look_at_front(Web(target, certificate, is_told=True), clock=clock)
    return [one for one in found if one.code != "web.untrusted"]  # what browsers elsewhere trust is theirs to say


def _port_in(base: str) -> int:
    """Of a portal's address, such as ``https://127.0.0.1``."""
    parts = urlsplit(base)
    return parts.port or {"http": 80, "https": 443}[parts.scheme]
