"""Chromium plays in the cloud's portal: from the site itself where that can be reached, and else without a word."""

import asyncio
import base64
import contextlib
import hashlib

from cloud.conftest import opened_cloud
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from e2e.browsers import CHROMIUM, CHROMIUM_ARGS
from e2e.site import free_ports, until
from playwright.async_api import async_playwright
from starlette.routing import Router

from playhead.base.clock import SystemClock
from playhead.domain.recordings import RecordingState
from playhead.net.http.certificates import own_certificate
from playhead.net.http.server import HttpServer
from playhead.net.listener import listen
from playhead.portal.pages import STATIC
from playhead.premises.player.nearby import nearby
from playhead.testing.site import PASSWORD
from playhead.testing.vid import make_vid

CLOUD, SITE_HOST = "acme.example", "recorder.example"


class Doors:
    """Addresses of the site on its own network: one that works, and others as they come to be when they do not."""

    def __init__(self, folder):
        self.good, self.untrusted, self.silent = free_ports(3)
        (folder / "tls").mkdir(mode=0o700)
        (folder / "other").mkdir(mode=0o700)
        self.tls = own_certificate(folder / "tls", [CLOUD, SITE_HOST], SystemClock())
        self.other = own_certificate(folder / "other", [SITE_HOST], SystemClock())

    @property
    def ports(self):
        return self.good, self.untrusted, self.silent

    @property
    def good_origin(self):
        return f"https://{SITE_HOST}:{self.good}"

    @property
    def origins(self):
        """The one that works comes last."""
        others = (f"https://{SITE_HOST}:{self.untrusted}", f"https://{SITE_HOST}:{self.silent}")
        return [*others, self.good_origin]


class Hole:
    """Takes connections and says nothing."""

    def __init__(self):
        self.taken = []

    @contextlib.asynccontextmanager
    async def at(self, port):
        server = await asyncio.start_server(lambda *streams: self.taken.append(streams), "127.0.0.1", port)
        yield
        server.close()
        for _, writer in self.taken:
            writer.close()


@contextlib.asynccontextmanager
async def _served(application, port, clock, tls):
    running = asyncio.create_task(HttpServer(application, listen("127.0.0.1", port), clock=clock, tls=tls).run())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def _key_hash(tls):
    """By which Chromium can be told to trust a certificate (`--ignore-certificate-errors-spki-list`)."""
    leaf = x509.load_pem_x509_certificates(tls.certificate.read_bytes())[0]
    key = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@contextlib.asynccontextmanager
async def _chromium(folder, doors, cloud_port):
    """A browser to which the cloud is on the internet, and the site on its own network."""
    spaces = [f"127.0.0.1:{cloud_port}=public", *(f"127.0.0.1:{port}=local" for port in doors.ports)]
    arguments = [
        *CHROMIUM_ARGS,
        "--host-resolver-rules=MAP *.example 127.0.0.1",
        f"--ip-address-space-overrides={','.join(spaces)}",
        f"--ignore-certificate-errors-spki-list={_key_hash(doors.tls)}",
    ]
    async with async_playwright() as playwright:
        # The list of trusted keys counts in a profile that is kept alone.
        context = await playwright.chromium.launch_persistent_context(
            str(folder / "profile"), executable_path=CHROMIUM, args=arguments
        )
        yield context
        await context.close()


class Viewer:
    """Somebody at a page, and from where their browser gets media."""

    def __init__(self, page, recording):
        self.page = page
        self.recording = recording
        self.got = []
        self.reached = set()
        self.tried = []
        self.thrown = []
        page.on("request", lambda one: self.tried.append(one.url))
        page.on("response", lambda one: self._answered(one.url) if one.ok else None)
        page.on("pageerror", lambda one: self.thrown.append(str(one)))

    def _answered(self, url):
        self.got.append(url)
        self.reached.add(url)

    def media_from(self, origin):
        return [url for url in self.got if url.startswith(f"{origin}/media/{self.recording}/")]

    async def plays(self):
        """Open the recording from the list, and see a picture of it, without a word of anything that went wrong."""
        self.got.clear()
        self.tried.clear()
        await self.page.click(f'a[href*="{self.recording}"]')
        await self.page.wait_for_selector("[data-playhead-picture]:not([data-playhead-picture=''])", state="attached")
        assert await self.page.locator("[role=alert]").count() == 0
        assert self.thrown == []

    async def leaves(self):
        """Back to the list, in the same page: what it has found out it knows on."""
        await self.page.click("nav a[href='/recordings']")
        await self.page.wait_for_selector(f'a[href*="{self.recording}"]')


async def test_media_come_straight_from_the_site_or_through_the_cloud_and_nobody_notices(tmp_path):
    assert (STATIC / "index.html").is_file(), "the web application is not built: run script/setup"
    doors, (cloud_port,) = Doors(tmp_path), free_ports(1)
    address, folder, hole = f"https://{CLOUD}:{cloud_port}", tmp_path / "cloud", Hole()
    folder.mkdir()
    async with contextlib.AsyncExitStack() as stack:
        opened = opened_cloud(folder, tls=doors.tls, origins=doors.origins, port=cloud_port)
        cloud = await stack.enter_async_context(opened)
        fixture = make_vid(seconds=6, site_private_key=cloud.site.keyring.recording_key)
        await cloud.site.add_fixture(fixture)
        recording = fixture.header.recording
        await cloud.site.set_state(recording, RecordingState.COMPLETE, fixture.header.started_at_us + 6_000_000)
        await cloud.tell()
        site, clock = Router(nearby(cloud.site.player().routes)), cloud.site.clock
        await stack.enter_async_context(_served(site, doors.untrusted, clock, doors.other))
        await stack.enter_async_context(hole.at(doors.silent))
        good = await stack.enter_async_context(contextlib.AsyncExitStack())
        await good.enter_async_context(_served(site, doors.good, clock, doors.tls))
        context = await stack.enter_async_context(_chromium(tmp_path, doors, cloud_port))

        viewer = Viewer(await context.new_page(), recording)
        await viewer.page.goto(address)
        await viewer.page.get_by_label("Name").fill("sue")
        await viewer.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await viewer.page.keyboard.press("Enter")

        # Chromium has not been given leave to reach a local network: nothing of the site's is had.
        await viewer.plays()
        assert viewer.media_from(address)
        assert viewer.media_from(doors.good_origin) == []

        # With leave, it finds the one address that works; from then on everything comes from there.
        await context.grant_permissions(["local-network-access"], origin=address)
        await viewer.leaves()
        probe = f"{doors.good_origin}/media/near"
        await viewer.plays()
        await until(lambda: probe in viewer.reached, lambda: str(viewer.tried))
        await viewer.leaves()
        await viewer.plays()
        assert viewer.media_from(doors.good_origin)
        assert viewer.media_from(address) == []
        assert hole.taken  # it was tried, and nobody has waited for it

        # The site's address falls silent: the next picture comes through the cloud.
        await viewer.leaves()
        await good.aclose()
        await good.enter_async_context(hole.at(doors.good))
        await viewer.plays()
        assert viewer.media_from(address)
        assert viewer.media_from(doors.good_origin) == []
        await viewer.leaves()
        await viewer.plays()
        assert [one for one in viewer.tried if one.startswith(doors.good_origin)] == []
