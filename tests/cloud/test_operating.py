"""A site operated from the cloud's portal: its own server answers, for those who may, and to nothing else."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from cloud.direct import Direct
from portal.conftest import ORIGIN, Browser
from portal.conftest import parts as parts_over
from starlette.applications import Starlette

from playhead.base import logs
from playhead.base.errors import PlayheadError
from playhead.base.ids import SiteId, TenantId
from playhead.cloud.asking import Asking
from playhead.cloud.links.interface import Presence
from playhead.cloud.operating import SitesOperating
from playhead.cloud.own_lines import OwnLines
from playhead.domain.logs import LogLine, LogPage
from playhead.domain.roles import ADMINISTRATOR, MANAGER
from playhead.net.http.errors import error_response
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.premises.asked.operating import AskedOperating
from playhead.premises.logs.levels import LogLevels
from playhead.store.disk import SystemDisk
from playhead.testing.clock import SimClock
from playhead.testing.site import opened_site

BERLIN = SiteId("berlin")
LEVELS = "/api/sites/berlin/logs/levels"
ORDER = {"kind": "service", "name": "screen", "level": "debug", "lengthMs": 600_000, "reason": "it stutters"}


class Links:
    """One site, by a link without a network."""

    def __init__(self, link):
        self.link = link
        self.sent = []

    async def ask(self, _site, method, target, headers=(), body=b"", **_more):
        self.sent.append((method, target, dict(headers)))
        return await self.link.ask(method, target, headers, body)

    async def presences(self, _tenant):
        return {BERLIN: Presence(self.link.up, 5_000_000)}


class SiteLogs:
    """One line."""

    async def find(self, _query, **_more):
        line = LogLine(at="2026-11-23T08:00:00.000000Z", level="info", workstation="", service="screen", text="begun")
        return LogPage((line,), None)


@pytest.fixture
def own():
    lines = OwnLines(SimClock())
    yield lines
    lines.close()


@pytest.fixture
async def there(tmp_path):
    """A site's server, and what the cloud may ask of it."""
    (tmp_path / "there").mkdir()
    async with opened_site(tmp_path / "there") as site:
        levels = LogLevels(SystemDisk(), tmp_path / "logs", site.control, site.clock, say=lambda _: None)
        running = asyncio.create_task(levels.run())
        portal = create_application(
            replace(parts_over.__wrapped__(site), log_levels=levels, logs=SiteLogs()),
            hosts=AllowedHosts.of_this_machine(),
        )

        async def tell(_request, error):
            return error_response(error)

        asked = Starlette(routes=AskedOperating(lambda: portal).routes, exception_handlers={PlayheadError: tell})
        yield site, Direct(asked)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def here(tmp_path, there, own):
    """The tenant's portal: somebody's browser, what it asks of the site, and its audit log."""
    (tmp_path / "here").mkdir()
    links = Links(there[1])
    async with opened_site(tmp_path / "here") as tenant:
        await tenant.add_user("root", ADMINISTRATOR)
        await tenant.add_user("sue", MANAGER)
        sites = SitesOperating(Asking(TenantId("acme"), links), own)
        portal = create_application(replace(parts_over.__wrapped__(tenant), sites=sites), hosts=AllowedHosts())
        transport = httpx.ASGITransport(portal, client=("192.0.2.7", 5))
        async with Browser(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as browser:
            yield browser, links, tenant


async def test_a_log_says_more_at_the_site_and_both_have_noted_who_wanted_it(here, there):
    browser, links, tenant = here
    await browser.sign_in("root")
    assert (await browser.get("/api/sites")).json() == {
        "items": [{"site": "berlin", "up": True, "seenAt": "1970-01-01T00:00:05Z"}]
    }
    answer = await browser.post(LEVELS, json=ORDER)
    assert (answer.status_code, answer.json()["by"]) == (200, "root")
    assert [one["name"] for one in (await browser.get(LEVELS)).json()["items"]] == ["screen"]
    assert (await browser.delete(f"{LEVELS}/service/screen")).status_code == 200
    [noted] = await there[0].audited("logs.level_raised")
    assert (noted.actor, noted.address, noted.subject) == ("root", "192.0.2.7", "screen")
    assert [one.details["what"] for one in await tenant.audited("site.operated")] == [
        "DELETE logs/levels/service/screen",
        "POST logs/levels",
    ]
    assert not any({b"cookie", b"x-csrf-token", b"authorization"} & headers.keys() for _, _, headers in links.sent)


async def test_a_refusal_of_the_site_comes_as_it_says_it(here):
    browser, *_ = here
    await browser.sign_in("root")
    answer = await browser.post(LEVELS, json={**ORDER, "level": "trace"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "http.request")
    answer = await browser.get("/api/sites/berlin/environment/findings")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "environment.none")


async def test_who_may_not_operate_asks_nothing(here):
    browser, links, _ = here
    await browser.sign_in("sue")
    for answer in (await browser.get("/api/sites"), await browser.get(LEVELS), await browser.post(LEVELS, json=ORDER)):
        assert answer.status_code == 403
    await browser.sign_in("root")
    del browser.headers["x-csrf-token"]
    assert (await browser.post(LEVELS, json=ORDER)).json()["error"]["code"] == "csrf.refused"
    assert links.sent == []


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", "users"),
        ("GET", "recordings"),
        ("GET", "logs/../users"),
        ("GET", "logs%2f..%2fusers"),
        ("DELETE", "logs"),
        ("POST", "session"),
        ("GET", "session"),
    ],
)
async def test_nothing_but_operating_is_done_there(here, method, rest):
    browser, *_ = here
    await browser.sign_in("root")
    answer = await browser.request(method, f"/api/sites/berlin/{rest}")
    assert answer.status_code in {400, 404}


