"""The ASGI application on port 5650: two routes, and the answers browsers want before and after."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.base.clock import Clock
from playhead.base.errors import InvalidInputError, PlayheadError, RefusedError
from playhead.base.instants import utc
from playhead.domain.access import OfAgent, Who
from playhead.net.http.errors import error_response, tell_unserved
from playhead.net.http.from_page import page_of
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SecurityPolicy, session_cookie
from playhead.net.http.hosts import AllowedHosts, HostHeader, client_address
from playhead.net.http.server import AsgiApp
from playhead.premises.tokens.config import TokensConfig
from playhead.premises.tokens.metrics import TOKENS
from playhead.premises.tokens.rules import Wish, claims_of, decisions_on, origin_allowed
from playhead.store.audit_trail import AuditTrail, done_from
from playhead.store.catalogue import Catalogue, recordings
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key, verifying_keys
from playhead.wire.tokens import key_set, sign

_PREFLIGHT_S: Final = 600
_JSON: Final = "application/json"


class SignedIn(Protocol):
    """Knows whose sign-in a cookie stands for: the portal's sessions."""

    async def who(self, secret: str | None) -> Who | None:
        """The user, or None where the sign-in does not hold."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the routes need."""

    config: TokensConfig
    clock: Clock
    catalogue: Catalogue
    keyring: Keyring
    signed_in: SignedIn
    audit: AuditTrail
    secure: bool
    portal_port: int
    strict_s: int | None = None
    also: Sequence[Route] = ()
    """What other services serve at this port."""

    def application(self, hosts: AllowedHosts) -> AsgiApp:
        """The application, behind its guard."""
        app = Starlette(
            routes=[
                Route("/token", self._give, methods=["POST"]),
                Route("/token", self._preflight, methods=["OPTIONS"]),
                Route("/keys", self._keys, methods=["GET"]),
                Route("/healthz", _health, methods=["GET"]),
                *self.also,
            ],
            exception_handlers={PlayheadError: self._tell, HTTPException: tell_unserved},
        )
        guard = Guard(
            service="tokens", clock=self.clock, policy=SecurityPolicy(page=False, strict_s=self.strict_s), hosts=hosts
        )
        return guarded(cast("AsgiApp", app), guard)

    @property
    def routes(self) -> list[Route]:
        """What the portal mounts at its own port, for pages over the scheme that is not spoken here."""
        return [Route("/token", self._give_at_portal, methods=["POST"])]

    async def _give_at_portal(self, request: Request) -> Response:
        return await self._give(request, own=f"{request.scope['scheme']}://{request.headers.get('host', '').lower()}")

    async def _give(self, request: Request, own: str | None = None) -> Response:
        with done_from(page_of(request.scope)):
            return await self._given(request, own)

    async def _given(self, request: Request, own: str | None) -> Response:
        self._check_page(request, own)
        address = client_address(request.scope)
        who = await self.signed_in.who(request.cookies.get(session_cookie(request.scope["scheme"])))
        if who is None:
            TOKENS.labels("refused").inc()
            raise RefusedError("session.none", "You are not signed in.", hint="Sign in to the portal first.")
        wish = Wish.parse(await request.body())
        async with self.catalogue.reading() as connection:
            recording = await recordings.get_recording(connection, wish.recording)
        subject = str(wish.recording)
        thing = OfAgent(recording.agent, recording.started_at_us)
        decisions = decisions_on(who, wish, thing)
        given = [action for action, decision in decisions.items() if decision.allowed]
        if not given:
            TOKENS.labels("refused").inc()
            details = {"actions": " ".join(decisions)}
            await self.audit.refuse(str(who.user), "token.refused", subject, address, details)
            hint = " ".join(reason for decision in decisions.values() for reason in decision.why)
            raise RefusedError("access.refused", "You may not play this recording.", hint=hint)
        claims = claims_of(
            who,
            wish.recording,
            given,
            token_id=secrets.token_urlsafe(12),
            now_us=self.clock.wall_us(),
            lifetime_us=self.config.lifetime.us,
        )
        # Noted before it is given. Renewals are not: one a minute and viewer would be a write to the disk each.
        details = {"token_id": claims.id, "actions": " ".join(given)}
        await self.audit.note_once(str(who.user), "token.given", subject, address, details)
        token = sign(claims, signing_key(self.keyring), issuer=self.keyring.site)
        TOKENS.labels("given").inc()
        expires_at = utc(claims.expires_at_s * 1_000_000).isoformat().replace("+00:00", "Z")
        body = msgspec.json.encode({"token": token, "expiresAt": expires_at, "actions": given})
        return Response(body, 200, self._cross_origin(request), media_type=_JSON)

    async def _preflight(self, request: Request) -> Response:
        """CORS preflight (Fetch standard §4.8): only pages of the portal are told yes."""
        headers = self._cross_origin(request)
        if headers:
            headers |= {
                "access-control-allow-methods": "POST",
                "access-control-allow-headers": "content-type, x-csrf-token, x-playhead-page",
                "access-control-max-age": str(_PREFLIGHT_S),
            }
        return Response(status_code=204, headers=headers)

    async def _keys(self, _request: Request) -> Response:
        """The public keys as a JWK Set (RFC 7517 §5)."""
        body = msgspec.json.encode(key_set(verifying_keys(self.keyring)))
        headers = {"cache-control": "public, max-age=60"}
        return Response(body, 200, headers, media_type="application/jwk-set+json")

    async def _tell(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, PlayheadError)  # noqa: S101 - registered for it
        answer = error_response(error)
        answer.headers.update(self._cross_origin(request))
        return answer

    def _check_page(self, request: Request, own: str | None) -> None:
        """Refuse what a page of another origin sends, and what a form could send without asking first.

        Args:
            request: for a token.
            own: the origin of the pages at the port that it came to; None where there are none.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise InvalidInputError("http.body_type", "Send JSON, as application/json.")
        origin = request.headers.get("origin")
        if origin is not None and origin.lower() != own and not self._cross_origin(request):
            raise RefusedError("csrf.origin", "The request comes from a page of another origin.")

    def _cross_origin(self, request: Request) -> dict[str, str]:
        """CORS headers for a page of the portal; none for others."""
        origin = request.headers.get("origin", "")
        host = HostHeader.parse(request.headers.get("host", ""))
        if host is None or not origin_allowed(origin, host, portal_port=self.portal_port, secure=self.secure):
            return {}
        return {
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "retry-after",
            "vary": "origin",
        }


async def _health(_request: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type=_JSON)
