"""A cloud with two tenants, and a site of the first one's, in one process."""

import asyncio
import contextlib
from dataclasses import dataclass

import httpx
import pytest
from cloud.direct import Direct
from starlette.routing import Mount, Router

from playhead.base.errors import UnavailableError
from playhead.base.ids import TenantId, TenantSite, UserId
from playhead.base.quantities import Duration
from playhead.cli.cloud_portals import CloudPortals
from playhead.cloud.links import Presence
from playhead.cloud.site_api import site_application
from playhead.domain.roles import ADMINISTRATOR, MANAGER
from playhead.net.listener import listen
from playhead.portal.config import PortalConfig
from playhead.premises.asked.application import Asked
from playhead.premises.asked.changes import AskedChanges
from playhead.premises.asked.coverage import AskedCoverage
from playhead.premises.asked.exports import AskedExports
from playhead.premises.coverage.config import CoverageConfig
from playhead.premises.export.config import ExportConfig
from playhead.premises.export.service import ExportService
from playhead.premises.replication.config import ReplicationConfig
from playhead.premises.replication.service import ReplicationService
from playhead.premises.tokens.config import TokensConfig
from playhead.store.annotating import Annotator
from playhead.store.catalogue import users
from playhead.store.catalogue.audit import list_audit
from playhead.store.catalogue.users import Assignment
from playhead.store.sites import open_control
from playhead.store.sites.tenants import Tenant, add_tenant
from playhead.store.tenants import FolderHomes, Tenants
from playhead.testing.site import PASSWORD, SITE, opened_site

ACME, OTHER = TenantId("acme"), TenantId("other")


class _Links:
    """`playhead.cloud.links.Links`, to sites in this process."""

    def __init__(self):
        self.sites = {}

    async def ask(self, site, method, target, headers=(), body=b"", **more):
        if site not in self.sites:
            raise UnavailableError("link.down", "There is no link.")
        return await self.sites[site].ask(method, target, headers, body, **more)

    async def presences(self, tenant):
        return {one.site: Presence(link.up, 0) for one, link in self.sites.items() if one.tenant == tenant}


@dataclass
class Cloud:
    """A cloud with two tenants; the site is the first one's."""

    site: object
    tenants: Tenants
    links: _Links
    replication: ReplicationService
    portals: CloudPortals | None = None
    coverage: object = None
    exports: object = None

    def forget(self, *what):
        self.portals.forget(*what)

    @contextlib.asynccontextmanager
    async def browser(self, host="acme.example", user="sue"):
        origin = f"http://{host}"
        base = f"http://127.0.0.1:{self.portals.port}"
        async with httpx.AsyncClient(base_url=base, headers={"host": host, "origin": origin}, timeout=20) as client:
            answer = await client.post("/api/session", json={"user": user, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["x-csrf-token"] = answer.json()["csrfToken"]
            # The host is only a header here: the address is this machine's.
            client.session = answer.json() | {"tokenUrl": "/token"}
            client.told = answer.json()
            yield client

    async def tell(self):
        await self.replication.tell(await self.replication.begin())

    async def audited(self, action):
        async with self.tenants.catalogue(ACME) as catalogue, catalogue.reading() as connection:
            return await list_audit(connection, action=action)

    @property
    def link(self):
        return self.links.sites[TenantSite(ACME, SITE)]


@contextlib.asynccontextmanager
async def opened_cloud(tmp_path, *, tls=None, origins=("https://near.example",), port=0):
    """Both, running.

    Args:
        tmp_path: for what they keep.
        tls: of the portal's port; None for plain HTTP.
        origins: where browsers reach the site directly.
        port: of the portal; 0 for any.
    """
    (tmp_path / "site").mkdir()
    (tmp_path / "keys").mkdir(mode=0o700)
    async with opened_site(tmp_path / "site") as site, contextlib.AsyncExitStack() as stack:
        control = await open_control(tmp_path / "control.sqlite")
        stack.push_async_callback(control.close)
        tenants = Tenants(FolderHomes(tmp_path / "tenants"))
        stack.push_async_callback(tenants.close)
        hashed = await site.passwords.hash(PASSWORD)
        for tenant, user in ((ACME, "sue"), (OTHER, "joe")):
            async with control.writing() as connection:
                await add_tenant(connection, Tenant(tenant, "", 0, (f"{tenant}.example",)))
            await tenants.create(tenant)
            async with tenants.catalogue(tenant) as catalogue, catalogue.writing() as connection:
                someone = users.User(UserId(user), user.title(), hashed, 1)
                await users.add_user(connection, someone, [Assignment(MANAGER), Assignment(ADMINISTRATOR)])
        player = site.player()
        coverage = site.coverage(CoverageConfig(time_zone="Europe/Vienna"))
        exports = ExportService(
            ExportConfig(),
            site.folder / "exports",
            catalogue=site.catalogue,
            store=site.store,
            keyring=site.keyring,
            clock=site.clock,
        )
        changes = AskedChanges(
            annotator=Annotator(site.catalogue, site.audit, site.clock),
            erasing=site.keeping(),
            catalogue=site.catalogue,
            announce=site.control.announce,
        )
        asked = Asked(
            control=site.control,
            pictures=player.newest,
            media=player.routes,
            keyring=site.keyring,
            clock=site.clock,
            presents=coverage.now.all,
            time_zone="Europe/Vienna",
            more=[
                *changes.routes,
                *AskedExports(exports=exports, audit=site.audit).routes,
                *AskedCoverage(ledger=coverage.ledger, catalogue=site.catalogue).routes,
            ],
        )
        links = _Links()
        links.sites[TenantSite(ACME, SITE)] = Direct(asked.application())
        found = Cloud(site, tenants, links, None, coverage=coverage, exports=exports)
        upward = site_application(tenants, site.clock, on_erased=found.forget)
        found.replication = ReplicationService(
            ReplicationConfig(interval=Duration(100_000), origins=tuple(origins)),
            catalogue=site.catalogue,
            link=Direct(Router([Mount("/site", upward)]), TenantSite(ACME, SITE)),
            clock=site.clock,
            jitter=lambda: 0.0,
        )
        found.portals = CloudPortals(
            config=PortalConfig(),
            tokens=TokensConfig(),
            keys=tmp_path / "keys",
            listener=listen("127.0.0.1", port),
            tls=tls,
            control=control,
            tenants=tenants,
            links=links,
            clock=site.clock,
        )
        running = [asyncio.create_task(one.run()) for one in (found.portals, player, exports)]
        yield found
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture
async def cloud(tmp_path):
    async with opened_cloud(tmp_path) as opened:
        yield opened
