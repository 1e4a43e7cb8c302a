"""Tokens of the cloud's portal: with leave to play from the site itself, for a browser that reaches it directly.

The answer is that of the token service. Where the recording's site says at which addresses browsers on its network
reach it, ``near`` adds those, and a token of that site. Who does not come through there plays through the cloud.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.routing import BaseRoute
from starlette.routing import Route as HttpRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playhead.base.clock import Clock
from playhead.base.errors import PlayheadError
from playhead.base.ids import SiteId, TenantId, TenantSite
from playhead.cloud.asking import somebody
from playhead.cloud.links import Links
from playhead.net.http.hosts import client_address
from playhead.store.catalogue import Catalogue, recordings
from playhead.store.keyring import Keyring
from playhead.store.replication import origins_of
from playhead.store.token_keys import verifying_keys
from playhead.wire.tokens import TOKEN_CHARS_MAX, Audience, Claims, verify

SITE_S: Final = 1.0
"""A site that takes longer to give a token is not asked to play directly: somebody waits for the picture."""

ANSWER_BYTES_MAX: Final = TOKEN_CHARS_MAX + 1024


class _Given(msgspec.Struct, frozen=True):
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTokens:
    """``/token`` of one tenant's portal.

    Args:
        tenant: whose.
        tokens: the token service's route.
        catalogue: the tenant's.
        keyring: what the tokens are signed with.
        links: to the sites.
        clock: tells the time.
    """

    tenant: TenantId
    tokens: ASGIApp
    catalogue: Catalogue
    keyring: Keyring
    links: Links
    clock: Clock

    @property
    def routes(self) -> list[BaseRoute]:
        """To be mounted in the tenant's portal."""
        return [HttpRoute("/token", self, methods=["POST"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self.tokens(scope, receive, hold)
        start, body = held[0], b"".join(one.get("body", b"") for one in held[1:])
        if start["status"] == HTTPStatus.OK:
            near = await self._near(body, client_address(scope))
            if near is not None:
                body = msgspec.json.encode(msgspec.json.decode(body) | {"near": near})
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    async def _near(self, body: bytes, address: str) -> Mapping[str, Any] | None:
        """Where the recording's site is reached directly, and a token for there; None where it is not."""
        given = msgspec.json.decode(body, type=_Given)
        now_s = self.clock.wall_us() // 1_000_000
        keys = verifying_keys(self.keyring)
        claims = verify(given.token, keys, audience=Audience.MEDIA, issuer=self.keyring.site, now_s=now_s)
        assert claims.recording is not None  # noqa: S101 - it was given for one
        async with self.catalogue.reading() as connection:
            found = await recordings.get_recording(connection, claims.recording)
            origins = (await origins_of(connection)).get(SiteId(found.site), ())
        if not origins:
            return None
        try:
            async with asyncio.timeout(SITE_S):
                token = await self._token_of(SiteId(found.site), claims, address)
        except (PlayheadError, TimeoutError):
            return None  # it plays through the cloud, or says there that it cannot
        return None if token is None else {"origins": list(origins), "token": token}

    async def _token_of(self, site: SiteId, claims: Claims, address: str) -> str | None:
        target = f"/asked/token/{claims.recording}".encode()
        whose = TenantSite(self.tenant, site)
        answer = await self.links.ask(whose, "POST", target, somebody(claims, address).headers())
        body = bytearray()
        async for data in answer:
            body += data
            if len(body) > ANSWER_BYTES_MAX:
                answer.give_up()
                return None
        if answer.status != HTTPStatus.OK:
            return None
        try:
            return msgspec.json.decode(body, type=_Given).token
        except msgspec.MsgspecError:
            return None
