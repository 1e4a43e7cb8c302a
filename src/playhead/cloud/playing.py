"""``/media`` in the cloud: who plays notices nothing of where the bytes come from.

What lies in objects is read and opened here, by the same player as at a site. Everything else, and everything live, is
asked of the site through the pool; what one way cannot give, the other is asked for, as long as nothing was sent.
"""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.routing import Route as HttpRoute
from starlette.types import Message, Receive, Scope, Send

from playhead.base.clock import Clock
from playhead.base.errors import CorruptError, NotFoundError, PlayheadError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId, SegmentId, SiteId, TenantId, TenantSite
from playhead.cloud.asking import somebody
from playhead.cloud.links import Links
from playhead.cloud.metrics import PLAYED
from playhead.cloud.passing import PASSED_ON, Passed
from playhead.cloud.rules import Route, routes_of
from playhead.net.http.hosts import client_address
from playhead.net.http.server import AsgiApp
from playhead.store.audit_trail import AuditTrail
from playhead.store.catalogue import Catalogue, recordings, segments
from playhead.store.keyring import Keyring
from playhead.store.token_keys import verifying_keys
from playhead.wire.pool import Urgency
from playhead.wire.tokens import Audience, Claims, verify

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request is about."""

    recording: RecordingId
    site: SiteId
    locations: tuple[str, ...]
    is_live: bool
    begins: bool
    """It is the first of a viewing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """Media of one tenant.

    Args:
        tenant: whose.
        catalogue: theirs.
        keyring: of the tenant: verifies the tokens that its portal gave.
        player: the routes of a player over the tenant's catalogue and objects; None where the cloud opens nothing.
        links: to the sites.
        audit: the tenant's, where views and refusals are noted.
        clock: tells the time.
    """

    tenant: TenantId
    catalogue: Catalogue
    keyring: Keyring
    player: AsgiApp | None
    links: Links
    audit: AuditTrail
    clock: Clock

    @property
    def routes(self) -> list[BaseRoute]:
        """To be mounted in the tenant's portal."""
        return [HttpRoute("/media/{recording}/{rest:path}", self, methods=["GET"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        request = Request(scope, receive)
        claims, wanted = await self._admitted(request)
        up = (await self.links.presences(self.tenant)).get(wanted.site)
        site_up = up is not None and up.up
        routes = routes_of(wanted.locations, readable=self.player is not None, site_up=site_up)
        if wanted.is_live:
            routes = tuple(one for one in routes if one is Route.SITE)
        failure: PlayheadError = UnavailableError(
            "site.away",
            "The site that has this recording cannot be reached.",
            hint="It plays again as soon as the site is connected, or what it has is in the cloud.",
        )
        about = {"tenant": str(self.tenant), "recording": str(wanted.recording)}
        for route in routes:
            sent = _Sent(send)
            try:
                if route is Route.OBJECT:
                    await self._from_objects(scope, receive, sent)
                else:
                    await self._from_site(request, receive, sent, claims, wanted)
            except (UnavailableError, CorruptError, NotFoundError) as error:
                if sent.begun:
                    raise
                failure = error
                _log.warning("media comes another way", route=route.value, code=error.code, **about)
            else:
                if wanted.begins:
                    _log.info("recording opened in the cloud", route=route.value, user=str(claims.user), **about)
                PLAYED.labels(route.value).inc()
                return
        raise failure

    async def _admitted(self, request: Request) -> tuple[Claims, _Wanted]:
        """What the token says, and what it is asked for with it.

        Raises:
            RefusedError: ``token.*``, ``access.refused``.
            NotFoundError: ``recording.not_found``, ``recording.erased``, ``segment.not_found``.
        """
        recording = RecordingId.parse(request.path_params["recording"])
        actor = "unknown"
        try:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                hint = "Ask the token service for one."
                raise RefusedError("token.missing", "Media needs a token.", hint=hint)  # noqa: TRY301 - noted below
            now_s = self.clock.wall_us() // 1_000_000
            keys = verifying_keys(self.keyring)
            claims = verify(token, keys, audience=Audience.MEDIA, issuer=self.keyring.site, now_s=now_s)
            actor = str(claims.user)
            if claims.recording != recording or not claims.actions:
                raise RefusedError("access.refused", "The token is for something else.")  # noqa: TRY301 - likewise
        except RefusedError as error:
            address = client_address(request.scope)
            await self.audit.refuse(actor, "media.refused", str(recording), address, {"code": error.code})
            raise
        wanted = await self._wanted(recording, request.path_params["rest"])
        if wanted.begins:
            action = "recording.watched" if wanted.is_live else "recording.viewed"
            address = client_address(request.scope)
            await self.audit.note_once(actor, action, str(recording), address, {"token_id": claims.id})
        return claims, wanted

    async def _wanted(self, recording: RecordingId, rest: str) -> _Wanted:
        first = rest.partition("/")[0]
        async with self.catalogue.reading() as connection:
            found = await recordings.get_recording(connection, recording)
            located = await segments.locate_segments(connection, recording)
        is_whole = first in {"index", "live"}
        if not is_whole:
            segment = SegmentId.parse(first)
            located = [one for one in located if one.segment.id == segment]
            if not located:
                raise NotFoundError("segment.not_found", "There is no such segment in this recording.")
        locations = tuple(one.location for one in located)
        return _Wanted(recording, SiteId(found.site), locations, is_live=first == "live", begins=is_whole)

    async def _from_objects(self, scope: Scope, receive: Receive, sent: "_Sent") -> None:
        assert self.player is not None  # noqa: S101 - there is no such route otherwise
        await self.player({**scope, "path_params": {}}, receive, sent)

    async def _from_site(
        self, request: Request, receive: Receive, sent: "_Sent", claims: Claims, wanted: _Wanted
    ) -> None:
        headers = somebody(claims, client_address(request.scope)).headers()
        headers += [(name.encode(), request.headers[name].encode()) for name in PASSED_ON if name in request.headers]
        query = request.scope["query_string"]
        target = request.url.path.encode() + (b"?" + query if query else b"")
        answer = await self.links.ask(
            TenantSite(self.tenant, wanted.site), "GET", target, headers, urgency=Urgency.PLAYBACK
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            answer.give_up()
            raise UnavailableError("site.failed", "The site that has this recording cannot play it now.")
        await Passed(answer)(request.scope, receive, sent)


class _Sent:
    """ASGI ``send`` that knows whether anything was sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)
