"""A cloud's link service and sites that join it, over real sockets."""

import asyncio
import random
from contextlib import AsyncExitStack, asynccontextmanager
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from playhead.base.addresses import Address
from playhead.base.clock import SystemClock
from playhead.base.errors import ConflictError
from playhead.base.ids import CloudId, SiteId, TenantSite
from playhead.cloud.links import LinksConfig, LinksService, origin_of
from playhead.net.network import SystemNetwork
from playhead.premises.link.config import LinkConfig
from playhead.premises.link.enrolment import join
from playhead.premises.link.identity import LinkFolder
from playhead.premises.link.service import LinkService
from playhead.store.disk import SystemDisk
from playhead.store.sites import open_control
from playhead.store.sites.codes import add_code
from playhead.store.sites.keys import CloudKeys
from playhead.store.sites.sites import Site, add_site
from playhead.store.sites.tenants import Tenant, add_tenant

CLOCK = SystemClock()
WITHIN_S = 20.0


async def until(true):
    """Wait for something that comes without being told."""
    async with asyncio.timeout(WITHIN_S):
        while not (result := true()):  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
        return result


def cloud_application():
    """Says who asks."""

    async def who(request: Request) -> Response:
        return JSONResponse({"site": str(origin_of(request.scope)), "body": (await request.body()).decode()})

    return Router([Route("/who", who, methods=["GET", "POST"])])


def site_application(name):
    """Echoes, and says which site it is."""

    async def echo(request: Request) -> Response:
        return Response(await request.body(), headers={"x-site": name, "x-query": request.url.query})

    async def gone(_request: Request) -> Response:
        return Response("no", 503)

    return Router([Route("/echo", echo, methods=["GET", "POST"]), Route("/gone", gone)])


class Cloud:
    """The control catalogue and keys of a cloud, and processes on them."""

    def __init__(self, folder, control):
        self.folder = folder
        self.control = control
        self.keys = CloudKeys.open(folder / "keys", CloudId("cloud"), CLOCK)

    @classmethod
    @asynccontextmanager
    async def opened(cls, folder):
        control = await open_control(folder / "control.sqlite")
        try:
            yield cls(folder, control)
        finally:
            await control.close()

    async def code(self, text):
        """Add a site with its tenant, where there is none; a code for it."""
        site = TenantSite.parse(text)
        code = self.keys.create_code()
        now_us = CLOCK.wall_us()
        async with self.control.writing() as connection:
            for add in (
                lambda: add_tenant(connection, Tenant(site.tenant, "A tenant", now_us)),
                lambda: add_site(connection, Site(site, "A site", now_us)),
            ):
                async with connection.begin_nested() as point:
                    try:
                        await add()
                    except ConflictError:
                        await point.rollback()
            await add_code(connection, site, code.secret_hash, created_at_us=now_us, expires_at_us=now_us + 10**9)
        return code.text

    @asynccontextmanager
    async def process(self, application=None, listen=Address("127.0.0.1", 0), clock=CLOCK, **more):  # noqa: B008 - it is frozen
        config = LinksConfig(listen=listen, **more)
        service = LinksService(
            config,
            control=self.control,
            keys=self.keys,
            application=application or cloud_application(),
            clock=clock,
        )
        task = asyncio.create_task(service.run())

        async def stop():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        service.stop = stop
        try:
            await asyncio.wait({task, asyncio.create_task(service.listening.wait())}, return_when="FIRST_COMPLETED")
            if task.done():
                await task
            yield service
        finally:
            await stop()


@asynccontextmanager
async def site(folder, config=None, name="berlin", *, clock=CLOCK, network=None, application=None):
    """The link service of a premises."""
    identity = LinkFolder(SystemDisk(), folder)
    service = LinkService(
        config or LinkConfig(),
        identity,
        application=application or site_application(name),
        clock=clock,
        zone=ZoneInfo("UTC"),
        network=network,
        chance=random.SystemRandom(),
    )
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def joined(cloud, process, folder, name="acme/berlin"):
    """A site's folder, after it has joined."""
    identity = LinkFolder(SystemDisk(), folder)
    code = await cloud.code(name)
    return await join(address(process), code, SiteId("any"), identity, network=SystemNetwork())


def address(process):
    """Where a process listens."""
    return Address("127.0.0.1", process.port)


@asynccontextmanager
async def world(folder, name="acme/berlin", **options):
    """A cloud of one process and one site that is connected."""
    async with AsyncExitStack() as stack:
        cloud = await stack.enter_async_context(Cloud.opened(folder))
        process = await stack.enter_async_context(cloud.process())
        await joined(cloud, process, folder / "site", name)
        link = await stack.enter_async_context(site(folder / "site", **options))
        await asyncio.wait_for(link.wait_up(), WITHIN_S)
        yield cloud, process, link
