"""A portal on a site of its own, asked in process."""

import contextlib

import httpx
import pytest

from playhead.domain.roles import ADMINISTRATOR, AGENT, MANAGER
from playhead.net.http.hosts import AllowedHosts
from playhead.portal.application import create_application
from playhead.portal.feed import Feed
from playhead.portal.lockout import Lockout
from playhead.portal.parts import Parts
from playhead.portal.rules import Lifetime
from playhead.portal.second_factor import SecondFactors
from playhead.portal.sessions import Sessions
from playhead.portal.sign_in import SignIn
from playhead.store.annotating import Annotator
from playhead.store.library import Library
from playhead.testing.site import PASSWORD, opened_site

ORIGIN = "http://127.0.0.1:2020"
IDLE_US = 3_600_000_000
LENGTH_US = 43_200_000_000


class Browser(httpx.AsyncClient):
    """Keeps cookies, and sends what a page of ours sends."""

    async def sign_in(self, user, password=PASSWORD, **more):
        return self._kept(await self.post("/api/session", json={"user": user, "password": password, **more}))

    async def renew(self, user, old, new, **more):
        """Choose another password, and be signed in."""
        body = {"user": user, "old": old, "new": new, **more}
        return self._kept(await self.post("/api/session/password", json=body))

    def _kept(self, answer):
        if answer.status_code == 200:
            self.headers["x-csrf-token"] = answer.json()["csrfToken"]
        return answer


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        await opened.add_user("root", ADMINISTRATOR)
        await opened.add_user("sue", MANAGER)
        await opened.add_user("jane", AGENT)
        yield opened


@pytest.fixture
def parts(site):
    sessions = Sessions(site.catalogue, Lifetime(IDLE_US, LENGTH_US), site.clock)
    factors, lockout = SecondFactors(site.catalogue, site.keyring, site.clock), Lockout(site.catalogue, site.clock)
    return Parts(
        clock=site.clock,
        catalogue=site.catalogue,
        control=site.control,
        keyring=site.keyring,
        audit=site.audit,
        sessions=sessions,
        sign_in=SignIn(site.catalogue, site.passwords, factors, lockout, sessions, site.audit, site.clock),
        feed=Feed(site.catalogue, site.control),
        annotating=Annotator(site.catalogue, site.audit, site.clock),
        coverage=site.coverage(),
        library=Library(site.catalogue),
        token_port=5650,
        tokens_secure=False,
    )


@pytest.fixture
def application(parts):
    return create_application(parts, hosts=AllowedHosts())


@pytest.fixture
async def browser(application):
    async with open_browser(application) as client:
        yield client


@contextlib.asynccontextmanager
async def open_browser(application, address="192.0.2.10"):
    transport = httpx.ASGITransport(application, client=(address, 50000))
    async with Browser(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as client:
        yield client


@pytest.fixture
def browse(application):
    return lambda address="192.0.2.10": open_browser(application, address)
