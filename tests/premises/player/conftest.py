"""The player's media on a site of its own, asked in process."""

import asyncio
import contextlib

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from playhead.base.errors import PlayheadError
from playhead.base.ids import UserId
from playhead.net.http.errors import error_response, tell_unserved
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SecurityPolicy
from playhead.net.http.hosts import AllowedHosts
from playhead.store.token_keys import signing_key
from playhead.testing.site import opened_site
from playhead.testing.vid import make_vid
from playhead.wire.tokens import Audience, Claims, sign


async def tell(_request, error):
    return error_response(error)


def media_token(site, recording, *, user="sue", actions=("play", "live"), life_s=60, audience=Audience.MEDIA, key=None):
    now_s = site.clock.wall_us() // 1_000_000
    claims = Claims(audience, UserId(user), "token-1", now_s, now_s + life_s, recording, frozenset(actions))
    return sign(claims, key or signing_key(site.keyring), issuer=site.keyring.site)


class Player(httpx.AsyncClient):
    """Asks for media of one recording with a token for it."""

    def use(self, site, recording, **claims):
        self.headers["authorization"] = f"Bearer {media_token(site, recording, **claims)}"
        self.recording = recording
        return self

    async def media(self, path, **arguments):
        return await self.get(f"/media/{self.recording}/{path}", **arguments)

    async def index(self):
        answer = await self.media("index")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def site(tmp_path):
    async with opened_site(tmp_path) as opened:
        yield opened


@pytest.fixture
async def service(site):
    made = site.player()
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@pytest.fixture
def application(site, service):
    app = Starlette(routes=service.routes, exception_handlers={PlayheadError: tell, HTTPException: tell_unserved})
    guard = Guard(service="test", clock=site.clock, policy=SecurityPolicy(page=False), hosts=AllowedHosts())
    return guarded(app, guard)


@pytest.fixture
async def player(application):
    transport = httpx.ASGITransport(application, client=("192.0.2.10", 5))
    async with Player(transport=transport, base_url="http://127.0.0.1:2020") as client:
        yield client


@pytest.fixture
def make(site):
    """A fixture sealed to this site's key."""
    return lambda seed="fixture", **wanted: make_vid(seed, site_private_key=site.keyring.recording_key, **wanted)


@pytest.fixture(name="media_token")
def _media_token():
    return media_token