async def test_the_timeline_of_a_recording_has_what_the_cloud_said(here, own):
    browser, _, _ = here
    own.add(
        logs.Said("2026-11-23T08:00:00.500000Z", "info", "playing", "opened", {"tenant": "acme", "recording": "r1"})
    )
    await browser.sign_in("root")
    lines = (await browser.get("/api/sites/berlin/logs?interaction=r1")).json()["items"]
    assert [(one["text"], one["service"]) for one in lines] == [("opened", "cloud"), ("begun", "screen")]
    lines = (await browser.get("/api/sites/berlin/logs")).json()["items"]
    assert [one["text"] for one in lines] == ["begun"]


async def test_a_site_that_is_away_or_unknown(here, there):
    browser, *_ = here
    await browser.sign_in("root")
    assert (await browser.get("/api/sites/nowhere/link")).json()["error"]["code"] == "site.not_found"
    there[1].is_up.clear()
    assert (await browser.get("/api/sites")).json()["items"][0]["up"] is False
    assert (await browser.get(LEVELS)).json()["error"]["code"] == "site.away"


async def test_at_a_site_there_are_none(tmp_path):
    async with opened_site(tmp_path) as site:
        await site.add_user("root", ADMINISTRATOR)
        portal = create_application(parts_over.__wrapped__(site), hosts=AllowedHosts())
        async with Browser(transport=httpx.ASGITransport(portal), base_url=ORIGIN, headers={"origin": ORIGIN}) as one:
            await one.sign_in("root")
            assert (await one.get("/api/sites")).json()["error"]["code"] == "sites.none"


class TestAsked:
    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ((), b"asked.nobody"),
            (((b"playhead-user", b"sue"),), b"asked.nothing"),
            (((b"playhead-user", b"sue"), (b"playhead-actions", b"play live")), b"asked.nothing"),
        ],
    )
    async def test_the_site_goes_by_what_the_cloud_vouches_for(self, there, headers, code):
        answer = await there[1].ask("GET", b"/asked/operate/logs/levels", headers)
        assert (answer.status, code in await answer.read()) == (403, True)

    async def test_no_header_makes_somebody_vouched_for(self, there):
        site = there[0]
        portal = create_application(parts_over.__wrapped__(site), hosts=AllowedHosts())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(portal), base_url=ORIGIN) as client:
            told = {"playhead-user": "root", "playhead-actions": "operate", "playhead.vouched": "root"}
            assert (await client.get("/api/logs/levels", headers=told)).status_code == 401
